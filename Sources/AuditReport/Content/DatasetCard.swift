import AuditPlan
import CheckedNumbers

/// What a dataset consists of.
public struct DatasetCard: Sendable {
    static let gridSide = 24

    /// Labels by class, then by split.
    private(set) var counts: [Int: [String: Int]] = [:]
    private(set) var splits: [String] = []
    private(set) var images: [String: Int] = [:]
    private(set) var boxesPerImage: [Double] = []
    /// Longer side in pixels at the training size.
    private(set) var sides: [Double] = []
    /// Width over height, in pixels.
    private(set) var ratios: [Double] = []
    /// Labels whose centre lies in a cell, row by row.
    private(set) var heat = [Int](repeating: 0, count: gridSide * gridSide)

    /// - Parameter imageSize: side of the training square in pixels.
    init(
        _ images: [ImageLossRow],
        _ labels: [(split: String, classID: Int, box: [Double], width: Double, height: Double)], imageSize: Int
    ) {
        for image in images {
            self.images[image.split, default: 0] += 1
            boxesPerImage.append(Double(image.boxes))
        }
        splits = self.images.keys.sorted()
        for label in labels {
            counts[label.classID, default: [:]][label.split, default: 0] += 1
            let (width, height) = (label.box[2] * label.width, label.box[3] * label.height)
            guard width > 0, height > 0 else { continue }
            sides.append(max(width, height) * Double(imageSize) / max(label.width, label.height))
            ratios.append(width / height)
            let column = min(Self.gridSide - 1, max(0, Int(clamping: label.box[0] * Double(Self.gridSide))))
            let row = min(Self.gridSide - 1, max(0, Int(clamping: label.box[1] * Double(Self.gridSide))))
            heat[row * Self.gridSide + column] += 1
        }
    }
}
