/// Something whose content can be part of a digest, field by field.
///
/// Never digest a printed value: the text of a struct changes with its layout, and that of a dictionary with every
/// process.
public protocol Digestible {
    /// Adds everything that tells this value from another, in an order that the content alone decides.
    func add(to digest: inout DigestBuilder)
}

extension DigestBuilder {
    /// Adds a named value, so that equal values of two settings cannot stand for each other.
    public mutating func update(_ name: String, _ value: some Digestible) {
        update(field: name)
        value.add(to: &self)
    }
}

extension String: Digestible {
    /// Adds the UTF-8 bytes behind their number.
    public func add(to digest: inout DigestBuilder) { digest.update(field: self) }
}

extension Bool: Digestible {
    /// Adds `true` or `false`.
    public func add(to digest: inout DigestBuilder) { digest.update(field: self ? "true" : "false") }
}

extension Int: Digestible {
    /// Adds the decimal digits.
    public func add(to digest: inout DigestBuilder) { digest.update(field: String(self)) }
}

extension UInt64: Digestible {
    /// Adds the decimal digits.
    public func add(to digest: inout DigestBuilder) { digest.update(field: String(self)) }
}

extension Double: Digestible {
    /// Adds the shortest text that reads back as the same number.
    public func add(to digest: inout DigestBuilder) { digest.update(field: String(self)) }
}

extension ContentDigest: Digestible {
    /// Adds the hexadecimal digits.
    public func add(to digest: inout DigestBuilder) { digest.update(field: hex) }
}

extension Optional: Digestible where Wrapped: Digestible {
    /// Adds whether there is a value, and the value.
    public func add(to digest: inout DigestBuilder) {
        (self != nil).add(to: &digest)
        self?.add(to: &digest)
    }
}

extension Array: Digestible where Element: Digestible {
    /// Adds the number of elements, then each in order.
    public func add(to digest: inout DigestBuilder) {
        count.add(to: &digest)
        for element in self { element.add(to: &digest) }
    }
}

extension Dictionary: Digestible where Key: Digestible & Comparable, Value: Digestible {
    /// Adds the number of entries, then each in the order of the keys: that of the dictionary differs from run to run.
    public func add(to digest: inout DigestBuilder) {
        count.add(to: &digest)
        for (key, value) in self.sorted(by: { $0.key < $1.key }) {
            key.add(to: &digest)
            value.add(to: &digest)
        }
    }
}

extension RawRepresentable where Self: Digestible, RawValue: Digestible {
    /// Adds the raw value.
    public func add(to digest: inout DigestBuilder) { rawValue.add(to: &digest) }
}
