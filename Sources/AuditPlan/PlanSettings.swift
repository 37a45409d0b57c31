import FileReading
import LabelRules
import YAMLText

/// The stages of an audit, in the order in which they run.
public enum StageName: String, Sendable, CaseIterable {
    case labels, anchors, probe, toxic, report

    /// The executable that runs it.
    public var executable: String { "assay-\(rawValue)" }
}

/// What the person's part of a plan says, with defaults for what it leaves out.
public struct PlanSettings: Sendable, Hashable {
    public struct Labels: Sendable, Hashable {
        /// `none`, `header` or `decode`.
        public var images = "decode"
        /// `error`, `warning` or `note`: findings from this severity on make the exit status 1.
        public var failOn = "error"
        /// Codes of rules, or their beginnings; empty for all.
        public var select: [String] = []
        public var ignore: [String] = []
        /// Path patterns with the codes that are ignored there.
        public var ignoredAt: [String: [String]] = [:]
        /// Absolute path of a file of known findings.
        public var baseline: String?
        /// Whose reading is foretold: `ultralytics`, `ultralytics-old`, `yolov5`, `yolov7` or `darknet`.
        public var trainer = "ultralytics"
        /// `error`, `warning` or `note`, by code or its beginning.
        public var severities: [String: String] = [:]
        /// Limits of rules.
        public var thresholds = CheckThresholds()
        /// Whether an error that most label files have is reported once.
        public var condenses = true
    }

    public struct Anchors: Sendable, Hashable {
        /// Nil for as many as the anchors in use, or 9.
        public var count: Int?
        public var splits = ["train"]
        /// `640x384`; nil for the plan's image size.
        public var size: String?
        /// `letterbox` or `stretch`; nil for what the model in use does.
        public var resize: String?
        /// Pixels a cell, a level each; empty for those of the model in use.
        public var strides: [Int] = []
        /// Anchors a level: one figure for all, or one each.
        public var perLevel: [Int] = []
        /// The anchors in use: `w,h,…`, or the absolute path of a checkpoint, model YAML or darknet `.cfg`.
        public var current: String?
        /// Names or numbers of the classes to fit; empty for all.
        public var classes: [String] = []
        /// `uniform`, `inverse`, or `class=factor,…`.
        public var classWeights = "uniform"
        /// Multi-scale training, as factors of the size: `0.5..1.5`.
        public var scales: String?
        /// The trainer's scale augmentation.
        public var augmentScale = 0.0
        /// The best possible recall that the anchors must have.
        public var leastRecall: Double?
        public var wholePixels = false
        /// Of the cross-validation; 0 for none.
        public var folds = 5
        /// Prove an upper bound on the fitness.
        public var certifies = false
    }

    /// Short trainings whose models judge images that they have not seen.
    public struct Probe: Sendable, Hashable {
        /// Absolute path of pretrained weights; nil for training from scratch.
        public var weights: String?
        /// `yolov5n` …: the size of a model without pretrained weights.
        public var model = "yolov5n"
        public var splits = ["train", "val"]
        public var folds = 3
        /// Side of the image in pixels.
        public var size = 320
        public var epochs = 40
        public var batch = 16
        /// Batches of one step.
        public var accumulation = 1
        /// `adamw` or `sgd`.
        public var optimizer = "adamw"
        /// Nil for what suits the optimizer.
        public var rate: Double?
        /// 0 switches clipping off.
        public var clip = 10.0
        public var freezesBackbone = false
        /// Half the size in the first half of the epochs.
        public var growsImageSize = false
        /// Probabilities of mosaics, and of turning upside down.
        public var mosaic = 0.5
        public var upsideDown = 0.0
        /// Gains of the loss (`box`, `obj`, `cls`) and weights of what is there (`obj_pw`, `cls_pw`); empty for the
        /// trainer's.
        public var gains: [String: Double] = [:]
        /// `10m`; nil for the size and the epochs above.
        public var budget: String?

