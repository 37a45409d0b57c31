import FileReading
import Randomness

/// Which part of the dataset each image belongs to: `train`, `val` or `test`.
enum SplitAssignment {
    static func assign(_ images: inout [AnnotatedImage], _ request: ConversionRequest, _ losses: inout ConversionLosses)
    {
        for index in images.indices {
            let given = images[index].split
            if let split = SplitNames.split(named: given) {
                images[index].split = split
            } else {
                if !["", "default"].contains(given.lowercased()) {
                    losses.add(.splitRenamed, images[index].name, given)
                }
                images[index].split = "train"
            }
        }
        guard request.validationShare > 0, !images.contains(where: { $0.split == "val" }) else { return }
        for index in images.indices where images[index].split == "train" {
            // By name: which images these are does not depend on those that were added since.
            let name = ContentDigest.of(images[index].name).bytes.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            if CounterBasedNumber.unit(seed: request.seed, counter: name) < request.validationShare {
                images[index].split = "val"
            }
        }
    }
}

/// Names of the files that are written.
enum OutputNames {
    /// Safe names, and for each split no two images that would share a label file.
    static func assign(_ images: inout [AnnotatedImage], _ losses: inout ConversionLosses) {
        var taken: Set<String> = []
        for index in images.indices {
            let given = images[index].name
            let suffix = images[index].file.map { Paths.suffix(of: $0) } ?? Paths.suffix(of: given)
            let safe = SafeName.of(given)
            let stem = ImageIndex.isImageName(safe) ? Paths.withoutSuffix(safe) : safe
            func key(_ stem: String) -> String { "\(images[index].split)/\(stem)".lowercased() }
            var chosen = stem
            var number = 2
            while !taken.insert(key(chosen)).inserted {
                chosen = "\(stem)-\(number)"
                number += 1
            }
            images[index].name = suffix.isEmpty ? chosen : "\(chosen).\(suffix)"
            if images[index].name != given { losses.add(.renamed, images[index].name, "was \(given)") }
        }
    }
}
