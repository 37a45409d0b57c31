import CheckedNumbers
import Findings
import TextForms
import YOLODataset

/// How the trainers in Python take a label file: all rows into one array of single precision, and out with the image if
/// that fails or a number is beyond the limits.
struct PythonLabels {
    let trainer: Trainer
    let classCount: Int
    let keypointShape: [Int]?
    let task: RecognisedTask

    private static let mark: [UInt8] = [0xEF, 0xBB, 0xBF]

    /// Tests of the whole array, by trainer.
    private var largest: Float { trainer == .ultralytics ? 1.01 : 1 }
    private var smallest: Float { trainer == .ultralytics ? -0.01 : 0 }
    /// With more fields than this in a row, the file is taken for one of polygons.
    private var boxFields: Int { trainer == .yolov7 ? 8 : 6 }

    func judge(_ file: LabelFile, _ bytes: ArraySlice<UInt8>) -> LabelJudgement {
        var judgement = LabelJudgement()
        judgement.rows = file.rows.map { _ in RowJudgement(effect: .kept("trained on as it stands")) }
        if trainer == .ultralytics, case .notUTF8(offset: 0) = file.textProblem, Self.mark.starts(with: bytes) {
            // The beginning of a byte-order mark alone is read as nothing.
            judgement.rows = file.rows.map { _ in RowJudgement(effect: .kept("read as nothing")) }
            return judgement
        }
        if file.textProblem != nil {
            judgement.refusal = "the text is not UTF-8"
        } else if file.hasByteOrderMark, trainer != .ultralytics {
            judgement.refusal = "the byte-order mark is no number"
        } else if let line = trainer == .yolov7 ? file.layout.emptyRow : nil {
            judgement.refuse("an empty row has no columns", line: line)
        } else if let line = trainer == .ultralytics ? nil : file.layout.blankRow {
            judgement.refuse("a row of blanks has no columns", line: line)
        }
        let hasPolygons = keypointShape == nil && file.rows.contains { $0.fields > boxFields }
        let isMixed = trainer == .ultralytics && hasPolygons && file.rows.contains { $0.fields == 5 }
        for (index, row) in file.rows.enumerated() {
            let refusal = read(row, hasPolygons, &judgement.rows[index])
            guard let refusal = isMixed ? "boxes and polygons are mixed" : refusal else { continue }
            judgement.rows[index].isCause = true
            judgement.refuse(refusal, line: row.line)
        }
        guard judgement.refusal == nil else { return judgement }
        if trainer == .ultralytics, task.isDeclared, task.task == .segment || task.task == .obb, !hasPolygons {
            for index in judgement.rows.indices {
                judgement.rows[index].effect = .stops("a box without an outline, with the task \(task.task.rawValue)")
            }
        }
        removeCopies(file, hasPolygons, &judgement)
        return judgement
    }

    /// Why the row makes the trainer refuse the image; nil where it does not.
    private func read(_ row: LabelRow, _ hasPolygons: Bool, _ judgement: inout RowJudgement) -> String? {
        if case .notANumber(let field) = row.problem { return "“\(field)” is not a number" }
        let values = row.values.map { Float($0) }
        guard let classID = values.first else { return "a row has no columns" }
        var box: TrainedBox
        if hasPolygons {
            guard row.fields % 2 == 1, row.fields >= 3 else {
                return "\(Counted.text(row.fields, "column")) make no polygon"
            }
            box = Self.box(of: values)
            if row.fields == 5 {
                judgement.effect = .readWrong("centre and size are taken for two points of a polygon")
            } else if row.kind == .polygon {
                judgement.effect = effectOfPolygon
            }
        } else {
            let expected = keypointShape.map { $0.checkedProduct()?.checkedPlus(5) ?? .max } ?? 5
            guard row.fields == expected else {
                return "\(Counted.text(row.fields, "column")), where \(expected) are expected"
            }
            box = TrainedBox(
                classID: classID, cx: values[1], cy: values[2], width: values[3], height: values[4])
        }
        if let refusal = refusal(box, row) { return refusal }
        judgement.box = box
        if let effect = effect(ofClass: classID) { judgement.effect = effect }
        return nil
    }

