import Foundation
import RunCurves
import TestSupport
import Testing

@Suite struct ComparisonTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func write(
        _ name: String, seed: Int, rate: String = "0.01", losses: [Double], scores: [Double], more: String = ""
    ) throws {
        let rows = zip(losses, scores).enumerated().map { "\($0 + 1),\($1.0),\($1.1)\n" }.joined()
        try folder.write("epoch,train/box_loss,metrics/mAP50(B)\n" + rows, to: "\(name)/results.csv")
        try folder.write("lr0: \(rate)\nseed: \(seed)\nname: \(name)\nepochs: 3\n\(more)", to: "\(name)/args.yaml")
    }

    private func review(_ names: String...) throws -> RunReview { try RunReview(names.map { folder.path + "/" + $0 }) }

    @Test func seedsTellWhatAGainIsWorth() throws {
        try write("a", seed: 0, losses: [4, 3, 2], scores: [0.1, 0.2, 0.30])
        try write("b", seed: 1, losses: [4.1, 3, 2], scores: [0.1, 0.2, 0.34])
        try write("c", seed: 2, losses: [4.2, 3, 2], scores: [0.1, 0.2, 0.32])
        try write("d", seed: 0, rate: "0.02", losses: [4, 2.9, 2], scores: [0.1, 0.2, 0.33])
        let seeds = try #require(try review("a", "b", "c").comparison)
        #expect(seeds.settings.isEmpty && seeds.seeds?.values == ["0", "1", "2"])
        let group = try #require(seeds.groups.first)
        #expect(abs(group.mean - 0.32) < 1e-9 && abs(group.deviation - 0.02) < 1e-9)
        let all = try review("a", "b", "c", "d")
        let verdict = try #require(all.comparison?.verdict(all.runs.map(\.run)))
        // b and c differ from a in the seed alone, which is the spread.
        #expect(verdict.best == "d" && !verdict.isReal)
        #expect(all.comparison?.settings.map(\.key) == ["lr0"])
    }

    @Test func theEpochFromWhichRunsDifferIsNamed() throws {
        try write("a", seed: 0, losses: [4, 3, 2], scores: [0.1, 0.2, 0.3])
        try write("b", seed: 0, losses: [4, 3, 2.5], scores: [0.1, 0.2, 0.3])
        try write("c", seed: 0, losses: [4, 3, 2], scores: [0.1, 0.2, 0.3])
        let comparison = try #require(try review("a", "b", "c").comparison)
        #expect(comparison.firstDifferences.map(\.epoch) == [3, nil] && comparison.groups.isEmpty)
    }

    @Test func whatMakesATrainingIrreproducibleIsNamed() throws {
        try write(
            "a", seed: 0, losses: [4, 3, 2], scores: [0.1, 0.2, 0.3],
            more: "deterministic: false\namp: true\nworkers: 8\n")
        try write(
            "b", seed: 0, losses: [4, 3, 2], scores: [0.1, 0.2, 0.3],
            more: "deterministic: false\namp: true\nworkers: 8\n")
        #expect(try review("a", "b").comparison?.causes.map(\.key) == ["deterministic=False", "amp=True", "workers"])
    }

    @Test func runsOfOneNameAreToldApartByTheirFolders() throws {
        for place in ["x", "y"] {
            try folder.write("epoch,train/box_loss\n1,4\n", to: "\(place)/exp/results.csv")
        }
        #expect(try review("x/exp", "y/exp").runs.map(\.run.name) == ["x/exp", "y/exp"])
    }

    @Test func aHealthyRunSaysSoInOneLine() throws {
        try write("a", seed: 0, losses: [4, 3, 2.5, 2.2, 2], scores: [0.1, 0.2, 0.3, 0.4, 0.45])
        let text = try review("a").text(drawsCurves: false).text
        #expect(text.split(separator: "\n").count == 2 && text.contains("healthy"))
        #expect(text.contains("5 of 3 epochs"))
    }

    @Test func picturesAreDrawnOfBothForms() throws {
        try write("a", seed: 0, losses: [4, 3, 2], scores: [0.1, 0.2, 0.3])
        let chart = RunChart(try review("a").runs)
        try chart.write(to: folder.path + "/a.svg")
        try chart.write(to: folder.path + "/a.png")
        #expect(try String(contentsOfFile: folder.path + "/a.svg", encoding: .utf8).contains("train/box"))
        #expect(FileManager.default.contents(atPath: folder.path + "/a.png")?.starts(with: [0x89, 0x50]) ?? false)
    }

    @Test func sparklinesShowBrokenValues() throws {
        let table = try RunReader.table(of: Array("epoch,train/box_loss\n1,1\n2,8\n3,nan\n".utf8), file: "log")
        #expect(Sparkline.text(table.curve(.loss(.train, "box"))) == "▁█×")
    }
}
