import FileReading
import Findings
import Foundation
import LabelRules
import TestSupport
import Testing

@Suite struct ThresholdTests {
    @Test func everyThresholdIsDeclaredOnce() {
        let thresholds = RuleRegistry.thresholds
        #expect(Set(thresholds.map(\.name)).count == thresholds.count)
        for rule in RuleRegistry.all {
            for declared in type(of: rule).thresholds {
                let known = thresholds.first { $0.name == declared.name }
                #expect(known?.codes.contains(type(of: rule).documentation.code) == true)
                #expect(known?.default == declared.default && known?.range == declared.range)
                #expect(known?.help == declared.help)
            }
        }
        #expect(thresholds.first { $0.name == "near_duplicate_bits" }?.codes == ["D006", "I009"])
    }

    @Test func defaultsAreThoseOfTheRules() {
        let thresholds = CheckThresholds()
        #expect(thresholds.entries.isEmpty)
        for threshold in RuleRegistry.thresholds { #expect(thresholds[threshold] == threshold.default) }
    }

    @Test func whatIsSetHoldsAndWhatEqualsTheDefaultIsNoChange() throws {
        var thresholds = CheckThresholds()
        try thresholds.set("min_side", to: 3)
        try thresholds.set("imbalance", to: 7)
        #expect(thresholds.entries.map(\.name) == ["imbalance", "min_side"])
        #expect(thresholds.entries.map(\.value) == [7, 3])
        try thresholds.set("min_side", to: 2)
        try thresholds.set("imbalance", to: 100)
        #expect(thresholds == CheckThresholds())
    }

    @Test func unknownNamesAndValuesOutOfRangeAreRefused() throws {
        var thresholds = CheckThresholds()
        let unknown = #expect(throws: ThresholdError.self) { try thresholds.set("min_size", to: 3) }
        #expect(unknown?.description.contains("blank_spread, imbalance") == true)
        for value in [-1, 1001, Double.nan, .infinity] {
            let error = #expect(throws: ThresholdError.self) { try thresholds.set("min_side", to: value) }
            #expect(error?.description.hasSuffix("write a number from 0 to 1000") == true)
        }
        #expect(thresholds == CheckThresholds())
    }

    /// What hangs on the order of a dictionary differs from process to process.
    @Test func digestIsTheSameInAnotherProcess() throws {
        var settings = CheckSettings()
        settings.severities = ["B003": .note, "B009": .note, "F001": .note, "D009": .note]
        for (name, value) in [("min_side", 3.0), ("max_aspect", 20), ("imbalance", 7), ("blank_spread", 5)] {
            try settings.thresholds.set(name, to: value)
        }
        var builder = DigestBuilder()
        settings.add(to: &builder)
        let digest = builder.finish().hex
        let variable = "ASSAY_TEST_DIGEST"
        if let path = ProcessInfo.processInfo.environment[variable] {
            try digest.write(toFile: path, atomically: true, encoding: .utf8)
            return
        }
        let folder = try TemporaryFolder()
        for number in 1...2 {
            let path = "\(folder.path)/\(number)"
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
            process.arguments = [
                "--testing-library", "swift-testing", "--filter", "digestIsTheSameInAnotherProcess",
            ]
            process.environment = ProcessInfo.processInfo.environment.merging([variable: path]) { $1 }
            process.standardOutput = FileHandle.nullDevice
            process.standardError = FileHandle.nullDevice
            try process.run()
            process.waitUntilExit()
            #expect(try String(contentsOfFile: path, encoding: .utf8) == digest)
        }
    }
}
