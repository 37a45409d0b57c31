import FileReading
import YOLOModel

/// The anchors that are in use, and where they come from.
public struct AnchorSource: Sendable, Hashable {
    /// Where anchors were read from; `list` is the command line or a plan.
    public enum Kind: Sendable, Hashable { case checkpoint, modelYAML, darknet, list }

    /// Where they were read from.
    public let kind: Kind
    /// Ascending by area, in pixels of `input`; empty for a model that has none.
    public let anchors: [AnchorSize]
    /// The model's levels, where it says them or an anchor-free one has strides.
    public let levels: AnchorLevels?
    /// The input that the source itself is made for: darknet's net size.
    public let input: TrainingInput?
    /// The model predicts boxes without anchors.
    public let isAnchorFree: Bool
    /// The levels run from coarse to fine, or hold anchors that do not rise with the stride: training would assign
    /// boxes to the wrong levels.
    public let isOutOfOrder: Bool

    /// Reads the anchors of a checkpoint (`.pt`, `.safetensors`), a model YAML, or a darknet `.cfg`.
    ///
    /// - Throws: `FileError` naming what is wrong.
    public static func read(_ path: String) throws -> AnchorSource {
        switch Paths.suffix(of: path).lowercased() {
        case "cfg": return try DarknetConfiguration.read(path).source()
        case "yaml", "yml": return try ModelYAMLAnchors.read(path).source()
        default:
            let head = try HeadSummary.read(checkpoint: path)
            return made(.checkpoint, rows: head.anchors.map { $0.map { $0.map(AnchorSize.init) } }, head.strides)
        }
    }

    /// Reads `w,h,w,h,…`; nil unless all are positive numbers.
    public static func list(parsing text: String) -> AnchorSource? {
        let numbers = text.split(whereSeparator: { ", ".contains($0) }).map { Double($0) }
        let sides = numbers.compactMap(\.self)
        guard sides.count == numbers.count, !sides.isEmpty, sides.count % 2 == 0,
            sides.allSatisfy({ $0 > 0 && $0.isFinite })
        else { return nil }
        let anchors = stride(from: 0, to: sides.count, by: 2).map {
            AnchorSize(width: sides[$0], height: sides[$0 + 1])
        }
        return AnchorSource(
            kind: .list, anchors: anchors.sorted(by: AnchorSize.ascending), levels: nil, input: nil,
            isAnchorFree: false, isOutOfOrder: false)
    }

    /// - Parameters:
    ///   - rows: a level each; nil for a model without anchors.
    ///   - strides: nil for the usual ones.
    static func made(_ kind: Kind, rows: [[AnchorSize]]?, _ strides: [Int]?, input: TrainingInput? = nil)
        -> AnchorSource
    {
        guard let rows, !rows.isEmpty else {
            let levels = strides.flatMap {
                AnchorLevels(strides: $0.sorted(), perLevel: [Int](repeating: 1, count: $0.count))
            }
            return AnchorSource(
                kind: kind, anchors: [], levels: levels, input: input, isAnchorFree: true, isOutOfOrder: false)
        }
        let means = rows.map { row in row.reduce(0) { $0 + $1.area } / Double(max(1, row.count)) }
        let rises = zip(means, means.dropFirst()).allSatisfy { $0 <= $1 }
        let strides = strides ?? AnchorLevels.usualStrides(levels: rows.count)
        return AnchorSource(
            kind: kind, anchors: rows.flatMap(\.self).sorted(by: AnchorSize.ascending),
            levels: AnchorLevels(strides: strides.sorted(), perLevel: rows.map(\.count)), input: input,
            isAnchorFree: false, isOutOfOrder: rises != zip(strides, strides.dropFirst()).allSatisfy { $0 <= $1 })
    }
}

extension AnchorSize {
    /// What a checkpoint holds: sides over the stride, in single precision.
    fileprivate init(_ pair: (width: Double, height: Double)) {
        self.init(width: PixelGrid.meant(pair.width), height: PixelGrid.meant(pair.height))
    }
}
