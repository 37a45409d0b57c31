/// A value in a pickle: plain data, and inert records of what the pickle would have built. Nothing is ever called.
package enum PickleValue {
    case none
    case bool(Bool)
    /// Clamped to 64 bits.
    case int(Int)
    case double(Double)
    case string(String)
    case bytes([UInt8])
    /// Also a set.
    case list(PickleContainer)
    /// Also a frozen set.
    case tuple(PickleContainer)
    case dictionary(PickleContainer)
    /// A class or function by its name.
    case global(String)
    /// What a call of a name would have made: the name, the arguments and the state that was set.
    case object(PickleContainer)
    case storage(PickleStorage)
    case tensor(StoredTensor)
}

extension PickleValue {
    /// Of a list or tuple; of everything else, none.
    var items: [PickleValue] {
        switch self {
        case .tuple(let container), .list(let container): container.items
        default: []
        }
    }

    /// Nil for anything but a whole number.
    var int: Int? { if case .int(let value) = self { value } else { nil } }
}