    private var effectOfPolygon: TrainerEffect {
        switch task.task {
        case .segment: .kept("trained on as it stands")
        case .obb: .kept("trained on as the smallest rectangle around the points")
        case .detect, .pose: .altered("trained on as the box around the polygon")
        }
    }

    /// The box around points, in single precision throughout.
    private static func box(of values: [Float]) -> TrainedBox {
        let xs = stride(from: 1, to: values.count, by: 2).map { values[$0] }
        let ys = stride(from: 2, to: values.count, by: 2).map { values[$0] }
        // Of NaN there is no least and no greatest.
        func range(_ values: [Float]) -> (Float, Float) {
            values.contains(where: \.isNaN) ? (.nan, .nan) : (values.min() ?? .nan, values.max() ?? .nan)
        }
        let ((left, right), (top, bottom)) = (range(xs), range(ys))
        return TrainedBox(
            classID: values[0], cx: (left + right) / 2, cy: (top + bottom) / 2, width: right - left,
            height: bottom - top)
    }

    private func refusal(_ box: TrainedBox, _ row: LabelRow) -> String? {
        let sides = [box.cx, box.cy, box.width, box.height]
        // Of a pose the upper limit is the points' alone, and the lower one the visibility's too.
        let further = keypointShape == nil ? [] : row.values.dropFirst(5).map { Float($0) }
        let limited = keypointShape.map { shape in
            further.enumerated().filter { shape.count == 2 && $0.offset % max(1, shape[1]) < 2 }.map(\.element)
        }
        if (sides + further + [box.classID]).contains(where: \.isNaN) { return "a number is not one (nan)" }
        if let over = (limited ?? sides).first(where: { $0 > largest }) {
            return "\(Figure.short(Double(over))) is more than \(Figure.short(Double(largest)))"
        }
        if let under = (sides + further + [box.classID]).first(where: { $0 < smallest }) {
            return "\(Figure.short(Double(under))) is less than \(Figure.short(Double(smallest)))"
        }
        let limit = Float(classCount)
        switch trainer {
        case .ultralytics:
            if box.width < 0 || box.height < 0 { return "a width or height is negative" }
            if box.classID != box.classID.rounded(.towardZero) { return "a class id is not a whole number" }
            if box.classID >= limit { return "class \(Figure.short(Double(box.classID))) of \(classCount)" }
        case .ultralyticsOld:
            if box.classID > limit { return "class \(Figure.short(Double(box.classID))) of \(classCount)" }
        case .yolov5, .yolov7, .darknet: break
        }
        return nil
    }

    /// What becomes of a class id that passes the reading, but is none.
    private func effect(ofClass id: Float) -> TrainerEffect? {
        if id.rounded(.towardZero) >= Float(classCount) {
            return trainer == .ultralyticsOld
                ? .readWrong("class \(classCount), which is none, passes the test")
                : .stops("a class id beyond the classes passes the reading, and is refused when training starts")
        }
        return id == id.rounded(.towardZero)
            ? nil : .readWrong("as class \(Figure.short(Double(id.rounded(.towardZero))))")
    }

    /// Rows that are the same in single precision are trained on once.
    private func removeCopies(_ file: LabelFile, _ hasPolygons: Bool, _ judgement: inout LabelJudgement) {
        var firstLine: [[Float]: Int] = [:]
        for (index, row) in file.rows.enumerated() {
            guard let box = judgement.rows[index].box else { continue }
            var key = [box.classID, box.cx, box.cy, box.width, box.height].map { $0 + 0 }
            // Newer versions compare the polygons, older ones the boxes around them.
            if keypointShape != nil || trainer == .ultralytics && hasPolygons {
                key += row.values.dropFirst().map { Float($0) + 0 }
            }
            guard let first = firstLine[key] else {
                firstLine[key] = row.line
                continue
            }
            if trainer == .yolov7 {
                judgement.rows[index].isCause = true
                judgement.refuse("a row stands twice", line: row.line)
            } else {
                judgement.rows[index].effect = .dropped("the copy of line \(first) is removed")
                judgement.rows[index].box = nil
            }
        }
    }
}

extension LabelJudgement {
    /// The first reason stands.
    fileprivate mutating func refuse(_ reason: String, line: Int) {
        guard refusal == nil else { return }
        refusal = reason
        refusalLine = line
    }
}
