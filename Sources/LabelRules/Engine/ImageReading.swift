/// How much of each image is read.
public enum ImageReading: String, Sendable, CaseIterable {
    /// Not at all.
    case none
    /// The header.
    case header
    /// Every byte, at a fraction of the size where the format allows.
    case decode
}
