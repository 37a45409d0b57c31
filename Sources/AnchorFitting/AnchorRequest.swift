import FileReading
import TextForms

/// What a person asks for, as a command line or a plan says it; what is left out follows from the model in use.
public struct AnchorRequest: Sendable, Hashable {
    /// A wrong setting.
    public struct Problem: UserFacingError, Hashable {
        /// The option's name, without its dashes.
        public let setting: String
        /// What is wrong with it, and what may be written.
        public let message: String

        public var description: String { "\(setting): \(message)" }
    }

    /// `640` or `640x384`.
    public var size: String?
    /// Nil for what the model in use does.
    public var resize: TrainingInput.Resize?
    /// Anchors in all; nil for as many as those in use, or 9.
    public var count: Int?
    /// Pixels a cell, a level each; empty for those of the model in use.
    public var strides: [Int] = []
    /// One figure for all levels, or one a level.
    public var perLevel: [Int] = []
    /// Names or numbers; empty for all.
    public var classes: [String] = []
    /// `uniform`, `inverse`, or `class=factor,…`.
    public var classWeights = "uniform"
    /// `0.5..1.5`
    public var scales: String?
    /// The trainer's scale augmentation: sizes from 1 − x to 1 + x. From 0 up to, but not including, 1.
    public var augmentScale = 0.0
    /// The best possible recall that the anchors must have, 0…1; nil for none.
    public var leastRecall: Double?
    /// Whether sides are whole pixels; else they are hundredths.
    public var wholePixels = false
    /// How they are found.
    public var method = AnchorFit.Options.Method.best
    /// Folds of the cross-validation, 2…50; 0 for none.
    public var folds = 5
    /// Whether an upper bound on the fitness is proved.
    public var certifies = false
    /// Of every random choice.
    public var seed: UInt64 = 0

    public init() {}

    /// - Throws: `Problem`.
    public func settings(classNames: [String], source: AnchorSource?) throws -> AnchorSettings {
        var settings = AnchorSettings(input: try input(source), levels: try levels(source), seed: seed)
        if let scales {
            guard let range = SizeVariation.range(parsing: scales) else {
                throw Problem(setting: "scales", message: "“\(scales)” is no range such as 0.5..1.5 (from 0.05 to 20)")
            }
            settings.variation = .scales(
                range, imageSize: max(settings.input.width, settings.input.height),
                stride: settings.levels.strides.last ?? 32)
        }
        guard (0..<1).contains(augmentScale) else {
            throw Problem(setting: "augment-scale", message: "must be from 0 up to, but not including, 1")
        }
        settings.variation = settings.variation.times(.augmentation(gain: augmentScale))
        guard let weights = ClassWeights(parsing: classWeights, classNames: classNames) else {
            throw Problem(
                setting: "class-weights",
                message: "“\(classWeights)” is neither uniform, inverse, nor class=factor,… with classes of the dataset"
            )
        }
        settings.classWeights = weights
        if let leastRecall, !(0...1).contains(leastRecall) {
            throw Problem(setting: "min-bpr", message: "must be from 0 to 1")
        }
        settings.fit.leastRecall = leastRecall
        settings.fit.method = method
        settings.fit.step = wholePixels ? 1 : 0.01
        guard (0...50).contains(folds), folds != 1 else {
            throw Problem(setting: "folds", message: "must be 0 for none, or from 2 to 50")
        }
        settings.folds = folds
        settings.certifies = certifies
        return settings
    }

    /// The class ids to fit; nil for all.
    public func classIDs(classNames: [String]) throws -> Set<Int>? {
        guard !classes.isEmpty else { return nil }
        return Set(
            try classes.map { text in
                guard let id = ClassWeights.classID(text, classNames: classNames),
                    classNames.isEmpty || classNames.indices.contains(id)
                else {
                    throw Problem(
                        setting: "class",
                        message: "“\(text)” is no class of the dataset, which has \(classNames.joined(separator: ", "))"
                    )
                }
                return id
            })
    }

    private func input(_ source: AnchorSource?) throws -> TrainingInput {
        let own = source?.input
        let way = resize ?? own?.resize ?? .letterbox
        guard let size else {
            return TrainingInput(width: own?.width ?? 640, height: own?.height ?? 640, resize: way)
        }
        guard let input = TrainingInput(parsing: size, resize: way) else {
            throw Problem(
                setting: "size",
                message: "“\(size)” is neither a side such as 640 nor width x height such as 640x384, from 32 to 8192")
        }
        return input
    }

    private func levels(_ source: AnchorSource?) throws -> AnchorLevels {
        if let count, !(1...100).contains(count) {
            throw Problem(setting: "count", message: "must be from 1 to 100")
        }
        if strides.isEmpty, perLevel.isEmpty {
            guard let count else {
                return source?.levels.flatMap { source?.isAnchorFree == true ? nil : $0 }
                    ?? .usual(count: source.flatMap { $0.anchors.isEmpty ? nil : $0.anchors.count } ?? 9)
            }
            return source?.levels.flatMap { $0.count == count ? $0 : nil } ?? .usual(count: count)
        }
        let strides =
            strides.isEmpty ? AnchorLevels.usualStrides(levels: perLevel.count == 1 ? 3 : perLevel.count) : strides
        var each = perLevel
        if each.isEmpty {
            let count = count ?? 3 * strides.count
            guard count % strides.count == 0 else {
                throw Problem(
                    setting: "count",
                    message:
                        "\(Counted.text(count, "anchor")) do not fill \(Counted.text(strides.count, "level")) evenly; say how many each has with --per-level"
                )
            }
            each = [count / strides.count]
        }
        if each.count == 1 { each = [Int](repeating: each[0], count: strides.count) }
        guard let levels = AnchorLevels(strides: strides, perLevel: each) else {
            throw Problem(
                setting: "strides",
                message: "must rise, from 1 to 1024, with one number of anchors for all levels or one a level")
        }
        if let count, count != levels.count {
            throw Problem(setting: "count", message: "is \(count), but the levels add up to \(levels.count)")
        }
        return levels
    }
}
