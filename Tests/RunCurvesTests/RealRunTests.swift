import Foundation
import RunCurves
import TestSupport
import Testing

/// Logs that the trainers themselves wrote (`Benchmarks/curves_runs.py`), most with a failure planted.
@Suite struct RealRunTests {
    private struct Truth: Decodable { let trainer: String, condition: String }
    private struct Wanted: Decodable { let must: [String], may: [String] }
    /// A line of a bundle (`Benchmarks/curves_bundle.py`).
    private struct Packed: Decodable {
        let name: String
        let truth: Truth
        let files: [String: String]
        let images: [String]

        /// Written long ago: a log that was written to just now may be that of a training in progress.
        func unpack(into folder: String) throws {
            for (path, text) in files.merging(images.map { ($0, "") }, uniquingKeysWith: { first, _ in first }) {
                let path = "\(folder)/\(name)/\(path)"
                try FileManager.default.createDirectory(
                    atPath: String(path[..<(path.lastIndex(of: "/") ?? path.endIndex)]),
                    withIntermediateDirectories: true)
                try Data(text.utf8).write(to: URL(fileURLWithPath: path))
                try FileManager.default.setAttributes(
                    [.modificationDate: Date(timeIntervalSince1970: 1_700_000_000)], ofItemAtPath: path)
            }
        }
    }
    /// What was reached, below which no change may fall.
    private struct Floor: Decodable { let runs: Int, right: Int, missed: Int, wrong: Int }

    private static let folder = SharedMaterial.checkout.appendingPathComponent("Tests/RunCurvesTests/Runs").path

    private static func decode<Value: Decodable>(_ type: Value.Type, _ path: String) throws -> Value {
        try JSONDecoder().decode(type, from: try #require(FileManager.default.contents(atPath: path)))
    }

    /// docs/curves.md has the figures by diagnosis; `scripts/bench curves` counts the same.
    @Test(arguments: ["develop", "held"])
    func plantedFailuresAreFound(part: String) throws {
        let floors = try Self.decode([String: Floor].self, "\(Self.folder)/floors.json")
        let floor = try #require(floors[part])
        let wanted = try Self.decode(
            [String: Wanted].self, SharedMaterial.checkout.appendingPathComponent("Benchmarks/curves_wanted.json").path)
        let scratch = try TemporaryFolder()
        let bundle = try #require(FileManager.default.contents(atPath: "\(Self.folder)/\(part).jsonl"))
        let runs = try bundle.split(separator: 10).map { try JSONDecoder().decode(Packed.self, from: $0) }
        #expect(runs.count == floor.runs)
        var right = 0
        var wrong: [String] = []
        var missed: [String] = []
        for run in runs {
            try run.unpack(into: scratch.path)
            let truth = run.truth
            let asked = try #require(wanted["\(truth.condition) \(truth.trainer)"] ?? wanted[truth.condition])
            let found = try RunReview(["\(scratch.path)/\(run.name)"]).runs[0].diagnoses.map(\.code)
            let isHit = found.contains(where: asked.must.contains)
            if isHit { right += 1 } else if !asked.must.isEmpty { missed.append("\(run.name) \(asked.must[0])") }
            wrong += found.filter { !asked.must.contains($0) && !asked.may.contains($0) }.map { "\(run.name) \($0)" }
        }
        #expect(right >= floor.right && missed.count <= floor.missed, "right: \(right), missed: \(missed)")
        #expect(wrong.count <= floor.wrong, "wrong: \(wrong)")
    }

    @Test func seedsOfARealTrainingTellTheSpread() throws {
        let runs = (0...2).map { "\(Self.folder)/ultralytics-cells-healthy-\($0)" }
        let comparison = try #require(try RunReview(runs).comparison)
        #expect(comparison.settings.isEmpty && comparison.data.isEmpty && comparison.seeds != nil)
        #expect(comparison.firstDifferences.map(\.epoch) == [1, 1])
        let group = try #require(comparison.groups.first)
        #expect(group.names.count == 3 && group.deviation > 0.01 && group.leastGain > 2 * group.deviation)
    }

    /// The same run by way of TensorBoard's own writer.
    @Test func anEventFileSaysWhatTheTableSays() throws {
        let events = SharedMaterial.checkout.appendingPathComponent("Tests/RunCurvesTests/Events").path
        let run = try RunReader.read(events)
        let table = try RunReader.read("\(Self.folder)/ultralytics-cells-healthy-0").table
        #expect(run.table.rows.map(\.epoch) == table.rows.map(\.epoch))
        for column in table.columns where column != .seconds {
            for (a, b) in zip(run.table.rows, table.rows) {
                #expect(
                    abs((a.values[column] ?? .nan) - (b.values[column] ?? .nan)) <= 1e-6 * abs(b.values[column] ?? 0),
                    "\(column.name)")
            }
        }
    }

