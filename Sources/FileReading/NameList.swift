import CheckedNumbers
import Foundation

/// What a name in a folder stands for.
public enum EntryKind: UInt8, Sendable {
    case file, folder
    /// A link to a folder; links to files count as files.
    case folderLink
}

/// The names in one folder, without dot files, in the order of their bytes.
///
/// All names lie in one buffer: a hundred thousand of them are a hundred thousand times their length plus five bytes.
public struct NameList: Sendable {
    /// Each name followed by a NUL.
    private var bytes: [UInt8] = []
    /// Where each name begins, in order.
    private var starts: [UInt32] = []
    private var kinds: [Kind] = []

    private enum Kind: UInt8 {
        /// Listing said that it is a regular file.
        case regularFile
        /// A link to a file, something else that is no folder, or a name that was not listed.
        case otherFile
        case folder, folderLink
    }

    public init() {}

    /// Names in the order of their bytes, each once.
    public init(_ names: some Sequence<String>) {
        for name in names { append(name.utf8, .otherFile) }
        sort()
    }

    /// What `packed` gave; nil where it is not that.
    public init?(packed: ArraySlice<UInt8>) {
        guard packed.last ?? 0 == 0, UInt32(exactly: packed.count) != nil else { return nil }
        bytes = Array(packed)
        var start = 0
        for at in bytes.indices where bytes[at] == 0 {
            starts.append(UInt32(start))
            start = at + 1
        }
        kinds = Array(repeating: .otherFile, count: starts.count)
    }

    /// All names, each followed by a NUL.
    public var packed: [UInt8] { bytes }

    /// The names that `readdir` gives.
    ///
    /// - Parameter includesHidden: whether names that begin with a dot are among them; `.` and `..` never are.
    /// - Throws: `FileError` where the folder cannot be listed.
    public init(ofFolder folder: String, includesHidden: Bool = false) throws {
        guard let handle = opendir(folder) else { throw FileReading.failure(folder, errno) }
        defer { closedir(handle) }
        let nameOffset = MemoryLayout<dirent>.offset(of: \.d_name) ?? 0
        while true {
            // The end and an error look alike but for this.
            errno = 0
            guard let entry = readdir(handle) else {
                guard errno == 0 else { throw FileReading.failure(folder, errno) }
                break
            }
            // The name may be longer than the tuple that Swift imports it as: read it where it lies.
            let text = UnsafeRawPointer(entry) + nameOffset
            let name = UnsafeRawBufferPointer(start: text, count: strlen(text.assumingMemoryBound(to: CChar.self)))
            if name.first == 0x2E, !includesHidden || name.elementsEqual([0x2E]) || name.elementsEqual([0x2E, 0x2E]) {
                continue
            }
            append(name, Self.kind(Int(entry.pointee.d_type), text.assumingMemoryBound(to: CChar.self), dirfd(handle)))
        }
        sort()
    }

    /// How many names it has.
    public var count: Int { starts.count }

    /// A name that is not UTF-8 is repaired: such a text leads to no file.
    public subscript(index: Int) -> String { withBytes(index) { String(decoding: $0, as: UTF8.self) } }

    /// What the entry of that name was when the folder was listed; links are followed.
    public func kind(_ index: Int) -> EntryKind {
        switch kinds[index] {
        case .regularFile, .otherFile: .file
        case .folder: .folder
        case .folderLink: .folderLink
        }
    }

    /// Whether listing the folder said that it is a regular file itself, no link to one.
    func isRegularFile(_ index: Int) -> Bool { kinds[index] == .regularFile }

    /// The bytes of a name, without the NUL that follows them.
    public func withBytes<Result>(_ index: Int, _ body: (UnsafeBufferPointer<UInt8>) throws -> Result) rethrows
        -> Result
    {
        try bytes.withUnsafeBufferPointer { try body(UnsafeBufferPointer(rebasing: $0[range(index)])) }
    }

