import Charting
import CheckedNumbers
import FileReading
import Geometry
import TextForms

/// Curves of one run or several as a picture: a panel for each column, smoothed, with diagnoses marked on them.
public struct RunChart {
    private let runs: [(run: TrainingRun, diagnoses: [Diagnosis])]

    /// Colours of runs, told apart by people who see red and green alike.
    private static let colours = [0x1769AA, 0xD9822B, 0x1B7F5C, 0x8E4EC6, 0xB3261E, 0x5A6B7B]
    private static let panel = (width: 330.0, height: 190.0)
    private static let across = 3
    /// Panels at most.
    private static let most = 12

    /// - Parameter runs: with what was found in each; six at most are told apart by colour.
    public init(_ runs: [(run: TrainingRun, diagnoses: [Diagnosis])]) { self.runs = runs }

    /// Nil where there is nothing to draw.
    package func drawing(look: Drawing.Look = .ownColours) -> Drawing? {
        var seen: Set<LogColumn> = []
        let columns = runs.flatMap { RunText.drawn($0.run) }.filter { seen.insert($0.ofBoxes).inserted }.prefix(
            Self.most)
        guard !columns.isEmpty else { return nil }
        let rows = (columns.count + Self.across - 1) / Self.across
        let width = Int(clamping: Self.panel.width) * min(Self.across, columns.count)
        let head = runs.count > 1 ? 24.0 : 0
        var drawing = Drawing(
            width: width, height: Int(clamping: Double(rows) * Self.panel.height + head),
            title: "Curves of \(runs.map(\.run.name).joined(separator: ", "))",
            look: look)
        if runs.count > 1 {
            drawing.legend(runs.prefix(6).enumerated().map { ($1.run.name, .colour(Self.colour($0))) }, at: (12, 18))
        }
        for (number, column) in columns.enumerated() {
            let left = Double(number % Self.across) * Self.panel.width
            let top = Double(number / Self.across) * Self.panel.height + head
            draw(
                column,
                in: Edges(
                    left: left + 52, top: top + 26, right: left + Self.panel.width - 14,
                    bottom: top + Self.panel.height - 30), &drawing)
        }
        return drawing
    }

    private static func colour(_ run: Int) -> Int { colours[run % colours.count] }

    private func draw(_ column: LogColumn, in area: Edges, _ drawing: inout Drawing) {
        let curves = runs.prefix(6).map { run, _ in
            run.table.columns.first { $0.ofBoxes == column.ofBoxes }.map(run.table.curve) ?? Curve([])
        }
        let sorted = curves.flatMap(\.values).sorted()
        drawing.label(column.name, area.left, area.top - 8)
        guard let low = sorted.first, let top = sorted.last else { return }
        // One wild epoch is cut off, and marked, rather than flattening all others.
        let usual = sorted[sorted.count * 19 / 20]
        let high = top > 4 * abs(usual) && usual > 0 ? usual * 1.5 : top
        let last = curves.compactMap { $0.points.last?.epoch }.max() ?? 1
        let span = max(high - low, abs(high) * 1e-6, 1e-12)
        let (across, up) = drawing.axes(
            (1, Double(max(2, last)), ""), (low - span * 0.04, high + span * 0.04, ""), in: area)
        for (number, curve) in curves.enumerated() {
            let paint = Self.colour(number)
            func place(_ point: (epoch: Int, value: Double)) -> Point {
                (across.place(Double(point.epoch)), max(area.top, min(area.bottom, up.place(min(point.value, high)))))
            }
            drawing.add(.path([curve.points.map(place)], width: 1), .colour(paint, opacity: 0.35))
            drawing.add(.path([curve.smooth.points.map(place)], width: 2), .colour(paint))
            for diagnosis in runs[number].diagnoses where diagnosis.column?.ofBoxes == column.ofBoxes {
                for epoch in diagnosis.epochs.map({ [$0.lowerBound] }) ?? [] {
                    let value = curve.value(at: epoch) ?? high
                    drawing.add(
                        .circle(centre: place((epoch, value)), radius: 5), .colour(0xB3261E),
                        title: "\(diagnosis.code) \(diagnosis.name)")
                    drawing.label(
                        diagnosis.code, place((epoch, value)).x + 7, max(area.top + 10, place((epoch, value)).y - 5))
                }
            }
        }
    }

    /// Writes the picture as the path's suffix says: `.png`, or SVG.
    ///
    /// - Throws: `FileError` where there is nothing to draw, or the file cannot be written.
    public func write(to path: String) throws {
        guard let drawing = drawing() else { throw RunChart.nothing(path) }
        try DrawingFile.write(drawing, to: path)
    }
}

extension RunChart {
    fileprivate static func nothing(_ path: String) -> FileError {
        FileError(file: path, message: "has nothing to show: no epoch was finished", wayOut: "leave out the picture")
    }
}

extension RunChart {
    /// A document that stands alone; nil where there is nothing to draw.
    public var svg: String? { drawing()?.svg() }

    /// A part of a page; empty where there is nothing to draw.
    package var inline: Markup { drawing()?.inline(style: "curves") ?? "" }
}
