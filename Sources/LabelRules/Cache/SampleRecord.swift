import FileReading
import Imaging

/// What reading a label file brought to light.
struct LabelRecord: Sendable, Hashable {
    enum Contents: Sendable, Hashable {
        /// No rule has anything to say; the boxes as the profile counts them.
        case unremarkable([BoxMark])
        case bytes([UInt8])
    }

    var identity: FileIdentity
    var contents: Contents
}

/// What is kept of one sample.
struct SampleRecord: Sendable, Hashable {
    var image: ImageRecord?
    var label: LabelRecord?

    private static let formats = ImageFormat.allCases

    func write(to writer: inout ByteWriter) {
        writer.byte((image == nil ? 0 : 1) | (label == nil ? 0 : 2))
        if let image { Self.write(image, to: &writer) }
        if let label {
            writer.identity(label.identity)
            switch label.contents {
            case .unremarkable(let marks):
                writer.byte(0)
                writer.number(marks.count)
                for mark in marks {
                    writer.number(Int(mark.classID))
                    writer.byte(mark.size)
                    writer.byte(mark.aspect)
                    writer.byte(mark.cell)
                }
            case .bytes(let bytes):
                writer.byte(1)
                writer.raw(bytes)
            }
        }
    }

    private static func write(_ image: ImageRecord, to writer: inout ByteWriter) {
        writer.identity(image.identity)
        writer.text(image.unreadable)
        let pillow = image.pillow
        writer.byte((pillow.isUnfinished ? 1 : 0) | (pillow.isMendable ? 2 : 0) | (pillow.isModern ? 4 : 0))
        writer.text(pillow.problem)
        writer.byte(image.header.map { UInt8(formats.firstIndex(of: $0.format) ?? 0) } ?? 255)
        if let header = image.header {
            for value in [
                header.storedWidth, header.storedHeight, header.orientation, header.bitsPerChannel, header.channels,
            ] {
                writer.number(value)
            }
        }
        writer.byte(image.contents == nil ? 0 : 1)
        guard let contents = image.contents else { return }
        writer.word(contents.digest[0])
        writer.word(contents.digest[1])
        writer.byte((contents.hash == nil ? 0 : 1) | (contents.spread == nil ? 0 : 2))
        if let hash = contents.hash { for index in 0..<4 { writer.word(hash.words[index]) } }
        if let spread = contents.spread { writer.byte(spread) }
        writer.text(contents.warning)
    }

    init(image: ImageRecord?, label: LabelRecord?) {
        self.image = image
        self.label = label
    }

    /// - Parameter classCount: of the dataset; marks of other classes are damage.
    init(_ scanner: inout ByteScanner, classCount: Int) {
        let parts = scanner.byte()
        if parts & 1 != 0 { image = Self.image(&scanner) }
        guard parts & 2 != 0 else { return }
        let identity = scanner.identity()
        guard scanner.byte() == 0 else {
            label = LabelRecord(identity: identity, contents: .bytes(scanner.raw()))
            return
        }
        let marks = (0..<scanner.count()).map { _ in
            BoxMark(
                classID: Int32(clamping: scanner.int()), size: scanner.byte(), aspect: scanner.byte(),
                cell: scanner.byte())
        }
        guard
            marks.allSatisfy({
                (0..<min(classCount, 1 << 16)).contains(Int($0.classID)) && $0.size < DatasetProfile.sizeBins
                    && $0.aspect < DatasetProfile.aspectBins
            })
        else { return }
        label = LabelRecord(identity: identity, contents: .unremarkable(marks))
    }

    private static func image(_ scanner: inout ByteScanner) -> ImageRecord {
        let identity = scanner.identity()
        let unreadable = scanner.text()
        let flags = scanner.byte()
        let pillow = PillowImage(
            problem: scanner.text(), isUnfinished: flags & 1 != 0, isMendable: flags & 2 != 0,
            isModern: flags & 4 != 0)
        let format = Int(scanner.byte())
        var header: ImageHeader?
        if formats.indices.contains(format) {
            header = ImageHeader(
                format: formats[format], storedWidth: scanner.int(), storedHeight: scanner.int(),
                orientation: scanner.int(), bitsPerChannel: scanner.int(), channels: scanner.int())
        }
        var contents: ImageRecord.Contents?
        if scanner.byte() != 0 {
            let digest = SIMD2(scanner.word(), scanner.word())
            let parts = scanner.byte()
            let hash =
                parts & 1 == 0
                ? nil
                : PerceptualHash(words: SIMD4(scanner.word(), scanner.word(), scanner.word(), scanner.word()))
            let spread = parts & 2 == 0 ? nil : scanner.byte()
            contents = ImageRecord.Contents(digest: digest, hash: hash, spread: spread, warning: scanner.text())
        }
        return ImageRecord(
            identity: identity, unreadable: unreadable, header: header, pillow: pillow, contents: contents)
    }
}
