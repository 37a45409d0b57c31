import CArchive
import CheckedNumbers
import Geometry
import Imaging

/// Masks that tools keep as small PNG pictures: whatever is not black is set.
enum MaskPicture {
    /// - Parameters:
    ///   - picture: a PNG.
    ///   - left: where the picture lies in the image, in pixels.
    ///   - top: where the picture lies in the image, in pixels.
    static func mask(_ picture: [UInt8], left: Int, top: Int, in size: ImageSize) -> RunLengthMask? {
        guard let image = try? ImageDecoder.decode(picture, file: "mask").image else { return nil }
        let isSet = (0..<image.width * image.height).map { place in
            image.pixels[3 * place] > 0 || image.pixels[3 * place + 1] > 0 || image.pixels[3 * place + 2] > 0
        }
        return RunLengthMask(isSet, gridWidth: image.width, left: left, top: top, in: size)
    }

    /// What zlib has packed, up to a length; nil where it is damaged or longer.
    static func unpacked(_ bytes: [UInt8], limit: Int) -> [UInt8]? {
        var room = min(limit, max(1 << 12, 4 * bytes.count))
        while true {
            var length = UInt(room)
            var status: Int32 = 0
            let unpacked = [UInt8](unsafeUninitializedCapacity: room) { buffer, filled in
                status = uncompress(buffer.baseAddress, &length, bytes, UInt(bytes.count))
                filled = status == Z_OK ? Int(length) : 0
            }
            if status == Z_OK { return unpacked }
            guard status == Z_BUF_ERROR, room < limit else { return nil }
            room = min(limit, 4 * room)
        }
    }
}
