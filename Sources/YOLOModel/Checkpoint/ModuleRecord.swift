/// A plain value of a module's settings.
public enum PlainValue: Hashable, Sendable {
    case none
    case bool(Bool)
    case int(Int)
    case double(Double)
    case string(String)
    case list([PlainValue])

    /// A whole number, a number without a fraction, or a boolean as 0 or 1; else nil.
    public var int: Int? {
        switch self {
        case .int(let value): value
        case .bool(let value): value ? 1 : 0
        case .double(let value): abs(value) < 0x1p53 ? Int(exactly: value) : nil
        default: nil
        }
    }

    /// A number; else nil.
    public var double: Double? {
        switch self {
        case .int(let value): Double(value)
        case .double(let value): value
        default: nil
        }
    }

    /// A boolean; nil for everything else, numbers included.
    public var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
    /// A text; else nil.
    public var string: String? { if case .string(let value) = self { value } else { nil } }
    /// The elements of a list or tuple; else nil.
    public var list: [PlainValue]? { if case .list(let values) = self { values } else { nil } }

    /// The first whole number of a list, or the number itself: `(2, 2)` and `2` are the same stride.
    var side: Int? { list?.first?.int ?? int }
}

/// A tensor by value, in single precision, row-major.
public struct NamedTensor: Sendable {
    /// For a convolution `[out, in, height, width]`; empty for a single number.
    public var shape: [Int]
    /// Row-major: the last side runs fastest.
    public var values: [Float]

    /// - Parameter values: as many as the product of the shape; not checked.
    public init(shape: [Int], values: [Float]) {
        self.shape = shape
        self.values = values
    }
}

/// One module of a network, however it was found: in a checkpoint or made from a model YAML.
public struct ModuleRecord: Sendable {
    /// The class without its package, for example `C3`.
    public var className: String
    /// Plain attributes, by name: `stride`, `nc`, `kernel_size` ….
    public var settings: [String: PlainValue]
    /// Inner modules in order.
    public var children: [(name: String, module: ModuleRecord)]
    /// Weights and buffers of the module's own.
    public var tensors: [String: NamedTensor]

    /// A module by its parts; nothing is checked.
    public init(
        className: String, settings: [String: PlainValue] = [:],
        children: [(name: String, module: ModuleRecord)] = [], tensors: [String: NamedTensor] = [:]
    ) {
        self.className = className
        self.settings = settings
        self.children = children
        self.tensors = tensors
    }

    /// The inner module of that name.
    public subscript(name: String) -> ModuleRecord? { children.first { $0.name == name }?.module }

    /// Every tensor with its full name, in order: a module's own by name, then its children's.
    func flattened(prefix: String = "") -> [(name: String, tensor: NamedTensor)] {
        var all = tensors.sorted { $0.key < $1.key }.map { (prefix + $0.key, $0.value) }
        for child in children { all += child.module.flattened(prefix: prefix + child.name + ".") }
        return all
    }

    /// Replaces tensors by those of the same full name; names in `taken` that were used are added to it.
    mutating func replaceTensors(_ given: [String: NamedTensor], prefix: String = "", used: inout Set<String>) throws {
        for name in tensors.keys {
            guard let new = given[prefix + name] else { continue }
            guard new.shape == tensors[name]?.shape || new.values.count == tensors[name]?.values.count else {
                throw ModelError(
                    "\(prefix + name) has the shape \(new.shape), the model needs \(tensors[name]?.shape ?? [])")
            }
            tensors[name]?.values = new.values
            // Linear maps and transposed convolutions are kept as the convolutions that they have become.
            if new.shape.count == 4 { tensors[name]?.shape = new.shape }
            used.insert(prefix + name)
        }
        for index in children.indices {
            try children[index].module.replaceTensors(given, prefix: prefix + children[index].name + ".", used: &used)
        }
    }
}

/// What is wrong with a model, in words; whoever knows the file adds its name.
public struct ModelError: Error, Hashable, Sendable {
    /// Follows the name of the file, and is followed by a way out.
    public let reason: String

    /// - Parameter reason: follows the name of the file.
    public init(_ reason: String) { self.reason = reason }
}
