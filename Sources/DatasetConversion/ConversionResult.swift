import AnnotationSources
import FileReading
import TextForms

/// What a conversion came to.
public struct ConversionResult: Sendable {
    /// What was read.
    public let format: AnnotationFormat
    /// What was written.
    public let target: ConversionTarget
    /// As it was given.
    public let output: String
    /// Images by split, in the order of trainers.
    public let imagesBySplit: [(split: String, images: Int)]
    /// Objects that were read on those images.
    public let objects: Int
    /// By class id.
    public let classNames: [String]
    /// What did not come through as it was.
    public let losses: ConversionLosses

    init(_ dataset: AnnotatedDataset, format: AnnotationFormat, request: ConversionRequest, losses: ConversionLosses) {
        (self.format, target, output, self.losses) = (format, request.target, request.output, losses)
        imagesBySplit = dataset.splits.map { split in (split, dataset.images.count { $0.split == split }) }
        objects = dataset.images.reduce(0) { $0 + $1.objects.count }
        classNames = dataset.classNames
    }

    /// For people: what was read, what did not come through, and the next command.
    public var text: String {
        let parts = imagesBySplit.map { "\($0.split) \($0.images)" }.joined(separator: ", ")
        var text =
            "read \(format.title): \(Counted.text(imagesBySplit.reduce(0) { $0 + $1.images }, "image")) (\(parts)), \(Counted.text(objects, "object")), "
            + "\(Counted.text(classNames.count, "class"))\n"
        for gravity in [LossKind.Gravity.lost, .changed, .told] {
            for (kind, count) in losses.totals where kind.gravity == gravity {
                text += "  \(gravity.rawValue): \(count) \(kind.meaning)\n"
                let examples = losses.entries.lazy.filter { $0.kind == kind }.prefix(3)
                for entry in examples {
                    text += "      \(entry.image)\(entry.count > 1 ? " (\(entry.count))" : "")"
                    text += entry.example.isEmpty ? "\n" : ": \(entry.example)\n"
                }
            }
        }
        if losses.totals.isEmpty { text += "  everything came through as it was\n" }
        if target != .coco, !imagesBySplit.contains(where: { $0.split == "val" }) {
            text += "  no validation split, which trainers want: --val-share 0.2 takes a part of the images for it\n"
        }
        text += "wrote \(output); every loss by image: \(output)/losses.csv\n"
        return target == .coco ? text : text + "now: assay-labels \(output)/data.yaml\n"
    }

    /// For programs.
    public var json: String {
        var json = JSONWriter()
        json.object(.lines) { json in
            json.member("format", format.rawValue)
            json.member("target", target.rawValue)
            json.member("output", Paths.absolute(output))
            json.object("images") { json in for (split, images) in imagesBySplit { json.member(split, images) } }
            json.member("objects", objects)
            json.member("classes", classNames)
            json.array("losses", .lines) { json in
                for (kind, count) in losses.totals {
                    json.object { json in
                        json.member("what", kind.rawValue)
                        json.member("gravity", kind.gravity.rawValue)
                        json.member("count", count)
                        json.member("meaning", kind.meaning)
                    }
                }
            }
        }
        json.endLine()
        return json.text
    }
}