        public init() {}
    }

    public struct Toxic: Sendable, Hashable {
        public var splits = ["train", "val"]
        /// Rows of the table that is printed.
        public var top = 20
        /// `onednn` or `reference`; nil for the fastest of this build.
        public var backend: String?
        /// `full`, `head` or `none`.
        public var gradient = "full"
        /// `single` or `bfloat16`.
        public var precision = "single"
        /// `square`, `rectangle` or `validation`.
        public var letterbox = "square"
    }

    public struct Report: Sendable, Hashable {
        /// Images in the report's gallery.
        public var top = 60
        /// Suspicions to decide.
        public var suspicions = 500
    }

    /// Absolute path of the data.yaml.
    public var dataset = ""
    public var imageSize = 640
    /// Absolute path of the checkpoint.
    public var weights: String?
    public var seed: UInt64 = 0
    public var labels = Labels()
    public var anchors = Anchors()
    /// Nil where the plan has no such block: `assay run` then leaves the stage out.
    public var probe: Probe?
    public var toxic = Toxic()
    public var report = Report()

    public init() {}
}

/// Reads settings from a plan's YAML, refusing what it does not know.
struct SettingsReader {
    let file: String
    let folder: String

    func read(_ root: YAMLNode) throws -> PlanSettings {
        var settings = PlanSettings()
        guard let dataset = root["dataset"], let path = dataset.string else {
            throw error(root, "has no dataset", "add a line such as: dataset: path/to/data.yaml")
        }
        settings.dataset = Paths.absolute(path, relativeTo: folder)
        try check(
            root, keys: ["dataset", "image_size", "weights", "seed", "results"] + StageName.allCases.map(\.rawValue))
        if let node = root["image_size"] { settings.imageSize = try integer(node, 32...8192) }
        if let node = root["weights"], let path = node.string {
            settings.weights = Paths.absolute(path, relativeTo: folder)
        }
        if let node = root["seed"] { settings.seed = UInt64(try integer(node, 0...Int.max)) }
        try block(
            root, "labels",
            [
                "images", "fail_on", "select", "ignore", "ignore_at", "baseline", "trainer", "severity", "thresholds",
                "condense",
            ]
        ) { block in
            if let node = block["trainer"] {
                settings.labels.trainer = try word(
                    node, ["ultralytics", "ultralytics-old", "yolov5", "yolov7", "darknet"])
            }
            for entry in block["severity"]?.mapping ?? [] {
                settings.labels.severities[try text(entry.key)] = try word(entry.value, ["error", "warning", "note"])
            }
            if let node = block["thresholds"], !node.isNull {
                let known = RuleRegistry.thresholds
                try check(node, keys: known.map(\.name).sorted())
                for entry in node.mapping ?? [] {
                    let name = try text(entry.key)
                    let range = known.first { $0.name == name }?.range ?? 0...0
                    try settings.labels.thresholds.set(name, to: try number(entry.value, range))
                }
            }
            if let node = block["condense"] { settings.labels.condenses = try flag(node) }
            if let node = block["select"] { settings.labels.select = try texts(node) }
            if let node = block["ignore"] { settings.labels.ignore = try texts(node) }
            for entry in block["ignore_at"]?.mapping ?? [] {
                settings.labels.ignoredAt[try text(entry.key)] = try texts(entry.value)
            }
            if let node = block["baseline"], !node.isNull {
                settings.labels.baseline = Paths.absolute(try text(node), relativeTo: folder)
            }
            if let node = block["images"] { settings.labels.images = try word(node, ["none", "header", "decode"]) }
            if let node = block["fail_on"] { settings.labels.failOn = try word(node, ["error", "warning", "note"]) }
        }
        try anchors(root, &settings.anchors)
        try probe(root, &settings)
        try block(root, "toxic", ["splits", "top", "backend", "gradient", "precision", "letterbox"]) { block in
            if let node = block["splits"] { settings.toxic.splits = try splits(node) }
            if let node = block["top"] { settings.toxic.top = try integer(node, 1...100_000) }
            if let node = block["backend"], !node.isNull {
                settings.toxic.backend = try word(node, ["onednn", "reference"])
            }
            if let node = block["gradient"] { settings.toxic.gradient = try word(node, ["full", "head", "none"]) }
            if let node = block["precision"] { settings.toxic.precision = try word(node, ["single", "bfloat16"]) }
            if let node = block["letterbox"] {
                settings.toxic.letterbox = try word(node, ["square", "rectangle", "validation"])
            }
        }
        try block(root, "report", ["top", "suspicions"]) { block in
            if let node = block["top"] { settings.report.top = try integer(node, 1...10_000) }
            if let node = block["suspicions"] { settings.report.suspicions = try integer(node, 0...1_000_000) }
        }
        return settings
    }

