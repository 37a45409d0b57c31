import Randomness

/// A reader of files from outside, and how it is fuzzed: declared once, here.
struct FuzzTarget: Sendable {
    /// Reads an input, or refuses it by an error for people. Everything else is a finding: a crash, any other error, more
    /// than ten seconds, more than 2 GB.
    typealias Reading = @Sendable (_ input: [UInt8]) throws -> Void
    /// Another input of the same form; nil where the input has not that form.
    typealias Mutation = @Sendable (_ input: [UInt8], inout NumberSequence) -> [UInt8]?

    let name: String
    /// What is read, for `docs/reliability.md`.
    let form: String
    /// Executions of a full run.
    let executions: Int
    /// The longest input: long enough for every form, short enough to be fast.
    let mostBytes: Int
    /// The folder below `Fuzz/Corpus`, and the dictionary of that name in `Fuzz/Dictionaries` where there is one.
    let corpus: String
    /// The files or folders below `Sources` that read such input: their coverage is reported.
    let readers: [String]
    let mutation: Mutation?
    let read: Reading

    init(
        _ name: String, _ form: String, executions: Int = 1_000_000, mostBytes: Int = 1024, corpus: String? = nil,
        readers: [String], mutation: Mutation? = nil, read: @escaping Reading
    ) {
        self.name = name
        self.form = form
        self.executions = executions
        self.mostBytes = mostBytes
        self.corpus = corpus ?? name
        self.readers = readers
        self.mutation = mutation
        self.read = read
    }

    /// For `scripts/fuzz`: fields with tabs between them.
    var line: String { "\(name)\t\(corpus)\t\(mostBytes)\t\(executions)\t\(form)\t\(readers.joined(separator: ","))" }

    /// The one that the command line names.
    static let chosen: FuzzTarget? = all.first { CommandLine.arguments.dropFirst().first == $0.name }