    /// What older versions and another tool's own client wrote: three epochs on twelve pictures, and the metrics of one run.
    @Test(arguments: [
        ("ultralytics-8.0.196", 3), ("ultralytics-8.2.103", 3), ("mlflow-history.csv", 12),
    ])
    func otherFormsAreRead(name: String, epochs: Int) throws {
        let run = try RunReader.read(
            SharedMaterial.checkout.appendingPathComponent("Tests/RunCurvesTests/Formats/\(name)").path,
            readsData: false)
        #expect(run.trainer == .ultralytics)
        #expect(run.table.rows.map(\.epoch) == Array(1...epochs))
        #expect(run.table.notes.isEmpty)
        for column in [LogColumn.loss(.train, "box"), .loss(.val, "dfl"), .score(.map50, of: "B"), .rate(0)] {
            #expect(run.table.curve(column).count == epochs, "\(column)")
        }
    }

    /// YOLOv7's own training script wrote it: twelve pictures, three epochs, counted from 0.
    @Test func aLogOfYOLOv7IsRead() throws {
        let run = try RunReader.read(
            SharedMaterial.checkout.appendingPathComponent("Tests/RunCurvesTests/Formats/yolov7detect-1.0.1").path,
            readsData: false)
        #expect(run.trainer == .yolov7 && run.wantedEpochs == 3 && run.table.notes.isEmpty)
        #expect(run.table.rows.map(\.epoch) == [1, 2, 3])
        let expected: [(LogColumn, [Double])] = [
            (.loss(.train, "box"), [0.06432, 0.07077, 0.07844]),
            (.loss(.train, "obj"), [0.009257, 0.008269, 0.007583]),
            (.loss(.train, "cls"), [0.02919, 0.03268, 0.03312]), (.score(.map50, of: ""), [0.3654, 0.3491, 0.2606]),
            (.score(.map, of: ""), [0.1188, 0.07519, 0.1173]), (.loss(.val, "box"), [0.1047, 0.1044, 0.1041]),
            (.loss(.val, "obj"), [0.007602, 0.00764, 0.007684]), (.loss(.val, "cls"), [0.03743, 0.03737, 0.03732]),
        ]
        for (column, values) in expected { #expect(run.table.curve(column).points.map(\.value) == values, "\(column)") }
    }

    /// An export of MLflow says what the table of the same run says.
    @Test func anExportOfMLflowSaysWhatTheTableSays() throws {
        let export = try RunReader.read(
            SharedMaterial.checkout.appendingPathComponent("Tests/RunCurvesTests/Formats/mlflow-history.csv").path)
        let table = try RunReader.read("\(Self.folder)/ultralytics-cells-healthy-0").table
        for column in [LogColumn.loss(.train, "cls"), .loss(.val, "box"), .score(.map, of: "B")] {
            #expect(export.table.curve(column).points.map(\.value) == table.curve(column).points.map(\.value))
        }
    }
}
