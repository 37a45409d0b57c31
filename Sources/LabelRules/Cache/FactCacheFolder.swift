import FileReading

extension FactCache {
    /// What is known about the files of one image folder.
    final class Folder: Sendable {
        let names: NameList
        private let starts: [Int]
        /// Of the whole file; `records` are where this folder's are.
        private let bytes: [UInt8]
        private let records: Range<Int>
        private let classCount: Int

        init(names: NameList, starts: [Int], bytes: [UInt8], records: Range<Int>, classCount: Int) {
            self.names = names
            self.starts = starts
            self.bytes = bytes
            self.records = records
            self.classCount = classCount
        }

        /// As it was read.
        func write(_ path: String, to writer: inout ByteWriter) {
            writer.text(path)
            writer.raw(names.packed)
            writer.number(starts.count)
            for start in starts { writer.number(start) }
            writer.raw(bytes[records])
        }

        /// What is known about an image, and where that stands in the file.
        func record(_ images: NameList, _ index: Int) -> (record: SampleRecord, start: Int, end: Int)? {
            // A folder is mostly as it was.
            var place: Int? = index < names.count ? index : nil
            let isSame = place.map { place in
                names.withBytes(place) { known in images.withBytes(index) { known.elementsEqual($0) } }
            }
            if isSame != true { place = images.withBytes(index) { names.index(of: $0, near: index) } }
            guard let place, starts.indices.contains(place), (0..<records.count).contains(starts[place]) else {
                return nil
            }
            return bytes.withUnsafeBufferPointer { bytes in
                let start = records.lowerBound + starts[place]
                var scanner = ByteScanner(bytes, at: start)
                let record = SampleRecord(&scanner, classCount: classCount)
                return scanner.isDamaged ? nil : (record, start, scanner.at)
            }
        }
    }
}