    static let all: [FuzzTarget] = [
        FuzzTarget(
            "labels", "label rows", executions: 10_000_000, mostBytes: 256,
            readers: [
                "YOLODataset/LabelFile.swift", "YOLODataset/RowParser.swift", "YOLODataset/NumberText.swift",
                "YOLODataset/PlainRows.swift", "YOLODataset/RowRepeats.swift", "YOLODataset/UnicodeBlanks.swift",
            ], read: readLabels),
        FuzzTarget(
            "verdicts", "label rows as each trainer reads them", corpus: "labels",
            readers: [
                "LabelRules/Trainers/PythonLabels.swift", "LabelRules/Trainers/DarknetLabels.swift",
                "LabelRules/Trainers/NumberScanner.swift", "LabelRules/Trainers/TrainerVerdicts.swift",
            ], read: judgeLabels),
        FuzzTarget(
            "fixes", "label rows, corrected", corpus: "labels",
            readers: [
                "LabelRules/Fixes/LabelLines.swift", "LabelRules/Fixes/RowFix.swift",
                "LabelRules/Fixes/LabelFixer.swift",
            ], read: fixLabels),
        FuzzTarget(
            "headers", "image headers", executions: 10_000_000,
            readers: [
                "FileReading/ImpostorFile.swift", "Imaging/ByteReader.swift", "Imaging/ISOMediaHeader.swift",
                "Imaging/ImageFormat.swift", "Imaging/ImageHeader.swift", "Imaging/JPEG2000Header.swift",
                "Imaging/TIFFHeader.swift", "LabelRules/Trainers/JPEGMarkers.swift",
                "LabelRules/Trainers/MultiPictureIndex.swift", "LabelRules/Trainers/PillowImage.swift",
                "LabelRules/Trainers/PillowTIFF.swift",
            ], read: readHeaders),
        FuzzTarget(
            "images", "images of every format, decoded", mostBytes: 8192,
            readers: [
                "Imaging/BitmapDecoder.swift", "Imaging/FloatMapDecoder.swift", "Imaging/ImageDecoder.swift",
                "Imaging/PNGChecksum.swift",
            ], read: decodeImages),

        FuzzTarget("yaml", "YAML", executions: 10_000_000, mostBytes: 256, readers: ["YAMLText"], read: readYAML),
        FuzzTarget("dataset", "data.yaml", readers: ["YOLODataset/Dataset.swift"], read: readDataset),
        FuzzTarget(
            "darknet", "darknet's .data with its .names", readers: ["YOLODataset/DarknetData.swift"],
            read: readDarknetData),
        FuzzTarget(
            "lists", "lists of images", readers: ["YOLODataset/ImageList.swift", "YOLODataset/ImageSource.swift"],
            read: readList),
        FuzzTarget(
            "exports", "exports of other tools, converted",
            readers: ["DatasetConversion/Readers"],
            read: convertExport),
        FuzzTarget(
            "plan", "plan", readers: ["AuditPlan/Plan/PlanFile.swift", "AuditPlan/Plan/PlanSettings.swift"],
            read: readPlan),
        FuzzTarget(
            "baseline", "baseline of known findings", readers: ["LabelRules/Engine/Baseline.swift"], read: readBaseline),
        FuzzTarget(
            "cache", "cache of facts about files",
            readers: [
                "FileReading/ByteCoding.swift", "LabelRules/Cache/FactCacheFolder.swift",
                "LabelRules/Cache/SampleRecord.swift",
            ], read: readCache),
        FuzzTarget(
            "parts", "parts of shards, and their manifest", mostBytes: 4096,
            readers: [
                "LabelRules/Cache/LabelFacts.swift", "Sharding/PartHeader.swift", "Sharding/ShardManifest.swift",
                "Sharding/ShardPart.swift", "ToxicRanking/Measure/MeasuredParts.swift",
                "ToxicRanking/Measure/MeasuredRecord.swift",
            ], mutation: sealed, read: readShardFile),

        FuzzTarget(
            "pickle", "pickle of a checkpoint", executions: 10_000_000, mostBytes: 4096,
            readers: ["YOLOModel/Checkpoint/Pickle", "YOLOModel/Checkpoint/TorchCheckpoint.swift"],
            mutation: PickleProgram.mutated, read: readPickle),
        FuzzTarget("zip", "ZIP archive", readers: ["YOLOModel/Checkpoint/ZipArchive.swift"], read: readArchive),
        FuzzTarget(
            "oldtorch", "checkpoint of before PyTorch 1.6", mostBytes: 4096,
            readers: ["YOLOModel/Checkpoint/TorchCheckpoint.swift"], mutation: PickleProgram.mutated,
            read: readOldCheckpoint),
        FuzzTarget(
            "safetensors", "safetensors", executions: 10_000_000, readers: ["YOLOModel/Checkpoint/Safetensors.swift"],
            read: readSafetensors),
        FuzzTarget(
            "checkpoints", "checkpoint, to a network", mostBytes: 8192,
            readers: [
                "YOLOModel/Checkpoint/ModelReading.swift", "YOLOModel/Checkpoint/ModuleRecord.swift",
                "YOLOModel/Architecture/GraphBuilder.swift", "YOLOModel/Architecture/DetectionHeads.swift",
                "YOLOModel/Architecture/AttentionModules.swift", "YOLOModel/Architecture/BlockModules.swift",
            ], mutation: mutatedCheckpoint,
            read: readCheckpoint),
        FuzzTarget(
            "model", "model YAML, to a network; its anchors rewritten",
            readers: [
                "YOLOModel/Architecture/ModelYAML.swift", "YOLOModel/Architecture/ModuleMaking.swift",
                "AnchorFitting/ModelYAMLAnchors.swift",
            ], read: readModelYAML),
        FuzzTarget(
            "cfg", "darknet's .cfg; its anchors rewritten", executions: 10_000_000,
            readers: ["AnchorFitting/DarknetConfiguration.swift"], read: readConfiguration),

        FuzzTarget(
            "runs", "logs of trainers: tables, texts, event files, terminals",
            readers: ["RunCurves/Reading", "RunCurves/Log"],
            read: readRunLog),
        FuzzTarget(
            "decisions", "file of decisions", executions: 10_000_000,
            readers: ["AuditReport/DecisionCheck.swift", "AuditReport/Decisions.swift"], read: readDecisions),
        FuzzTarget(
            "http", "request to the served report: head and body", executions: 10_000_000,
            readers: [
                "ReportServing/RequestGuard.swift", "ReportServing/RequestHandler.swift",
                "ReportServing/ReportResponder.swift", "ReportServing/ReportConnection.swift",
                "AuditReport/DecisionStore.swift",
            ], read: serve),
        FuzzTarget("ledger", "columns of the ledger", readers: ["AuditPlan/Ledger"], read: readLedger),
        FuzzTarget(
            "texts", "names and figures as they are written in every form", mostBytes: 256,
            readers: [
                "TextForms/QuotedText.swift", "TextForms/XMLText.swift", "TextForms/RowNumber.swift",
                "TextForms/CSVWriter.swift", "TextForms/TerminalText.swift", "TextForms/ControlScalars.swift",
                "FileReading/Paths.swift", "ToolOptions/Values/ListText.swift",
            ], read: writeTexts),
    ]
}
