import CheckedNumbers
import FileReading
import Foundation
import Geometry
import YOLODataset

/// The dataset that a run was trained on, as far as labels and lists of images tell.
public struct RunData: Sendable {
    /// A split in figures.
    public struct Split: Sendable {
        /// Images that are there.
        public var images = 0
        /// Those with a box at least.
        public var labelled = 0
        /// Boxes by class id.
        public var boxes: [Int: Int] = [:]
        /// Logarithms of width and height as parts of the image, of the first boxes of each class.
        var sides: [Int: [SIMD2<Double>]] = [:]
        /// The first label file with a class that data.yaml does not have, relative to the root, and its line.
        public var beyond: (file: String, line: Int)?
        /// Images with such a label.
        public var beyondImages = 0

        fileprivate mutating func add(_ box: Box, of id: Int) {
            guard box.width > 0, box.height > 0, sides[id, default: []].count < RunData.mostSides else { return }
            sides[id, default: []].append(SIMD2(log(Double(box.width)), log(Double(box.height))))
        }
    }

    /// Boxes of a class whose size is kept: more say nothing new.
    private static let mostSides = 512

    /// The data.yaml, as it was found.
    public let path: String
    /// By class id.
    public let classNames: [String]
    /// What data.yaml says that there are.
    public let classCount: Int
    /// By name.
    public private(set) var splits: [String: Split] = [:]
    /// Images that both train and val hold.
    public private(set) var shared = 0

    /// Whether val has objects of a class of which train has next to none.
    var lacksClass: Bool {
        guard let train = splits["train"]?.boxes, let val = splits["val"]?.boxes else { return false }
        return val.contains { $1 >= 3 && (train[$0] ?? 0) < 3 }
    }

    /// Whether classes of val look like those of train; nil where the labels cannot tell.
    var fingerprint: ClassFingerprint? {
        guard let train = splits["train"], let val = splits["val"] else { return nil }
        return ClassFingerprint(train: train, val: val)
    }

    /// Reads data.yaml and labels.
    ///
    /// - Throws: `FileError` where data.yaml or a label file cannot be read.
    init(_ path: String) throws {
        let dataset = try Dataset.open(path)
        self.path = path
        classNames = dataset.classNames
        classCount = dataset.classCount
        let wanted = dataset.splitNames.filter { ["train", "val"].contains($0) }
        let listing = try dataset.listSamples(splits: wanted)
        var images: [String: Set<String>] = [:]
        for sample in listing.samples {
            images[sample.split, default: []].insert(sample.imagePath)
            splits[sample.split, default: Split()].images += 1
            guard sample.hasLabelFile else { continue }
            let rows = LabelFile.parse(try FileReading.bytes(ofFile: sample.labelPath, limit: 64 << 20)).rows
            if !rows.isEmpty { splits[sample.split, default: Split()].labelled += 1 }
            var isBeyond = false
            for row in rows {
                guard let id = row.classID else { continue }
                splits[sample.split, default: Split()].boxes[id, default: 0] += 1
                if let box = row.box { splits[sample.split]?.add(box, of: id) }
                guard classCount > 0, id >= classCount else { continue }
                isBeyond = true
                if splits[sample.split]?.beyond == nil { splits[sample.split]?.beyond = (sample.label, row.line) }
            }
            if isBeyond { splits[sample.split, default: Split()].beyondImages += 1 }
        }
        shared = (images["train"] ?? []).intersection(images["val"] ?? []).count
    }

    /// The data.yaml of a run: as its settings name it, looked for in the folder of the run, those above it, and here.
    static func find(_ named: String, run folder: String) -> String? {
        guard ["yaml", "yml", "data"].contains(Paths.suffix(of: named).lowercased()) else { return nil }
        var places = [Paths.absolute(named)]
        if !named.hasPrefix("/") {
            var above = Paths.absolute(folder)
            for _ in 0..<5 where above != "/" {
                places.append(Paths.absolute(named, relativeTo: above))
                above = Paths.directory(of: above)
            }
        }
        return places.first { FileManager.default.fileExists(atPath: $0) }
    }
}
