import CheckedNumbers

/// A tensor that has not been read yet: where its numbers are and how they are laid out.
package struct StoredTensor {
    /// What kind of number it holds.
    package enum Kind: String {
        case half, bfloat16, single, double, int64, int32, int16, int8, uint8, bool

        /// Bytes of one number.
        var size: Int {
            switch self {
            case .half, .bfloat16, .int16: 2
            case .single, .int32: 4
            case .double, .int64: 8
            case .int8, .uint8, .bool: 1
            }
        }
    }

    /// What kind of number it holds.
    package let kind: Kind
    /// The entry of the archive.
    package let key: String
    /// Of the first number in its storage, in numbers.
    package let offset: Int
    /// Up to eight sides.
    package let shape: [Int]
    /// In numbers, not bytes.
    package let strides: [Int]
    /// How many numbers it has: the product of the shape.
    package let count: Int
}

extension StoredTensor {
    /// From the arguments of `torch._utils._rebuild_tensor_v2`: (storage, offset, shape, strides, …).
    ///
    /// - Throws: `FileError` unless all of it lies within its storage.
    init(_ parts: [PickleValue], in input: PickleInput) throws {
        guard parts.count >= 4, case .storage(let storage) = parts[0], let offset = parts[1].int else {
            throw input.damaged("a tensor without a storage")
        }
        let shape = parts[2].items.compactMap(\.int)
        let strides = parts[3].items.compactMap(\.int)
        guard shape.count == strides.count, shape.count <= 8 else {
            throw input.damaged("a tensor of unequal shape and strides")
        }
        guard shape.count == parts[2].items.count, strides.count == parts[3].items.count,
            (shape + strides).allSatisfy({ $0 >= 0 })
        else { throw input.damaged("a tensor whose sides or strides are no counts") }
        guard let count = shape.checkedProduct() else { throw input.damaged("a tensor of \(shape) numbers") }
        guard (0...storage.count).contains(offset),
            count == 0 || Self.reach(offset, shape, strides).map({ $0 < storage.count }) ?? false
        else { throw input.damaged("a tensor that reaches beyond its storage") }
        self.init(
            kind: storage.kind, key: storage.key, offset: offset, shape: shape, strides: strides, count: count)
    }

    /// Where the last number is, in numbers from the beginning of the storage; nil beyond what can be counted. Every side
    /// is at least 1.
    private static func reach(_ offset: Int, _ shape: [Int], _ strides: [Int]) -> Int? {
        zip(shape, strides).reduce(offset) { last, side in
            (side.0 - 1).checkedTimes(side.1).flatMap { step in last?.checkedPlus(step) }
        }
    }

    /// The same of this tensor; nil where it has no numbers.
    var last: Int? { count == 0 ? nil : Self.reach(offset, shape, strides) }
}
