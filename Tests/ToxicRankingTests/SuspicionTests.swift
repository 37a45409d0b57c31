import Findings
import Geometry
import Imaging
import Randomness
import Testing
import ToxicRanking
import YOLODataset
import YOLOModel

@Suite struct SuspicionTests {
    private let letterbox = Letterbox(imageWidth: 100, imageHeight: 100, size: 100)

    private func label(_ line: UInt32, class classID: Int32, _ x: Double, _ y: Double, side: Double = 0.1) -> LabelBox {
        LabelBox(classID: classID, cx: x, cy: y, width: side, height: side, line: line)
    }

    private func candidate(
        _ x: Double, _ y: Double, _ objectness: Double, _ classes: [Double], side: Double = 0.1
    ) -> Candidate {
        let box = Box(cx: x, cy: y, width: side, height: side).multiplied(width: 100, height: 100)
        return Candidate(
            box: ObjectBox(Edges(box)), objectness: objectness, hasObjectness: true, classes: classes)
    }

    private func judge(_ boxes: [LabelBox], _ views: [[Candidate]]) -> ImageJudgement {
        var judgement = ImageJudgement(image: "a.jpg", digest: nil)
        judgement.judge(
            ImageEvidence(views: views, letterbox: letterbox, labels: boxes, classCount: 2), boxes: boxes, losses: [],
            planting: LabelPlanting(pool: [], seed: 1), imageNumber: 0)
        return judgement
    }

    private func list(_ images: [ImageJudgement]) throws -> SuspicionList {
        try SuspicionList(images, className: { "class \($0)" }, problems: [], jobs: 1)
    }

    /// Too few labels to fit anything: the plain scores still tell the kinds apart.
    @Test func eachKindIsFoundAndSuggestsWhatIsTrue() throws {
        let boxes = [
            label(1, class: 0, 0.2, 0.2), label(2, class: 1, 0.5, 0.5), label(3, class: 0, 0.8, 0.2),
            label(4, class: 0, 0.2, 0.8), label(5, class: 0, 0.201, 0.2),
        ]
        let view = [
            candidate(0.2, 0.2, 0.95, [0.95, 0.01]), candidate(0.5, 0.5, 0.9, [0.97, 0.02]),
            candidate(0.835, 0.2, 0.9, [0.9, 0.01]), candidate(0.8, 0.8, 0.9, [0.02, 0.9]),
        ]
        let found = try list([judge(boxes, [view, view])])
        #expect(!found.isCalibrated)
        func row(_ line: Int?) -> Suspicion? {
            found.suspicions.first { $0.line == line && $0.kind != .image }
        }
        #expect(row(2)?.kind == .wrongClass && row(2)?.suggestion?.classID == 0)
        #expect(row(3)?.kind == .shifted)
        #expect(abs(try #require(row(3)?.suggestion).cx - 0.835) < 1e-9)
        let spurious = try #require(row(4))
        #expect(spurious.kind == .spurious && spurious.suggestion == nil)
        #expect(row(5)?.kind == .duplicate)
        #expect(row(nil)?.kind == .missing && row(nil)?.suggestion?.classID == 1)
        // The right row is the least suspicious of all.
        #expect(found.suspicions.filter { $0.line != nil }.allSatisfy { $0.line != 1 || $0.probability < 0.1 })
    }

    @Test func imagesWithoutLabelsOrPredictionsAreJudgedToo() throws {
        let good = judge([label(1, class: 0, 0.5, 0.5)], Array(repeating: [candidate(0.5, 0.5, 1, [1, 0])], count: 2))
        let bare = judge([label(1, class: 0, 0.5, 0.5)], [[], []])
        let unlabelled = judge([], [[candidate(0.5, 0.5, 0.9, [0.9, 0.1])], []])
        let kinds = try list([good, bare, unlabelled, judge([], [[], []])]).shown.map(\.kind)
        #expect(kinds == [.spurious, .missing])
    }

    @Test func identityFollowsTheRowAndNotItsPlace() throws {
        func suspicion(_ line: UInt32) throws -> Suspicion {
            let view = [candidate(0.2, 0.2, 0.9, [0.9, 0.1])]
            let boxes = [label(line, class: 0, 0.5, 0.5), label(line + 1, class: 0, 0.2, 0.2)]
            return try #require(try list([judge(boxes, [view, view])]).suspicions.first)
        }
        let (first, second) = (try suspicion(1), try suspicion(7))
        #expect(first.id == second.id && first.line != second.line)
    }

