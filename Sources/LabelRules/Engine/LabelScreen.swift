import Imaging
import YOLODataset

/// Says of most label files and images, quickly, that no rule has anything to say about them.
///
/// It may call something remarkable that no rule minds, but never the other way round: a test holds it to that.
struct LabelScreen: Sendable {
    private let classCount: Int
    private let trainingSize: Int
    /// What the rules of small, large, long and repeated boxes look at.
    private let smallestSide: Double
    private let wholeImage: Double
    private let largestAspect: Double
    private let sameBoxIoU: Double

    /// More boxes than this are compared by the rules, which sort them.
    private static let mostBoxes = 64

    /// - Parameter trainingSize: side of the training square in pixels.
    init(classCount: Int, thresholds: CheckThresholds, trainingSize: Int) {
        self.classCount = classCount
        self.trainingSize = trainingSize
        smallestSide = thresholds[TinyBox.smallestSide]
        wholeImage = thresholds[WholeImageBox.wholeImage]
        largestAspect = thresholds[ExtremeAspect.largestAspect]
        sameBoxIoU = thresholds[NearDuplicateBox.sameBoxIoU]
    }

    /// - Parameter imageSize: after EXIF orientation; nil where it is not known.
    func isUnremarkable(_ rows: [PlainRows.Row], imageSize: (width: Int, height: Int)?) -> Bool {
        guard !rows.isEmpty, rows.count <= Self.mostBoxes else { return false }
        let (width, height) = imageSize.map { (Double($0.width), Double($0.height)) } ?? (1, 1)
        let scale = Double(trainingSize) / max(width, height, 1)
        // Where the size is not known, a side of a thousandth is looked at.
        let leastWidth = imageSize == nil ? 0.001 : smallestSide / (width * scale)
        let leastHeight = imageSize == nil ? 0.001 : smallestSide / (height * scale)
        let mostSide = min(wholeImage, 0.999)
        for row in rows {
            let box = row.box
            // The tests of trainers in Python and of darknet, and those of the rules.
            guard row.classID < min(classCount, 1 << 16), box.width > leastWidth, box.height > leastHeight,
                box.width < mostSide || box.height < mostSide, box.width <= 1, box.height <= 1,
                box.cx - box.width / 2 >= 0, box.cy - box.height / 2 >= 0,
                box.cx + box.width / 2 <= 1, box.cy + box.height / 2 <= 1, box.cx > 0, box.cy > 0,
                box.width > 0.0025, box.height > 0.0025
            else { return false }
            let aspect = box.width * width / (box.height * height)
            guard aspect < largestAspect, aspect * largestAspect > 1 else { return false }
        }
        return !hasPair(rows)
    }

    /// Whether two boxes are nearly the same place.
    private func hasPair(_ rows: [PlainRows.Row]) -> Bool {
        let least = min(sameBoxIoU, 0.95) - 0.01
        return rows.withUnsafeBufferPointer { rows in
            for first in 0..<rows.count {
                let a = rows[first].box
                for second in first + 1..<rows.count {
                    let b = rows[second].box
                    // Centres further apart than the share of the side that may be missing.
                    let apart = (1 - least) * max(a.width, b.width)
                    if abs(a.cx - b.cx) > apart || abs(a.cy - b.cy) > (1 - least) * max(a.height, b.height) { continue }
                    let across =
                        min(a.cx + a.width / 2, b.cx + b.width / 2) - max(a.cx - a.width / 2, b.cx - b.width / 2)
                    let down =
                        min(a.cy + a.height / 2, b.cy + b.height / 2) - max(a.cy - a.height / 2, b.cy - b.height / 2)
                    let shared = across * down
                    if shared >= least * (a.width * a.height + b.width * b.height - shared) { return true }
                }
            }
            return false
        }
    }

    /// Whether no rule minds what an image's header says.
    static func isUnremarkable(_ header: ImageHeader, name: UnsafeBufferPointer<UInt8>) -> Bool {
        guard header.orientation == 1, header.bitsPerChannel == 8, header.channels == 1 || header.channels == 3,
            (10..<8192).contains(header.storedWidth), (10..<8192).contains(header.storedHeight)
        else { return false }
        switch header.format {
        case .jpeg: return name.suffix(4).elementsEqual(".jpg".utf8) || name.suffix(5).elementsEqual(".jpeg".utf8)
        case .png: return name.suffix(4).elementsEqual(".png".utf8)
        default: return false
        }
    }
}
