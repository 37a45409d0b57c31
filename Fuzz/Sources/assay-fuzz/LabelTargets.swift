import Imaging
import YOLODataset

@testable import LabelRules

/// Rows ascend, say what is wrong with them or have their columns, and whatever trains is a box.
@Sendable func readLabels(_ text: [UInt8]) {
    for shape in [nil, [2, 3]] {
        let file = LabelFile.parse(text, keypointShape: shape)
        var line = 1
        for row in file.rows {
            demand(row.line >= line && row.column >= 1 && row.column <= text.count)
            line = row.line
            demand((row.problem == nil) == (row.box != nil))
            if row.problem == nil { demand(row.values.allSatisfy(\.isFinite)) }
        }
        for box in file.trainableBoxes(classCount: 80) {
            demand(box.width > 0 && box.height > 0 && (0..<80).contains(box.classID))
        }
    }
    // The quick way reads what the thorough one reads.
    var plain: [PlainRows.Row] = []
    if PlainRows.read(text[...], into: &plain) {
        let rows = LabelFile.parse(text).rows
        demand(rows.count == plain.count)
        for (index, (row, read)) in zip(rows, plain).enumerated() {
            demand(row.line == index + 1)
            let box = read.box
            demand(row.values == [Double(read.classID), box.cx, box.cy, box.width, box.height])
        }
    }
}

/// Every row is judged, for every trainer.
@Sendable func judgeLabels(_ text: [UInt8]) {
    for shape in [nil, [2, 3]] {
        let file = LabelFile.parse(text, keypointShape: shape)
        for trainer in Trainer.allCases {
            let judgement = LabelJudgement(
                file, bytes: text[...], trainer: trainer, classCount: 80, keypointShape: shape)
            demand(judgement.rows.count == file.rows.count && judgement.boxes.count <= file.rows.count)
        }
    }
}

/// A fix changes the rows that it names, and a changed row reads back as one.
@Sendable func fixLabels(_ text: [UInt8]) {
    for allowsGuesses in [false, true] {
        let labels = LabelFile.parse(text)
        let lines = LabelLines(text)
        if labels.textProblem == nil {
            demand(labels.rows.count == lines.rowCount, "rows are cut otherwise")
            for (index, row) in labels.rows.enumerated() { demand(lines.line(row: index) == row.line, "another line") }
        }
        demand(lines.bytes == text, "nothing was named")
        guard let correction = LabelFixer.corrected(text, size: (640, 480), allowsGuesses: allowsGuesses) else {
            continue
        }
        demand(labels.textProblem == nil && !correction.rows.isEmpty)
        let changed = correction.rows.filter { !["F002", "F009", "F011"].contains($0.code) }
        let gone = changed.count { $0.new == nil }
        demand(LabelFile.parse(correction.new).rows.count == labels.rows.count - gone, "another number of rows")
        for change in changed {
            guard let new = change.new else { continue }
            let rows = LabelFile.parse(Array(new.utf8)).rows
            demand(rows.count == 1, "a row that is none: \(new)")
            guard ["B003", "B004", "B012"].contains(change.code), let box = rows[0].box else { continue }
            demand(box.width > 0 && box.height > 0, "a row without an area: \(new)")
        }
    }
}

/// A header names a size, and one trainer at most rewrites the file.
@Sendable func readHeaders(_ file: [UInt8]) {
    if let header = try? ImageHeader.read(file, file: "fuzz") {
        demand(header.width > 0 && header.height > 0 && (1...8).contains(header.orientation))
    }
    let pillow = file.withUnsafeBufferPointer { PillowImage($0) }
    for trainer in Trainer.allCases {
        demand(pillow.refusal(by: trainer) == nil || !pillow.isRewritten(by: trainer))
    }
}

/// A decoded image has the size that its header names.
@Sendable func decodeImages(_ file: [UInt8]) throws {
    let header = try ImageHeader.read(file, file: "fuzz")
    guard header.width <= 512, header.height <= 512 else { return }
    for name in ["fuzz", "fuzz.tif"] {
        guard let decoded = try? ImageDecoder.decode(file, file: name) else { continue }
        demand(decoded.image.pixels.count == 3 * decoded.image.width * decoded.image.height)
        demand(decoded.image.width == header.width && decoded.image.height == header.height)
        _ = PictureGrid(decoded.image)
    }
    _ = try ImageDecoder.decode(file, file: "fuzz", scaleDenominator: 8)
}