    private func anchors(_ root: YAMLNode, _ anchors: inout PlanSettings.Anchors) throws {
        let keys = [
            "count", "splits", "size", "resize", "strides", "per_level", "current", "classes", "class_weights",
            "scales",
            "augment_scale", "min_bpr", "whole_pixels", "folds", "certify",
        ]
        try block(root, "anchors", keys) { block in
            if let node = block["count"], !node.isNull { anchors.count = try integer(node, 1...100) }
            if let node = block["splits"] { anchors.splits = try splits(node) }
            if let node = block["size"], !node.isNull { anchors.size = try text(node) }
            if let node = block["resize"], !node.isNull { anchors.resize = try word(node, ["letterbox", "stretch"]) }
            if let node = block["strides"] { anchors.strides = try integers(node, 1...1024) }
            if let node = block["per_level"] { anchors.perLevel = try integers(node, 1...100) }
            if let node = block["current"], !node.isNull {
                let current = try text(node)
                let isList = current.allSatisfy { $0.isNumber || ",. ".contains($0) }
                anchors.current = isList ? current : Paths.absolute(current, relativeTo: folder)
            }
            if let node = block["classes"] {
                anchors.classes = node.sequence?.compactMap(\.string) ?? node.string.map { [$0] } ?? []
            }
            if let node = block["class_weights"] { anchors.classWeights = try text(node) }
            if let node = block["scales"], !node.isNull { anchors.scales = try text(node) }
            if let node = block["augment_scale"] { anchors.augmentScale = try number(node, 0...0.99) }
            if let node = block["min_bpr"], !node.isNull { anchors.leastRecall = try number(node, 0...1) }
            if let node = block["whole_pixels"] { anchors.wholePixels = try flag(node) }
            if let node = block["folds"] { anchors.folds = try integer(node, 0...50) }
            if let node = block["certify"] { anchors.certifies = try flag(node) }
        }
    }

