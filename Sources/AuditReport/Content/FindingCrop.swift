import CheckedNumbers
import FileReading
import Findings
import Geometry
import Imaging
import YOLODataset

/// The part of an image that a finding's row speaks of.
public struct FindingCrop: Sendable {
    /// A data URI.
    let source: String
    /// The row's box in fractions of the crop.
    let box: Edges

    /// The longer side of a crop, in pixels of the page.
    private static let side = 144
    /// So many findings have one.
    private static let most = 80

    /// Crops of the first findings about rows, by their place in the list.
    static func all(_ findings: [Finding], _ dataset: Dataset) -> [Int: FindingCrop] {
        let wanted = findings.enumerated().filter { $1.line != nil }.prefix(most)
        guard !wanted.isEmpty, let samples = try? dataset.listSamples().samples else { return [:] }
        let files = Set(wanted.map(\.element.file))
        let byLabel = Dictionary(samples.filter { files.contains($0.label) }.map { ($0.label, $0) }) { first, _ in first
        }
        var crops: [Int: FindingCrop] = [:]
        // Findings are sorted by file: its image is decoded once.
        var last: (file: String, image: RGBImage?, rows: [LabelRow]) = ("", nil, [])
        for (index, finding) in wanted {
            guard let sample = byLabel[finding.file] else { continue }
            if last.file != finding.file {
                let image = try? ImageDecoder.decodeFile(sample.imagePath).image
                let labels = try? LabelFile.read(sample.labelPath, keypointShape: dataset.keypointShape)
                last = (finding.file, image, labels?.rows ?? [])
            }
            guard let image = last.image, let row = last.rows.first(where: { $0.line == finding.line }) else {
                continue
            }
            crops[index] = FindingCrop(row, of: image)
        }
        return crops
    }

    /// Nil where the row holds no place in the image.
    private init?(_ row: LabelRow, of image: RGBImage) {
        let values = Array(row.placeValues.prefix(4))
        guard row.kind == .box || row.kind == .pose, values.count == 4, values.allSatisfy({ (-4...4).contains($0) })
        else { return nil }
        let (width, height) = (Double(image.width), Double(image.height))
        let box = Edges(
            Box(cx: values[0] * width, cy: values[1] * height, width: values[2] * width, height: values[3] * height))
        let side = min(max(48, 1.8 * max(box.width, box.height)), max(width, height))
        func start(_ centre: Double, _ room: Double) -> Int {
            Int(clamping: max(0, min(room - side, centre - side / 2)).rounded())
        }
        let (left, top) = (start(values[0] * width, width), start(values[1] * height, height))
        let wide = min(image.width - left, max(1, Int(clamping: side)))
        let tall = min(image.height - top, max(1, Int(clamping: side)))
        guard wide > 0, tall > 0 else { return nil }
        let small = ReportPicture.fitted(
            image.cropped(x: left, y: top, width: wide, height: tall), side: Self.side)
        guard let jpeg = ImageEncoder.jpeg(small, quality: 75) else { return nil }
        source = ReportPicture.uri(jpeg)
        self.box = box.moved(left: Double(left), up: Double(top)).multiplied(
            width: 1 / Double(wide), height: 1 / Double(tall))
    }
}
