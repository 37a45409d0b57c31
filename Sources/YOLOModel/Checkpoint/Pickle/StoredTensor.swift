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
        // The offset may be any number, and eight products of up to 2⁶² leave 64 bits.
        var last = offset
        var leaves = false
        var count = 1
        for (size, step) in zip(shape, strides) {
            guard (0...1 << 31).contains(size), (0...1 << 31).contains(step) else {
                throw input.damaged("a tensor of negative size")
            }
            let (product, overflows) = count.multipliedReportingOverflow(by: size)
            guard !overflows, product <= 1 << 34 else { throw input.damaged("a tensor beyond all reason") }
            count = product
            let (sum, goesOver) = last.addingReportingOverflow(max(0, size - 1) * step)
            last = sum
            leaves = leaves || goesOver
        }
        guard (0...storage.count).contains(offset), count == 0 || !leaves && last < storage.count else {
            throw input.damaged("a tensor that reaches beyond its storage")
        }
        self.init(
            kind: storage.kind, key: storage.key, offset: offset, shape: shape, strides: strides, count: count)
    }
}
