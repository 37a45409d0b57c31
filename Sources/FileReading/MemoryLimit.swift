import CheckedNumbers
import Synchronization

/// How much memory a file may ask for: to be read, and as a network that runs on one image.
///
/// One number for the whole process, because it is about the machine and not about any result.
public enum MemoryLimit {
    /// Two gigabytes: twice what the largest published detection networks need for a step on one image.
    public static let usual = 2 << 30
    private static let limit = Atomic<Int>(usual)

    /// In bytes.
    public static var bytes: Int { limit.load(ordering: .relaxed) }

    /// What a person allowed instead of the usual.
    public static func allow(gigabytes: Int) {
        limit.store(gigabytes.checkedTimes(1 << 30) ?? .max, ordering: .relaxed)
    }

    /// Bytes as a person says them, for example `3.5 GB`.
    public static func text(_ bytes: Int) -> String {
        let units: [(size: Int, name: String)] = [(1 << 40, "TB"), (1 << 30, "GB"), (1 << 20, "MB")]
        guard let unit = units.first(where: { bytes >= $0.size }) else { return "\(bytes) bytes" }
        let tenths = Int(clamping: (Double(bytes) / Double(unit.size) * 10).rounded())
        return tenths % 10 == 0 ? "\(tenths / 10) \(unit.name)" : "\(tenths / 10).\(tenths % 10) \(unit.name)"
    }
}
