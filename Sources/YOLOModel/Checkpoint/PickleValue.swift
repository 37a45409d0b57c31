/// A value in a pickle: plain data, and inert records of what the pickle would have built. Nothing is ever called.
enum PickleValue {
    case none
    case bool(Bool)
    case int(Int)
    case double(Double)
    case string(String)
    case bytes([UInt8])
    case list(PickleContainer)
    case tuple(PickleContainer)
    case dictionary(PickleContainer)
    /// A class or function by its name, on the list of what may be named.
    case global(String)
    case object(PickleContainer)
    case storage(PickleStorage)
    case tensor(StoredTensor)
}

/// A list, tuple, dictionary or object, shared by reference as Python does.
///
/// The reader keeps every container and empties it in the end, so that nesting a million deep is released without
/// recursion.
final class PickleContainer {
    var items: [PickleValue] = []
    /// Keys and values of a dictionary or of an object's state, in order.
    var entries: [(key: PickleValue, value: PickleValue)] = []
    /// The class of an object, for example `models.common.Conv`.
    var className = ""

    subscript(key: String) -> PickleValue? {
        for entry in entries.reversed() {
            if case .string(let text) = entry.key, text == key { return entry.value }
        }
        return nil
    }
}

/// A named place of raw numbers in the checkpoint.
struct PickleStorage {
    let kind: StoredTensor.Kind
    let key: String
    let count: Int
}

/// A tensor that has not been read yet: where its numbers are and how they are laid out.
struct StoredTensor {
    enum Kind: String {
        case half, bfloat16, single, double, int64, int32, int16, int8, uint8, bool

        var size: Int {
            switch self {
            case .half, .bfloat16, .int16: 2
            case .single, .int32: 4
            case .double, .int64: 8
            case .int8, .uint8, .bool: 1
            }
        }
    }

    let kind: Kind
    /// The entry of the archive.
    let key: String
    let offset: Int
    let shape: [Int]
    let strides: [Int]

    var count: Int { shape.reduce(1, *) }
}
