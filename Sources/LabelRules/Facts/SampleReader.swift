import FileReading
import YOLODataset

/// Reads the image and the label file of one sample after another, where they have changed since they were known.
///
/// The folders are held open, and one buffer serves all files.
struct SampleReader: Sendable {
    /// What reading a label file came to.
    enum Label {
        /// The folder of labels is not open.
        case missing
        /// The file is the one that was known.
        case unchanged
        /// The bytes are those of the buffer: do not keep them.
        case read(ArraySlice<UInt8>, FileIdentity)
    }

    private var images: OpenFolder?
    private var labels: OpenFolder?
    private var buffer: [UInt8] = []
    /// Whether what was read may be asked for again: what a file was at the time belongs to it then.
    let keepsIdentity: Bool

    init(keepsIdentity: Bool) { self.keepsIdentity = keepsIdentity }

    /// The beginning of an image that holds nearly every header; nearly every label file is shorter.
    private static let headLength = 8192

    /// The folder whose samples come next.
    mutating func enter(_ folder: SampleFolder) {
        images = OpenFolder(folder.imageFolder)
        labels = OpenFolder(folder.labelFolder)
    }

    /// The image of a sample; one that cannot be read is a record that says why.
    mutating func image(of sample: DatasetSample, known: ImageRecord?, reading: ImageReading) -> ImageRecord? {
        guard let images, reading != .none else { return nil }
        let names = sample.folder.images
        if let known, reading == .header || known.contents != nil,
            images.identity(names, sample.index) == known.identity
        {
            return known
        }
        do {
            try Self.checkName(of: sample)
            return reading == .header ? try head(of: sample, in: images) : try whole(of: sample, in: images)
        } catch {
            return ImageRecord(
                identity: .unknown, unreadable: (error as? FileError)?.message ?? "\(error)", header: nil,
                pillow: PillowImage(problem: "it cannot be read"), contents: nil)
        }
    }

    /// Such a name leads somewhere here, but not in other tools.
    private static func checkName(of sample: DatasetSample) throws {
        try sample.folder.images.withBytes(sample.index) { name in
            guard name.allSatisfy({ $0 < 0x80 }) || String(validating: name, as: UTF8.self) != nil else {
                throw FileError(file: sample.image, message: "has a name that is not UTF-8", wayOut: "rename it")
            }
        }
    }

    private mutating func whole(of sample: DatasetSample, in images: OpenFolder) throws -> ImageRecord {
        let (count, identity) = try images.read(sample.folder.images, sample.index, into: &buffer, limit: 1 << 32)
        return ImageRecord(whole: Array(buffer[..<count]), identity: identity, path: sample.image)
    }

    private mutating func head(of sample: DatasetSample, in images: OpenFolder) throws -> ImageRecord {
        var length = Self.headLength
        // Most headers are whole in what one reading gives; what is wrong with the others is found below.
        if !keepsIdentity,
            let count = images.peek(sample.folder.images, sample.index, into: &buffer, count: length)
        {
            let record = ImageRecord(head: buffer[..<count], identity: .unknown, path: sample.image)
            if record.header != nil { return record }
        }
        while true {
            let (count, identity) = try images.readHead(
                sample.folder.images, sample.index, into: &buffer, count: length)
            let record = ImageRecord(head: buffer[..<count], identity: identity, path: sample.image)
            if record.header != nil || count < length || length > 1 << 30 { return record }
            length *= 8
        }
    }

    /// The label file of a sample that has one.
    ///
    /// - Throws: `FileError` where it is there but cannot be read.
    mutating func label(of sample: DatasetSample, known: FileIdentity?) throws -> Label {
        guard let labels else { return .missing }
        let place = Int(sample.folder.labelPlaces[sample.index])
        if let known, labels.identity(sample.folder.labels, place) == known { return .unchanged }
        if !keepsIdentity,
            let count = labels.peekWhole(sample.folder.labels, place, into: &buffer, room: Self.headLength)
        {
            return .read(buffer[..<count], .unknown)
        }
        let (count, identity) = try labels.read(
            sample.folder.labels, place, into: &buffer, limit: LabelFile.largestFile)
        return .read(buffer[..<count], identity)
    }

    /// Whether the label file of a sample is a regular file: trainers take anything else for none at all.
    func hasRegularLabel(_ sample: DatasetSample) -> Bool {
        labels?.identity(sample.folder.labels, Int(sample.folder.labelPlaces[sample.index])) != nil
    }
}
