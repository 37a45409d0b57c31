import AnchorFitting
import FileReading

/// The training image: a side, or width x height in pixels.
public struct InputSize: SettingValue {
    private let text: String

    public static var form: SettingForm {
        .text("a side such as 640 or width x height such as 640x384, from 32 to 8192 px")
    }

    public init(setting text: String) throws {
        guard TrainingInput(parsing: text) != nil else { throw Self.refusal(of: text) }
        self.text = text
    }

    public var description: String { text }
}

/// Factors of multi-scale training: `0.5..1.5`.
public struct ScaleRange: SettingValue {
    private let text: String

    public static var form: SettingForm { .text("a range such as 0.5..1.5, from 0.05 to 20") }

    public init(setting text: String) throws {
        guard SizeVariation.range(parsing: text) != nil else { throw Self.refusal(of: text) }
        self.text = text
    }

    public var description: String { text }
}

/// How much the boxes of each class count. Whether the dataset has the classes is seen when it is open.
public struct ClassWeighting: SettingValue, ExpressibleByStringLiteral {
    private let text: String

    public static var form: SettingForm { .text("uniform, inverse, or class=factor,…") }

    public init(setting text: String) throws {
        let isKnown = ["uniform", "inverse"].contains(text)
        let factors = text.split(separator: ",").map { $0.split(separator: "=").last.flatMap { Double($0) } }
        guard isKnown || !factors.isEmpty && text.contains("=") && factors.allSatisfy({ ($0 ?? -1) >= 0 }) else {
            throw Self.refusal(of: text)
        }
        self.text = text
    }

    public init(stringLiteral text: String) { self.text = text }

    public var description: String { text }
}

/// Whole numbers within a range, one for each level.
public struct LevelNumbers<Bounds: WholeBounds>: SettingValue, ExpressibleByArrayLiteral {
    /// One for all levels, or one a level, the finest first; empty where nothing was written.
    public let numbers: [Int]

    public static var form: SettingForm { .list(.whole(Bounds.range)) }

    public init(setting text: String) throws {
        numbers = try ListText.elements(text).map { element in
            guard let number = Int(element), Bounds.range.contains(number) else { throw Self.refusal(of: element) }
            return number
        }
    }

    public init(arrayLiteral elements: Int...) { numbers = elements }

    public var description: String { ListText.text(numbers.map(String.init)) }
}

/// Names or numbers of classes.
public struct ClassList: SettingValue, ExpressibleByArrayLiteral {
    /// As they were written; empty for all.
    public let classes: [String]

    public static var form: SettingForm { .list(.text("the name or number of a class")) }

    public init(setting text: String) throws { classes = ListText.elements(text) }

    public init(arrayLiteral elements: String...) { classes = elements }

    public var description: String { ListText.text(classes) }
}

/// Folds of a cross-validation.
public struct CrossFolds: SettingValue, ExpressibleByIntegerLiteral {
    /// 0 for none, else 2…50.
    public let count: Int

    public static var form: SettingForm { .text("0 for none, or a whole number from 2 to 50") }

    public init(setting text: String) throws {
        guard let count = Int(text), count == 0 || (2...50).contains(count) else { throw Self.refusal(of: text) }
        self.count = count
    }

    public init(integerLiteral count: Int) { self.count = count }

    public var description: String { String(count) }
}

/// The anchors in use: written down as `w,h,…`, or in a checkpoint, a model YAML or a darknet `.cfg`.
public struct CurrentAnchors: SettingValue {
    private let text: String

    public static var form: SettingForm {
        .text("pairs w,h,w,h,… in pixels, or the path of a checkpoint, a model YAML or a darknet .cfg")
    }

    public init(setting text: String) throws {
        guard !text.isEmpty, !text.utf8.contains(0),
            !Self.looksLikeList(text) || AnchorSource.list(parsing: text) != nil
        else { throw Self.refusal(of: text) }
        self.text = text
    }

    /// The path of the file that holds them; nil where they are written down.
    public var file: String? { Self.looksLikeList(text) ? nil : text }

    /// The anchors themselves.
    ///
    /// - Throws: `FileError` where the file that is named cannot be read or holds none.
    public func source() throws -> AnchorSource {
        try AnchorSource.list(parsing: text) ?? AnchorSource.read(text)
    }

    private static func looksLikeList(_ text: String) -> Bool {
        text.allSatisfy { $0.isNumber || ",. -".contains($0) }
    }

    public static func text(_ text: String, inPlanOf folder: String) -> String {
        looksLikeList(text) ? text : Paths.absolute(text, relativeTo: folder)
    }

    public var description: String { text }
}
