extension Int {
    /// A number without its fraction, or the nearest that an `Int` holds; 0 for what is no number.
    ///
    /// Where the value must be exact, `Int(exactly:)` says whether it is.
    @inlinable
    public init(clamping value: Double) {
        if value >= 0x1p63 {
            self = .max
        } else if value > -0x1p63 {
            self = Int(Int64(value))
        } else {
            self = value.isNaN ? 0 : .min
        }
    }

    /// The same of a single-precision number.
    @inlinable
    public init(clamping value: Float) { self.init(clamping: Double(value)) }

    /// The plain conversion, which Swift ends the process on when the value is nan, infinite or too large.
    ///
    /// It stands here so that the compiler names every use of it: this declaration hides the one of the standard library.
    @available(*, deprecated, message: "ends the process on nan and the like: use Int's exactly: or clamping:")
    @inlinable
    public init(_ value: Double) { self.init(clamping: value) }

    /// The plain conversion of a single-precision number, hidden for the same reason.
    @available(*, deprecated, message: "ends the process on nan and the like: use Int's exactly: or clamping:")
    @inlinable
    public init(_ value: Float) { self.init(clamping: value) }

    /// The product of two counts; nil where it does not fit, or where either is negative.
    @inlinable
    public func checkedTimes(_ other: Int) -> Int? {
        guard self >= 0, other >= 0 else { return nil }
        let (product, overflows) = multipliedReportingOverflow(by: other)
        return overflows ? nil : product
    }

    /// The sum of two counts; nil where it does not fit, or where either is negative.
    @inlinable
    public func checkedPlus(_ other: Int) -> Int? {
        guard self >= 0, other >= 0 else { return nil }
        let (sum, overflows) = addingReportingOverflow(other)
        return overflows ? nil : sum
    }
}

extension Sequence<Int> {
    /// How many values an array of these sides has; nil where a side is negative, or where there are more than an `Int`
    /// holds. Sides of 0 count in their place: what comes before them must fit.
    @inlinable
    public func checkedProduct() -> Int? {
        var product = 1
        for side in self {
            guard let next = product.checkedTimes(side) else { return nil }
            product = next
        }
        return product
    }
}

extension RandomAccessCollection where Index == Int {
    /// `count` elements from a place on; nil where not all of them are there.
    @inlinable
    public func slice(at start: Int, count: Int) -> SubSequence? {
        guard count >= 0, start >= startIndex, start <= endIndex, count <= endIndex - start else { return nil }
        return self[start..<start + count]
    }

    /// The element at a place; nil where there is none.
    @inlinable
    public func element(at index: Int) -> Element? { indices.contains(index) ? self[index] : nil }
}
