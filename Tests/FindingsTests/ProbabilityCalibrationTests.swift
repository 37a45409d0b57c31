import Findings
import Foundation
import TestSupport
import Testing

@Suite struct ProbabilityCalibrationTests {
    /// Suspicions of which the odds are 30 times those that were said.
    private func decided(_ count: Int, odds factor: Double) -> [ProbabilityCalibration.Decided] {
        (0..<count).map { number in
            let said = 0.02 + 0.3 * Double(number) / Double(max(1, count - 1))
            let odds = said / (1 - said) * factor
            // Evenly spread, so that no draw decides.
            let place = (Double(number) * 0.618_033_988_75).truncatingRemainder(dividingBy: 1)
            let isWrong = place < odds / (1 + odds)
            return .init(probability: said, kind: .missing, isWrong: isWrong)
        }
    }

    @Test func withoutDecisionsNothingMoves() {
        let plain = ProbabilityCalibration()
        for p in [0.001, 0.02, 0.5, 0.97] {
            #expect(abs(plain.probability(p, .spurious) - p) < 1e-12)
            let range = plain.range(p, .spurious)
            #expect(range.contains(p) && range.lowerBound > 0 && range.upperBound < 1)
        }
        // What is all but certain, or impossible, stays so.
        #expect(plain.probability(0, .image) < 1e-3 && plain.probability(1, .image) > 0.999)
    }

    @Test func decisionsTellHowFarOffProbabilitiesAre() {
        let before = ProbabilityCalibration()
        let few = ProbabilityCalibration(decided(20, odds: 30))
        let many = ProbabilityCalibration(decided(400, odds: 30))
        let truth = 0.05 / 0.95 * 30 / (1 + 0.05 / 0.95 * 30)
        #expect(abs(many.probability(0.05, .missing) - truth) < 0.08)
        let distance = { (it: ProbabilityCalibration) in abs(it.probability(0.05, .missing) - truth) }
        #expect(distance(few) < distance(before) / 2)
        // The more is decided the narrower are the bounds, and the truth was always within.
        let widths = [before, few, many].map { it in
            let range = it.range(0.05, .missing)
            #expect(range.contains(truth))
            return range.upperBound - range.lowerBound
        }
        #expect(widths[0] > widths[1] && widths[1] > widths[2])
        // Another kind follows a little: what is off for one is often off for others.
        let other = few.probability(0.05, .shifted)
        #expect(other > 0.05 && other < few.probability(0.05, .missing))
    }

    /// Whoever decides the same thing again and again is not asked for more of it.
    @Test func whatIsNotKnownIsWorthMore() {
        let before = ProbabilityCalibration()
        #expect(before.worth(0.3, .missing) > before.worth(0.001, .missing))
        let after = ProbabilityCalibration(
            (0..<30).map { _ in .init(probability: 0.3, kind: .missing, isWrong: false) })
        #expect(after.worth(0.3, .missing) < before.worth(0.3, .missing))
        #expect(after.worth(0.3, .missing) < after.worth(0.3, .spurious))
    }

    @Test func boundsOfManyAddUp() {
        let calibration = ProbabilityCalibration()
        let count = calibration.count((0..<100).map { _ in (0.01, SuspicionKind.missing) })
        #expect(abs(count.mean - 1) < 1e-9 && count.low < 0.1 && count.high > 20 && count.high < 100)
        #expect(calibration.count([(Double, SuspicionKind)]()) == .init())
    }

    private static let node = ["/usr/bin/node", "/usr/local/bin/node"].first {
        FileManager.default.isExecutableFile(atPath: $0)
    }

    /// The page recalibrates as decisions are made, the ledger's readers when they read: both say the same.
    @Test(.enabled(if: node != nil, "node is not installed"))
    func thePageComputesTheSame() throws {
        let folder = try TemporaryFolder()
        let script = SharedMaterial.checkout.appendingPathComponent("Sources/AuditReport/Resources/calibration.js")
        try folder.write(try String(contentsOf: script, encoding: .utf8), to: "calibration.mjs")
        let decided =
            decided(30, odds: 10) + [
                .init(probability: 1, kind: .image, isWrong: true),
                .init(probability: 0.9, kind: .wrongClass, isWrong: false),
            ]
        let rows = decided.map { "[\($0.probability), \"\($0.kind.rawValue)\", \($0.isWrong)]" }.joined(separator: ", ")
        let places: [(Double, SuspicionKind)] = [(0.004, .missing), (0.4, .wrongClass), (0.7, .duplicate), (1, .image)]
        let asked = places.map { "[\($0.0), \"\($0.1.rawValue)\"]" }.joined(separator: ", ")
        try folder.write(
            """
            import { calibrate } from "./calibration.mjs";
            const it = calibrate([\(rows)]);
            for (const [p, kind] of [\(asked)]) {
              console.log([it.probability(p, kind), ...it.range(p, kind), it.worth(p, kind)].join(" "));
            }
            """, to: "run.mjs")
        let process = Process()
        let pipe = Pipe()
        process.executableURL = URL(fileURLWithPath: try #require(Self.node))
        process.arguments = [folder.path + "/run.mjs"]
        process.standardOutput = pipe
        try process.run()
        let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        let calibration = ProbabilityCalibration(decided)
        let lines = output.split(separator: "\n")
        #expect(lines.count == places.count)
        for (line, (p, kind)) in zip(lines, places) {
            let range = calibration.range(p, kind)
            let own = [
                calibration.probability(p, kind), range.lowerBound, range.upperBound, calibration.worth(p, kind),
            ]
            for (figure, other) in zip(own, line.split(separator: " ")) {
                #expect(abs(figure - (Double(other) ?? .nan)) < 1e-9, "\(kind) \(p): \(line)")
            }
        }
    }
}
