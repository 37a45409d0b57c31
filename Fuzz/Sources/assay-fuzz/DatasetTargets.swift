import ToolOptions
import YAMLText

@testable import AuditPlan
@testable import FileReading
@testable import LabelRules
@testable import YOLODataset

/// What is read has places inside the text, and what is written back reads the same.
@Sendable func readYAML(_ text: [UInt8]) throws {
    for trainer in Trainer.allCases { readAsPython(text, trainer.yamlLeniency) }
    guard let root = try YAMLDocument.parse(text, file: "fuzz").root else { return }
    var nodes = [root]
    var seen = 0
    while let node = nodes.popLast(), seen < 10_000 {
        seen += 1
        demand(node.line >= 1 && node.column >= 1 && node.byteRange.upperBound <= text.count)
        _ = (node.int, node.double, node.bool, node.duplicateKeys.count)
        nodes += node.sequence ?? node.mapping?.flatMap { [$0.key, $0.value] } ?? []
        guard case .scalar(let value, _) = node.content else { continue }
        let written = Array("key: \(YAMLEmitter.scalar(value))\n".utf8)
        guard let read = try? YAMLDocument.parse(written, file: "written").root?["key"],
            case .scalar(let again, _) = read.content
        else { fail("not read back: \(value)") }
        demand(Array(again.utf8) == Array(value.utf8), "read back otherwise: \(value)")
    }
}

/// What trainers' own loader makes of it: a value each, or an error.
private func readAsPython(_ text: [UInt8], _ leniency: PythonYAML.Leniency) {
    guard let root = try? PythonYAML.load(text, file: "fuzz", leniency: leniency) else { return }
    var nodes = [root]
    while let node = nodes.popLast() {
        demand((node.python == .other) == (node.sequence != nil || node.mapping != nil) || node.tag != nil)
        _ = (node.pythonText, YAMLTable(node)?.keys.count)
        nodes += node.sequence ?? node.mapping?.flatMap { [$0.key, $0.value] } ?? []
        if nodes.count > 100_000 { return }
    }
}

/// A dataset has classes and splits.
@Sendable func readDataset(_ text: [UInt8]) throws {
    try check(Dataset.open(MemoryFolder.write(text, to: "data.yaml")).usable())
}

/// The list of names follows after a NUL.
@Sendable func readDarknetData(_ input: [UInt8]) throws {
    let parts = input.split(separator: 0, maxSplits: 1, omittingEmptySubsequences: false)
    if parts.count == 2 { _ = MemoryFolder.write(Array(parts[1]), to: "fuzz.names") }
    try check(Dataset.open(MemoryFolder.write(Array(parts[0]), to: "fuzz.data")).usable())
}

private func check(_ dataset: Dataset) {
    demand(!dataset.splits.isEmpty && dataset.classNames.count <= 1 << 20)
    for split in dataset.splits {
        demand(split.line >= 1 && !split.sources.isEmpty && split.sources.allSatisfy { $0.path.hasPrefix("/") })
    }
    _ = dataset.className(dataset.classCount - 1)
}

/// Every line is an image in a folder, or one of the others, as each trainer reads the list.
@Sendable func readList(_ text: [UInt8]) {
    let path = MemoryFolder.write(text, to: "list.txt")
    let list = SplitSource(written: "list.txt", text: path, path: path, line: 1, column: 1)
    for trainer in Trainer.allCases {
        let source = ImageSource.list(list, trainer: trainer, workingFolder: MemoryFolder.path)
        var count = 0
        for folder in source.folders + source.repeats {
            demand(folder.path.hasPrefix("/") && folder.names.count > 0)
            for index in 0..<folder.names.count {
                let name = folder.names[index]
                demand(!name.contains("/"), "a name with a folder")
                // No file has such a name: the list is said to hold a NUL.
                guard !name.utf8.contains(0) else { continue }
                demand(folder.names.contains(name), "a name that is not found: \(name.debugDescription)")
            }
            count += folder.names.count
        }
        demand(count > 0 || source.problem != nil)
        demand(count + source.others.count <= text.count)
        demand(source.oddLines.allSatisfy { $0.line >= 1 && $0.line <= text.count + 1 })
    }
}

/// The person's part stays byte for byte, and a result that is written is read.
@Sendable func readPlan(_ text: [UInt8]) throws {
    let plan = try PlanFile("/fuzz/plan.yaml", bytes: text)
    for stage in StageName.allCases where plan.settings.hasBlock(stage) {
        demand(plan.settings.arguments(of: stage).allSatisfy { !$0.isEmpty })
    }
    let result = StageResult(
        status: .done, inputs: "digest", outputs: ["a, b"],
        summary: [.init("figure", 0.1), .init("text", "b: [c]\u{1B}")])
    let written = plan.contents(with: result, of: .anchors)
    let again = try PlanFile("/fuzz/plan.yaml", bytes: written)
    demand(again.settings == plan.settings, "other settings")
    demand(again.results[.anchors] == result, "another result")
    for (stage, old) in plan.results where stage != .anchors {
        demand(again.results[stage] == old, "another result of \(stage)")
    }
    demand(again.contents(with: result, of: .anchors) == written, "written otherwise")
}

/// What is written is read as the same.
@Sendable func readBaseline(_ text: [UInt8]) throws {
    let baseline = try Baseline.parse(text, file: "fuzz")
    demand(baseline.count >= 0)
    let written = baseline.text
    let again = try Baseline.parse(Array(written.utf8), file: "written")
    demand(again == baseline, "read back otherwise")
}

/// Whatever a cache says, a record is whole or is not taken, and is written as it was read.
@Sendable func readCache(_ bytes: [UInt8]) {
    for (_, folder) in FactCache.folders(in: bytes, at: 0, classCount: 3) ?? [:] {
        for index in 0..<folder.names.count {
            guard let known = folder.record(folder.names, index) else { continue }
            demand(known.start <= known.end && Int(known.end) <= bytes.count)
            var writer = ByteWriter()
            known.record.write(to: &writer)
            writer.bytes.withUnsafeBufferPointer { buffer in
                var scanner = ByteScanner(buffer)
                let again = SampleRecord(&scanner, classCount: 3)
                demand(!scanner.isDamaged && again == known.record, "a record that reads back otherwise")
            }
        }
    }
}