    /// The same bytes as C takes them.
    @inline(__always)
    func withCName<Result>(_ index: Int, _ body: (UnsafePointer<CChar>) throws -> Result) rethrows -> Result {
        try bytes.withUnsafeBufferPointer { try body(Self.text($0, starts[index])) }
    }

    /// Where a name stands; nil where it is not in the list.
    ///
    /// - Parameter hint: where it is likely to be. Looking up names in their order, each with the place after the one
    ///   before, is constant time a name.
    public func index(of name: UnsafeBufferPointer<UInt8>, near hint: Int = 0) -> Int? {
        bytes.withUnsafeBufferPointer { bytes in
            // The hint is nearly always right.
            if (0..<count).contains(hint), Self.order(bytes, starts[hint], name) == 0 { return hint }
            // Steps that double lead away from the hint; halving then closes in.
            var low = 0
            var high = count
            var step = 1
            if hint < count, Self.order(bytes, starts[max(0, hint)], name) <= 0 {
                low = max(0, hint)
                while low + step < high, Self.order(bytes, starts[low + step], name) <= 0 {
                    low += step
                    step *= 2
                }
                high = min(high, low + step)
            } else {
                high = min(count, max(0, hint))
            }
            while low < high {
                let middle = (low + high) / 2
                let order = Self.order(bytes, starts[middle], name)
                if order == 0 { return middle }
                if order < 0 { low = middle + 1 } else { high = middle }
            }
            return nil
        }
    }

    /// Whether the name is in the list. Cost: logarithmic in the number of names.
    public func contains(_ name: String) -> Bool {
        Array(name.utf8).withUnsafeBufferPointer { index(of: $0) } != nil
    }

    /// The names that `isKept` takes, in the same order.
    public func filter(_ isKept: (Int, UnsafeBufferPointer<UInt8>) -> Bool) -> NameList {
        var kept = NameList()
        bytes.withUnsafeBufferPointer { all in
            for index in 0..<count {
                let name = UnsafeBufferPointer(rebasing: all[range(index)])
                if isKept(index, name) { kept.append(name, kinds[index]) }
            }
        }
        return kept
    }

    private func range(_ index: Int) -> Range<Int> {
        let end = index + 1 < starts.count ? Int(starts[index + 1]) : bytes.count
        return Int(starts[index])..<end - 1
    }

    private mutating func append(_ name: some Collection<UInt8>, _ kind: Kind) {
        // Four billion bytes of names in one folder: what is beyond them is not listed.
        guard let start = UInt32(exactly: bytes.count) else { return }
        starts.append(start)
        bytes.append(contentsOf: name)
        bytes.append(0)
        kinds.append(kind)
    }

    private static func kind(_ type: Int, _ name: UnsafePointer<CChar>, _ folder: Int32) -> Kind {
        if type == Int(DT_REG) { return .regularFile }
        if type == Int(DT_DIR) { return .folder }
        guard type == Int(DT_LNK) || type == Int(DT_UNKNOWN) else { return .otherFile }
        var status = stat()
        guard fstatat(folder, name, &status, 0) == 0, status.st_mode & S_IFMT == S_IFDIR else { return .otherFile }
        return type == Int(DT_LNK) ? .folderLink : .folder
    }

    /// Negative where the name at `start` comes before `name`.
    private static func order(
        _ bytes: UnsafeBufferPointer<UInt8>, _ start: UInt32, _ name: UnsafeBufferPointer<UInt8>
    ) -> Int {
        var at = Int(start)
        for byte in name {
            // The NUL at the end of a name is less than any byte.
            if bytes[at] != byte { return bytes[at] < byte ? -1 : 1 }
            if byte == 0 { return -1 }
            at += 1
        }
        return bytes[at] == 0 ? 0 : 1
    }

