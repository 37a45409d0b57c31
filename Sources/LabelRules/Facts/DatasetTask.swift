import FileReading
import YAMLText
import YOLODataset

/// What a dataset is labelled for.
public enum DatasetTask: String, Sendable, Hashable, CaseIterable {
    /// Boxes.
    case detect
    /// Outlines.
    case segment
    /// Boxes with key points.
    case pose
    /// Boxes that are turned, by their four corners.
    case obb

    /// As people call such a dataset.
    public var title: String {
        switch self {
        case .detect: "detection dataset"
        case .segment: "segmentation dataset"
        case .pose: "pose dataset"
        case .obb: "dataset of oriented boxes"
        }
    }
}

/// What a dataset is labelled for, and how that is known.
public struct RecognisedTask: Sendable, Hashable {
    /// What it is labelled for.
    public var task = DatasetTask.detect
    /// Whether data.yaml says so, by `kpt_shape` or `task`; else the rows of some label files do.
    public var isDeclared = false

    /// Label files that are looked at.
    private static let mostFiles = 200

    /// Rows of boxes, which data.yaml says nothing about.
    public init() {}

    /// A task by itself.
    public init(_ task: DatasetTask, isDeclared: Bool) { (self.task, self.isDeclared) = (task, isDeclared) }

    /// - Parameter samples: of the whole dataset; some of them are read.
    init(of dataset: Dataset, _ samples: [DatasetSample]) {
        if dataset.keypointShape != nil {
            self.init(.pose, isDeclared: true)
        } else if let task = Self.declared(dataset.yamlPath) {
            self.init(task, isDeclared: true)
        } else {
            self.init(Self.task(ofRows: samples), isDeclared: false)
        }
    }

    private static func declared(_ yamlPath: String) -> DatasetTask? {
        guard ["yaml", "yml"].contains(Paths.suffix(of: yamlPath).lowercased()) else { return nil }
        return (try? YAMLDocument.read(yamlPath))?.root?["task"]?.string.flatMap(DatasetTask.init(rawValue:))
    }

    /// Four points in nearly every row are corners; of other points, most rows must have some.
    private static func task(ofRows samples: [DatasetSample]) -> DatasetTask {
        let labelled = samples.lazy.filter(\.hasLabelFile)
        let step = max(1, samples.count / mostFiles)
        var (boxes, quadrilaterals, polygons) = (0, 0, 0)
        for (index, sample) in labelled.enumerated() where index % step == 0 {
            guard let file = try? LabelFile.read(sample.labelPath) else { continue }
            for row in file.rows where row.problem == nil {
                switch row.kind {
                case .box: boxes += 1
                case .polygon: if row.fields == 9 { quadrilaterals += 1 } else { polygons += 1 }
                case .pose, .other: break
                }
            }
        }
        if quadrilaterals > boxes, polygons * 50 <= quadrilaterals { return .obb }
        return quadrilaterals + polygons > boxes ? .segment : .detect
    }
}

/// How many label files of a dataset hold rows of which form, with the first sample of each.
struct RowForms: Sendable, Hashable {
    /// Files of boxes alone.
    private(set) var boxFiles = 0
    /// Files of outlines or corners alone.
    private(set) var outlineFiles = 0
    /// The place of the first sample with boxes among all samples.
    private(set) var firstBoxes = Int.max

    /// - Parameter number: the place of the sample.
    mutating func add(boxesOf number: Int) {
        boxFiles += 1
        firstBoxes = min(firstBoxes, number)
    }

    mutating func add(_ file: LabelFile, number: Int) {
        let kinds = Set(file.rows.filter { $0.problem == nil }.map(\.kind))
        if kinds == [.box] { add(boxesOf: number) }
        if kinds == [.polygon] { outlineFiles += 1 }
    }

    mutating func add(_ other: RowForms) {
        boxFiles += other.boxFiles
        outlineFiles += other.outlineFiles
        firstBoxes = min(firstBoxes, other.firstBoxes)
    }
}
