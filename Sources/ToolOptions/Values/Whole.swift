import CheckedNumbers

/// The range of a `Whole`.
public protocol WholeBounds: Sendable, Hashable {
    /// Both ends are allowed.
    static var range: ClosedRange<Int> { get }
}

/// A whole number within bounds.
public struct Whole<Bounds: WholeBounds>: SettingValue, ExpressibleByIntegerLiteral {
    /// Within the bounds.
    public let value: Int

    public static var form: SettingForm { .whole(Bounds.range) }

    public init(setting text: String) throws {
        guard let value = Int(text), Bounds.range.contains(value) else { throw Self.refusal(of: text) }
        self.value = value
    }

    public init(integerLiteral value: Int) {
        precondition(Bounds.range.contains(value), "a default outside its own range")
        self.value = value
    }

    public var description: String { String(value) }
}

/// The side of an image that a network sees.
public enum PixelBounds: WholeBounds { public static let range = 32...8192 }
/// The side of the image that a probe trains on: its time grows with the square.
public enum ProbePixelBounds: WholeBounds { public static let range = 32...4096 }
/// What an unsigned seed may be, so that every tool and YAML reader has it exactly.
public enum SeedBounds: WholeBounds { public static let range = 0...Int.max }
/// Rows, images or findings to show.
public enum ShownBounds: WholeBounds { public static let range = 0...1_000_000_000 }
/// Rows of a table, where none would be no table.
public enum RowBounds: WholeBounds { public static let range = 1...100_000 }
/// Images in a page that a person scrolls.
public enum GalleryBounds: WholeBounds { public static let range = 1...10_000 }
/// Suspicions that a page can hold.
public enum SuspicionBounds: WholeBounds { public static let range = 0...1_000_000 }
/// Anchors of a model.
public enum AnchorBounds: WholeBounds { public static let range = 1...100 }
/// Folds of a probe: each is a training of its own.
public enum FoldBounds: WholeBounds { public static let range = 2...20 }
/// Epochs, or passes that are measured.
public enum RepeatBounds: WholeBounds { public static let range = 1...10_000 }
/// Images that a probe learns from.
public enum LearnedBounds: WholeBounds { public static let range = 2...1_000_000_000 }
/// Images of a batch, or batches of a step.
public enum BatchBounds: WholeBounds { public static let range = 1...1024 }
/// Worker threads.
public enum JobBounds: WholeBounds { public static let range = 1...1024 }
/// Shards of a stage's images.
public enum ShardBounds: WholeBounds { public static let range = 1...1_000_000 }
/// Gigabytes of memory.
public enum MemoryBounds: WholeBounds { public static let range = 1...65_536 }
/// TCP ports; 0 for any that is free.
public enum PortBounds: WholeBounds { public static let range = 0...65_535 }
/// Pixels a cell of a level.
public enum StrideBounds: WholeBounds { public static let range = 1...1024 }

/// A side in pixels of the image that a network sees.
public typealias PixelSize = Whole<PixelBounds>
/// The seed of every random choice.
public typealias Seed = Whole<SeedBounds>
/// How many to show.
public typealias ShownCount = Whole<ShownBounds>
