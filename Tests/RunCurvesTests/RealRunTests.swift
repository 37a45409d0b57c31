import Foundation
import RunCurves
import TestSupport
import Testing

/// Logs that the trainers themselves wrote (`Benchmarks/curves_runs.py`), most with a failure planted.
@Suite struct RealRunTests {
    private struct Truth: Decodable { let trainer: String, condition: String }
    private struct Wanted: Decodable { let must: [String], may: [String] }

    private static let folder = SharedMaterial.checkout.appendingPathComponent("Tests/RunCurvesTests/Runs").path

    private static func decode<Value: Decodable>(_ type: Value.Type, _ path: String) throws -> Value {
        try JSONDecoder().decode(type, from: try #require(FileManager.default.contents(atPath: path)))
    }

    /// Of the runs that are kept here nine in ten failures are found, and nine in ten diagnoses are right; docs/curves.md has the
    /// figures of all conditions.
    @Test func plantedFailuresAreFound() throws {
        let wanted = try Self.decode(
            [String: Wanted].self, SharedMaterial.checkout.appendingPathComponent("Benchmarks/curves_wanted.json").path)
        var right = 0
        var wrong: [String] = []
        var missed: [String] = []
        for name in try FileManager.default.contentsOfDirectory(atPath: Self.folder).sorted() {
            let truth = try Self.decode(Truth.self, "\(Self.folder)/\(name)/truth.json")
            let asked = try #require(wanted["\(truth.condition) \(truth.trainer)"] ?? wanted[truth.condition])
            let found = try RunReview(["\(Self.folder)/\(name)"]).runs[0].diagnoses.map(\.code)
            let isHit = found.contains(where: asked.must.contains)
            if isHit { right += 1 } else if !asked.must.isEmpty { missed.append("\(name) \(asked.must[0])") }
            wrong += found.filter { !asked.must.contains($0) && !asked.may.contains($0) }.map { "\(name) \($0)" }
        }
        #expect(right > 0 && Double(right) >= 0.9 * Double(right + missed.count), "missed: \(missed)")
        #expect(Double(right) >= 0.9 * Double(right + wrong.count), "wrong: \(wrong)")
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
}