    /// Puts the names in the order of their bytes and drops repeated ones.
    private mutating func sort() {
        let (sorted, repeated) = bytes.withUnsafeBufferPointer { Self.order($0, starts) }
        let isSorted = sorted.indices.allSatisfy { sorted[$0].place == $0 }
        guard !isSorted || !repeated.isEmpty else { return }
        let old = self
        self = NameList()
        bytes.reserveCapacity(old.bytes.count)
        starts.reserveCapacity(old.count)
        kinds.reserveCapacity(old.count)
        old.bytes.withUnsafeBufferPointer { all in
            for (rank, keyed) in sorted.enumerated() where !repeated.contains(rank) {
                let place = Int(keyed.place)
                append(UnsafeBufferPointer(rebasing: all[old.range(place)]), old.kinds[place])
            }
        }
    }

    /// A name by eight of its bytes, those after what all names begin with.
    private struct Keyed {
        var key: UInt64
        var place: UInt32
    }

    /// The names in the order of their bytes, and the ranks at which one stands that is the same as the one before.
    private static func order(_ bytes: UnsafeBufferPointer<UInt8>, _ starts: [UInt32]) -> ([Keyed], Set<Int>) {
        let shared = sharedPrefix(bytes, starts)
        var keyed = starts.indices.map { place in
            var key: UInt64 = 0
            var at = Int(starts[place]) + shared
            for _ in 0..<8 {
                key = key << 8 | UInt64(bytes[at])
                if bytes[at] != 0 { at += 1 }
            }
            return Keyed(key: key, place: UInt32(clamping: place))
        }
        sort(&keyed)
        // Names with the same eight bytes stand together.
        func name(_ one: Keyed) -> UnsafeBufferPointer<UInt8> {
            let next = Int(one.place) + 1
            let end = next < starts.count ? Int(starts[next]) : bytes.count
            return UnsafeBufferPointer(rebasing: bytes[Int(starts[Int(one.place)])..<end])
        }
        var repeated: Set<Int> = []
        var first = 0
        while first < keyed.count {
            let end = keyed[first...].firstIndex { $0.key != keyed[first].key } ?? keyed.count
            if end > first + 1 {
                keyed[first..<end].sort { name($0).lexicographicallyPrecedes(name($1)) }
                for rank in first + 1..<end where name(keyed[rank - 1]).elementsEqual(name(keyed[rank])) {
                    repeated.insert(rank)
                }
            }
            first = end
        }
        return (keyed, repeated)
    }

    /// By key, two bytes at a time from the last: a folder is listed in the order of hashes, which costs a comparison
    /// sort the most.
    private static func sort(_ keyed: inout [Keyed]) {
        guard keyed.count >= 4096 else { return keyed.sort { $0.key < $1.key } }
        let differing = keyed.reduce(0) { $0 | ($1.key ^ keyed[0].key) }
        var other = keyed
        var counts = [Int](repeating: 0, count: 1 << 16)
        for shift in stride(from: 0, to: 64, by: 16) where differing >> shift & 0xFFFF != 0 {
            for index in counts.indices { counts[index] = 0 }
            for one in keyed { counts[Int(one.key >> shift & 0xFFFF)] += 1 }
            var before = 0
            for index in counts.indices { (counts[index], before) = (before, before + counts[index]) }
            for one in keyed {
                let digit = Int(one.key >> shift & 0xFFFF)
                other[counts[digit]] = one
                counts[digit] += 1
            }
            swap(&keyed, &other)
        }
    }

    private static func text(_ bytes: UnsafeBufferPointer<UInt8>, _ start: UInt32) -> UnsafePointer<CChar> {
        guard let base = bytes.baseAddress else { preconditionFailure("a name of an empty list") }
        return UnsafeRawPointer(base + Int(start)).assumingMemoryBound(to: CChar.self)
    }

    /// How many bytes all names begin with in common.
    private static func sharedPrefix(_ bytes: UnsafeBufferPointer<UInt8>, _ starts: [UInt32]) -> Int {
        guard let first = starts.first.map(Int.init) else { return 0 }
        var length = bytes[first...].prefix { $0 != 0 }.count
        for start in starts.lazy.map(Int.init) where length > 0 {
            var same = 0
            while same < length, bytes[start + same] == bytes[first + same] { same += 1 }
            length = same
        }
        return length
    }
}
