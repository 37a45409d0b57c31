import FileReading
import RunCurves
import TestSupport
import Testing

/// Event files are made here by the rules of TFRecord and protocol buffers, by code of the test's own.
@Suite struct EventFileTests {
    @Test func scalarsAreRead() throws {
        let bytes =
            record([0x09] + little(0, 8) + [0x1A, 13] + Array("brain.Event:2".utf8)) + scalar("train/box_loss", 1, 0.5)
            + scalar("train/box_loss", 2, 0.25) + scalar("metrics/mAP50(B)", 2, 0.75) + scalar("graph/other", 2, 1)
        let table = try RunReader.table(of: bytes, file: "events")
        #expect(table.rows.map(\.epoch) == [1, 2] && table.columns.count == 2)
        #expect(
            table.rows[1].values[.loss(.train, "box")] == 0.25 && table.rows[1].values[.score(.map50, of: "B")] == 0.75)
    }

    /// TensorFlow 2 writes a scalar as a tensor of one number.
    @Test func scalarsAsTensorsAreRead() throws {
        let tensor = field(8, [0x08, 1] + field(4, little(UInt64(Float(1.5).bitPattern), 4)))
        let bytes = record([0x10, 3] + field(5, field(1, field(1, Array("val/cls_loss".utf8)) + tensor)))
        #expect(try RunReader.table(of: bytes, file: "events").rows[0].values[.loss(.val, "cls")] == 1.5)
    }

    @Test func aFileThatIsBeingWrittenIsReadAsFarAsItGoes() throws {
        let whole = scalar("train/box_loss", 1, 0.5) + scalar("train/box_loss", 2, 0.25)
        for count in [whole.count - 1, whole.count - 9, whole.count - 20] {
            let table = try RunReader.table(of: Array(whole.prefix(count)), file: "events")
            #expect(table.rows.map(\.epoch) == [1] && table.notes == [.cut(line: nil)])
        }
    }

    @Test func damageIsFoundByTheChecksum() throws {
        var bytes = scalar("train/box_loss", 1, 0.5) + scalar("train/box_loss", 2, 0.25)
        bytes[20] ^= 1
        #expect(throws: FileError.self) { try RunReader.table(of: bytes, file: "events") }
    }

    @Test func aRecordThatClaimsTooMuchEndsTheFile() throws {
        let length = little(1 << 62, 8)
        let bytes = scalar("train/box_loss", 1, 0.5) + length + little(UInt64(masked(length)), 4) + [0, 0, 0]
        #expect(try RunReader.table(of: bytes, file: "events").notes == [.cut(line: nil)])
    }

    // MARK: The form

    private func scalar(_ tag: String, _ step: UInt8, _ value: Float) -> [UInt8] {
        let number: [UInt8] = [0x15] + little(UInt64(value.bitPattern), 4)
        return record([0x09] + little(0, 8) + [0x10, step] + field(5, field(1, field(1, Array(tag.utf8)) + number)))
    }

    private func field(_ number: UInt8, _ bytes: [UInt8]) -> [UInt8] { [number << 3 | 2, UInt8(bytes.count)] + bytes }

    private func record(_ data: [UInt8]) -> [UInt8] {
        let length = little(UInt64(data.count), 8)
        return length + little(UInt64(masked(length)), 4) + data + little(UInt64(masked(data)), 4)
    }

    private func little(_ value: UInt64, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: value >> UInt64(8 * $0)) }
    }

    /// CRC-32C bit by bit.
    private func masked(_ bytes: [UInt8]) -> UInt32 {
        var sum: UInt32 = ~0
        for byte in bytes {
            sum ^= UInt32(byte)
            for _ in 0..<8 { sum = sum & 1 == 1 ? sum >> 1 ^ 0x82F6_3B78 : sum >> 1 }
        }
        sum = ~sum
        return (sum >> 15 | sum << 17) &+ 0xA282_EAD8
    }
}
