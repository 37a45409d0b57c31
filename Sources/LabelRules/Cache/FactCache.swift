import FileReading
import Foundation
import YOLODataset

/// Facts about files that have not changed since they were read: path, size, time of change in nanoseconds and inode are
/// the same.
///
/// The file is ours alone: a damaged one, or one of another build of this program or of other settings, is as good as
/// none, and is written anew. It is replaced in one step, so that runs may share it.
final class FactCache: Sendable {
    private let folders: [String: Folder]
    /// The file as it was.
    private let bytes: [UInt8]
    private let path: String
    private let key: ContentDigest
    private let started: Int64
    private static let heading = Array("ASSAYFC1".utf8)

    /// - Parameter path: where the cache is, or will be.
    init(_ path: String, dataset: Dataset, settings: CheckSettings) {
        self.path = path
        started = Int64(Date().timeIntervalSince1970)
        key = Self.key(dataset, settings)
        let known = Self.read(path, key, dataset.classCount)
        folders = known?.folders ?? [:]
        bytes = known?.bytes ?? []
    }

    func folder(_ path: String) -> Folder? { folders[path] }

    /// What facts depend on besides the files: the program, and what makes a label file unremarkable.
    private static func key(_ dataset: Dataset, _ settings: CheckSettings) -> ContentDigest {
        var digest = DigestBuilder()
        // A program that cannot be told from another shares facts with none.
        let program = FileIdentity(ofFile: "/proc/self/exe").map { file in
            [file.size, file.modifiedSeconds, file.modifiedNanoseconds].map { UInt64(bitPattern: $0) } + [file.inode]
        }
        digest.update("program", program)
        if program == nil { digest.update("run", UUID().uuidString) }
        digest.update("thresholds", settings.thresholds)
        digest.update("training size", settings.trainingSize)
        digest.update("classes", dataset.classCount)
        digest.update("keypoints", dataset.keypointShape)
        digest.update("reads images", settings.reading != .none)
        return digest.finish()
    }

    // MARK: Reading

    private static func read(_ path: String, _ key: ContentDigest, _ classCount: Int) -> (
        folders: [String: Folder], bytes: [UInt8]
    )? {
        // 150 bytes an image: what is usually read is enough for 28 million, and more where a person allows it.
        let most = max(1 << 32, MemoryLimit.bytes)
        guard let bytes = try? FileReading.bytes(ofFile: path, limit: most, canBeMadeAgain: true) else { return nil }
        let prefix = heading.count + 64
        guard bytes.count > prefix, bytes.starts(with: heading),
            bytes[heading.count..<heading.count + 32].elementsEqual(key.bytes)
        else { return nil }
        var digest = DigestBuilder()
        digest.update(bytes[prefix...])
        guard digest.finish().bytes.elementsEqual(bytes[(prefix - 32)..<prefix]) else { return nil }
        return folders(in: bytes, at: prefix, classCount: classCount).map { ($0, bytes) }
    }

    /// What a file holds from a place on; nil where it is damaged.
    static func folders(in bytes: [UInt8], at start: Int, classCount: Int) -> [String: Folder]? {
        bytes.withUnsafeBufferPointer { buffer -> [String: Folder]? in
            var scanner = ByteScanner(buffer, at: start)
            var folders: [String: Folder] = [:]
            for _ in 0..<scanner.count() {
                guard let folder = scanner.text(), let names = NameList(packed: scanner.raw()[...]) else { return nil }
                let starts = (0..<scanner.count()).map { _ in Int(clamping: scanner.number()) }
                let records = scanner.skipRaw()
                guard !scanner.isDamaged, starts.count == names.count else { return nil }
                folders[folder] = Folder(
                    names: names, starts: starts, bytes: bytes, records: records, classCount: classCount)
            }
            return folders
        }
    }

    // MARK: Writing

    /// Keeps what was read. A cache that cannot be written is no failure: the next run reads the files again.
    func write(_ samples: [DatasetSample], _ tallies: [SampleTally]) {
        // −1 stands for the file as it was.
        var places = [(tally: Int32, start: Int, end: Int)?](repeating: nil, count: samples.count)
        for (number, tally) in tallies.enumerated() {
            for record in tally.records {
                places[Int(record.sample)] = (record.isOld ? -1 : Int32(number), record.start, record.end)
            }
        }
        var writer = ByteWriter()
        // The digest of what follows is put in last.
        writer.plain(Self.heading + key.bytes + [UInt8](repeating: 0, count: 32))
        var first = 0
        var groups: [Range<Int>] = []
        while first < samples.count {
            var end = first + 1
            while end < samples.count, samples[end].folder === samples[first].folder { end += 1 }
            groups.append(first..<end)
            first = end
        }
        // A folder of two splits is kept once.
        var seen: Set<String> = []
        groups.removeAll { !seen.insert(samples[$0.lowerBound].folder.imageFolder).inserted }
        // What other runs know about folders that this one did not look at.
        let others = folders.filter { !seen.contains($0.key) && FileManager.default.fileExists(atPath: $0.key) }
            .sorted { $0.key < $1.key }
        writer.number(groups.count + others.count)
        for (path, folder) in others { folder.write(path, to: &writer) }
        for group in groups {
            let folder = samples[group.lowerBound].folder
            writer.text(folder.imageFolder)
            writer.raw(folder.images.packed)
            var bytes: [UInt8] = []
            writer.number(group.count)
            for index in group {
                writer.number(bytes.count)
                guard let place = places[index] else {
                    bytes.append(0)
                    continue
                }
                let range = place.start..<place.end
                let source = place.tally < 0 ? self.bytes : tallies[Int(place.tally)].recordBytes.bytes
                bytes.append(contentsOf: source[range])
            }
            writer.raw(bytes)
        }
        let prefix = Self.heading.count + 64
        var digest = DigestBuilder()
        digest.update(writer.bytes[prefix...])
        writer.replace(prefix - 32, by: digest.finish().bytes)
        let folder = Paths.directory(of: path)
        guard (try? Folders.make(folder)) != nil else { return }
        try? AtomicFile.write(writer.bytes, to: path, isDurable: false)
    }

    /// Whether all files of a record have not changed for a while.
    func isSettled(_ record: SampleRecord) -> Bool { record.isSettled(at: started) }
}

extension SampleRecord {
    /// Files that changed this shortly before may change again within the same instant of the file system's clock.
    private static let settlingSeconds: Int64 = 2

    /// Whether no file of the record had changed for a while, at a time in seconds since 1970.
    func isSettled(at time: Int64) -> Bool {
        [image?.identity, label?.identity].allSatisfy { identity in
            guard let identity else { return true }
            return identity != .unknown && identity.modifiedSeconds < time - Self.settlingSeconds
        }
    }
}