    private func probe(_ root: YAMLNode, _ settings: inout PlanSettings) throws {
        let keys = [
            "weights", "model", "splits", "folds", "size", "epochs", "batch", "accumulate", "optimizer", "rate", "clip",
            "freeze_backbone", "grow_image_size", "mosaic", "flipud", "gains",
            "budget",
        ]
        guard let node = root["probe"] else { return }
        var probe = PlanSettings.Probe()
        if node.isNull { settings.probe = probe }
        try block(root, "probe", keys) { block in
            if let node = block["weights"], !node.isNull {
                probe.weights = Paths.absolute(try text(node), relativeTo: folder)
            }
            if let node = block["model"] {
                probe.model = try word(node, ["yolov5n", "yolov5s", "yolov5m", "yolov5l", "yolov5x"])
            }
            if let node = block["splits"] { probe.splits = try splits(node) }
            if let node = block["folds"] { probe.folds = try integer(node, 2...20) }
            if let node = block["size"] { probe.size = try integer(node, 32...4096) }
            if let node = block["epochs"] { probe.epochs = try integer(node, 1...10_000) }
            if let node = block["batch"] { probe.batch = try integer(node, 1...1024) }
            if let node = block["accumulate"] { probe.accumulation = try integer(node, 1...1024) }
            if let node = block["optimizer"] { probe.optimizer = try word(node, ["adamw", "sgd"]) }
            if let node = block["rate"], !node.isNull { probe.rate = try number(node, 1e-9...10) }
            if let node = block["clip"] { probe.clip = try number(node, 0...1e9) }
            if let node = block["freeze_backbone"] { probe.freezesBackbone = try flag(node) }
            if let node = block["grow_image_size"] { probe.growsImageSize = try flag(node) }
            if let node = block["mosaic"] { probe.mosaic = try number(node, 0...1) }
            if let node = block["flipud"] { probe.upsideDown = try number(node, 0...1) }
            if let node = block["gains"], !node.isNull {
                try check(node, keys: ["box", "obj", "cls", "obj_pw", "cls_pw"])
                for entry in node.mapping ?? [] { probe.gains[try text(entry.key)] = try number(entry.value, 0...1000) }
            }
            if let node = block["budget"], !node.isNull { probe.budget = try text(node) }
            settings.probe = probe
        }
    }

    private func error(_ node: YAMLNode, _ message: String, _ wayOut: String) -> FileError {
        FileError(file: file, line: node.line, column: node.column, message: message, wayOut: wayOut)
    }

    private func check(_ node: YAMLNode, keys: [String]) throws {
        for entry in node.mapping ?? [] {
            guard let key = entry.key.string, !keys.contains(key) else { continue }
            throw error(entry.key, "unknown setting “\(key)”", "use one of \(keys.joined(separator: ", "))")
        }
        if let repeated = node.duplicateKeys.first {
            throw error(repeated, "“\(repeated.string ?? "")” stands here a second time", "remove one of the two")
        }
    }

    private func block(_ root: YAMLNode, _ name: String, _ keys: [String], _ body: (YAMLNode) throws -> Void) throws {
        guard let node = root[name], !node.isNull else { return }
        guard node.mapping != nil else {
            throw error(node, "\(name) must be a block of settings", "write one setting a line")
        }
        try check(node, keys: keys)
        try body(node)
    }

    private func integer(_ node: YAMLNode, _ range: ClosedRange<Int>) throws -> Int {
        guard let value = node.int, range.contains(value) else {
            throw error(node, "must be a whole number", "write one from \(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }

    private func integers(_ node: YAMLNode, _ range: ClosedRange<Int>) throws -> [Int] {
        try (node.sequence ?? [node]).map { try integer($0, range) }
    }

    private func number(_ node: YAMLNode, _ range: ClosedRange<Double>) throws -> Double {
        guard let value = node.double, range.contains(value) else {
            throw error(node, "must be a number", "write one from \(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }

    private func flag(_ node: YAMLNode) throws -> Bool {
        guard let value = node.bool else { throw error(node, "must be true or false", "write true or false") }
        return value
    }

    private func text(_ node: YAMLNode) throws -> String {
        guard let text = node.string else { throw error(node, "must be one text", "write it on one line") }
        return text
    }

    private func texts(_ node: YAMLNode) throws -> [String] {
        try (node.sequence ?? [node]).map { try text($0) }
    }

    private func word(_ node: YAMLNode, _ words: [String]) throws -> String {
        guard let word = node.string, words.contains(word) else {
            throw error(node, "“\(node.string ?? "")” is not known here", "use one of \(words.joined(separator: ", "))")
        }
        return word
    }

    private func splits(_ node: YAMLNode) throws -> [String] {
        let names = node.sequence?.compactMap(\.string) ?? node.string.map { [$0] } ?? []
        guard !names.isEmpty, names.allSatisfy({ ["train", "val", "test"].contains($0) }) else {
            throw error(node, "splits are train, val and test", "write for example [train, val]")
        }
        return names
    }
}