    /// A dataset in which the predictions are right, with a few labels turned into others.
    @Test func probabilitiesAreThoseOfADatasetWithKnownErrors() throws {
        var images: [ImageJudgement] = []
        var wrong: Set<String> = []
        var (dropped, rows) = (0, 0)
        func unit(_ counter: Int) -> Double {
            (Double(CounterBasedNumber.symmetricUnit(seed: 9, counter: UInt64(counter))) + 1) / 2
        }
        let pool = [LabelBox(classID: 0, cx: 0.37, cy: 0.61, width: 0.1, height: 0.1, line: 0)]
        for number in 0..<150 {
            var boxes: [LabelBox] = []
            var views: [[Candidate]] = [[], []]
            for object in 0..<4 {
                let seed = number * 100 + object * 10
                let x = 0.2 + 0.6 * Double(object % 2) + 0.05 * unit(seed)
                let y = 0.2 + 0.6 * Double(object / 2) + 0.05 * unit(seed + 1)
                let id = unit(seed + 2) < 0.5 ? 0 : 1
                let side = 0.08 + 0.1 * unit(seed + 4)
                for view in 0..<2 {
                    let sure = 0.75 + 0.2 * unit(seed + 70000 + view)
                    let it = candidate(
                        x + 0.004 * (unit(seed + 5) - 0.5), y, sure, id == 0 ? [sure, 1 - sure] : [1 - sure, sure],
                        side: side)
                    views[view].append(it)
                }
                let line = UInt32(boxes.count + 1)
                switch unit(seed + 6) {
                case ..<0.04:
                    boxes.append(label(line, class: Int32(1 - id), x, y, side: side))
                    wrong.insert("\(number):\(line)")
                case ..<0.08:
                    let across = side * (0.1 + 0.15 * unit(seed + 7)) * (unit(seed + 8) < 0.5 ? 1 : -1)
                    let down = side * (0.1 + 0.15 * unit(seed + 9)) * (unit(seed + 8) < 0.25 ? 1 : -1)
                    let size = side * (0.85 + 0.3 * unit(seed + 80000))
                    boxes.append(label(line, class: Int32(id), x + across, y + down, side: size))
                    wrong.insert("\(number):\(line)")
                case ..<0.12: dropped += 1
                default: boxes.append(label(line, class: Int32(id), x, y, side: side))
                }
            }
            rows += boxes.count
            let evidence = ImageEvidence(views: views, letterbox: letterbox, labels: boxes, classCount: 2)
            var judgement = ImageJudgement(image: "\(number)", digest: nil)
            judgement.judge(
                evidence, boxes: boxes, losses: [], planting: LabelPlanting(pool: pool, seed: 3), imageNumber: number)
            images.append(judgement)
        }
        let found = try list(images)
        #expect(found.isCalibrated && wrong.count > 20 && dropped > 10)
        // No row is left out, whatever its probability; what is not shown is the end of the order.
        #expect(found.suspicions.count { $0.line != nil } == rows && found.shown.count { $0.line != nil } < rows)
        let firstUnshown = found.suspicions.firstIndex { !$0.isShown } ?? 0
        #expect(found.suspicions[firstUnshown...].allSatisfy { !$0.isShown && $0.evidence.isEmpty })
        let accused = found.suspicions.filter { $0.line != nil && $0.probability >= 0.5 }
        let hits = accused.count { wrong.contains("\($0.image):\($0.line ?? 0)") }
        #expect(hits >= wrong.count * 6 / 10, "\(hits) of \(wrong.count)")
        #expect(accused.count - hits <= wrong.count / 10)
        let total = [SuspicionKind.wrongClass, .shifted, .spurious, .duplicate].reduce(0) {
            $0 + (found.expected[$1] ?? 0)
        }
        #expect(abs(total - Double(wrong.count)) < 0.45 * Double(wrong.count), "\(total) for \(wrong.count)")
        #expect(found.suspicions.count { $0.kind == .missing && $0.probability > 0.5 } >= dropped / 2)
        // The same whatever the number of threads.
        let again = try SuspicionList(images, className: { "class \($0)" }, problems: [], jobs: 3)
        #expect(again.suspicions == found.suspicions)
    }
}

@Suite struct BoostedTreesTests {
    private func unit(_ counter: Int) -> Float { CounterBasedNumber.symmetricUnit(seed: 5, counter: UInt64(counter)) }

    @Test func theyLearnWhatNoLineCanTell() {
        // Exclusive or, and a feature that says nothing.
        let rows = (0..<600).map { [unit(3 * $0), unit(3 * $0 + 1), unit(3 * $0 + 2)] }
        let classes = rows.map { ($0[0] > 0) != ($0[1] > 0.2) ? 1 : 0 }
        let trees = BoostedTrees(rows, classes: classes, weights: rows.map { _ in 1 }, classCount: 2)
        let right = zip(rows, classes).count { trees.probabilities($0)[$1] > 0.5 }
        #expect(right > 585)
        #expect(rows.allSatisfy { abs(trees.probabilities($0).reduce(0, +) - 1) < 1e-12 })
    }

    @Test func probabilitiesFollowTheWeights() {
        // Nothing to split on: the share of the weight is all there is to know.
        let rows = (0..<100).map { _ in [Float(1)] }
        let classes = (0..<100).map { $0 < 50 ? 0 : 1 }
        let weights = (0..<100).map { $0 < 50 ? 3.0 : 1.0 }
        let trees = BoostedTrees(rows, classes: classes, weights: weights, classCount: 2)
        #expect(abs(trees.probabilities([1])[0] - 0.75) < 0.01)
        let without = BoostedTrees(rows, classes: classes, weights: classes.map { $0 == 0 ? 1 : 0 }, classCount: 2)
        #expect(without.probabilities([1])[1] < 0.01)
    }

    @Test func nothingIsNoReasonToFail() throws {
        #expect(BoostedTrees([], classes: [], weights: [], classCount: 2).probabilities([]).count == 2)
        #expect(try ErrorMixture([], kinds: 2).probabilities.isEmpty)
    }

    /// Figures of rows that are not shown are shorter, and numbers still: a place left of the image is no formula.
    @Test func figuresOfUnshownRowsAreNumbers() throws {
        let box = LabelBox(classID: 0, cx: -0.1, cy: 1 / 3, width: 0.2, height: 0.2, line: 4)
        func line(isShown: Bool) -> String? {
            let it = Suspicion(
                image: "a.png", digest: nil, kind: .shifted, probability: 0.001, impact: 1e-9, label: box,
                suggestion: nil, evidence: "", isShown: isShown)
            return ToxicWriter.suspicionsCSV([it]).split(separator: "\n").last.map(String.init)
        }
        #expect(try #require(line(isShown: true)).contains(",0.001,1e-09,0,-0.1,0.3333333333333333,0.2,0.2,"))
        #expect(try #require(line(isShown: false)).contains(",0.001,1e-09,0,-0.1,0.33333334,0.2,0.2,"))
    }
}
