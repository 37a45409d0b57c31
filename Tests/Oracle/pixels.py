"""Writes small images in every format that trainers take, and the pixels that a trainer's reader gives for each.

    pixels.py FOLDER [--width N] [--height N] [--few]

FOLDER gets the images, and expected.json: for each the size and the SHA-256 of its RGB bytes as `ultralytics` reads it
(`ultralytics.utils.patches.imread`), or null where it reads nothing. Of images whose pixels may differ by the version of a
library, the pixels themselves are kept as PNG in FOLDER/expected, to be compared within a step.
Needs ultralytics, Pillow, OpenCV, tifffile and pillow-heif. --few leaves out what only differs in its options.
"""

import argparse
import hashlib
import json
import pathlib
import struct
import zlib

import cv2
import numpy as np
import pillow_heif
import tifffile
from PIL import Image
from ultralytics.utils.patches import imread

pillow_heif.register_heif_opener()
EXIF = b"Exif\0\0"


def picture(width, height):
    """Waves and noise: every value occurs, and no two rows are alike."""
    y, x = np.mgrid[0:height, 0:width]
    waves = np.stack([128 + 100 * np.sin(x / 5 + y / 9), 128 + 100 * np.cos(y / 4 - x / 7), (x * 7 + y * 3) % 256], -1)
    return (waves + np.random.default_rng(3).normal(0, 8, waves.shape)).clip(0, 255).astype(np.uint8)


def directory(orientation, order="<"):
    """An EXIF block with the orientation alone."""
    mark = b"II*\0" if order == "<" else b"MM\0*"
    return mark + struct.pack(order + "IHHHIHHI", 8, 1, 0x112, 3, 1, orientation, 0, 0)


def exif(orientation):
    block = Image.Exif()
    block[0x112] = orientation
    return block


class Corpus:
    def __init__(self, folder, width, height):
        self.folder = folder
        self.rgb = picture(width, height)
        self.grey = np.asarray(Image.fromarray(self.rgb).convert("L"))
        colour = Image.fromarray(self.rgb)
        see_through = colour.copy()
        see_through.putalpha(Image.fromarray((self.grey.astype(int) * 3 % 256).astype(np.uint8)))
        deep = self.grey.astype(np.uint16) * 251 + np.arange(width, dtype=np.uint16)
        self.deep = np.stack([deep, deep[::-1], deep[:, ::-1]], -1)
        self.modes = {
            "rgb": colour, "l": colour.convert("L"), "rgba": see_through, "la": see_through.convert("LA"),
            "p": colour.convert("P", palette=Image.ADAPTIVE, colors=60), "1": colour.convert("1"),
            "cmyk": colour.convert("CMYK"), "i16": Image.fromarray(deep),
        }

    @property
    def back(self):
        """Another page or frame; Pillow leaves marks on those that it wrote, so each use has its own."""
        return self.modes["rgb"].rotate(180)

    def save(self, name, mode, form, **options):
        self.modes[mode].copy().save(self.folder / name, form, **options)

    def write(self, name, data):
        (self.folder / name).write_bytes(data)

    def read(self, name):
        return (self.folder / name).read_bytes()


def jpegs(c, few):
    for mode in ("rgb", "l", "cmyk"):
        c.save(f"jpeg_{mode}.jpg", mode, "JPEG", quality=88)
    c.save("jpeg_progressive.jpg", "rgb", "JPEG", quality=80, progressive=True)
    for subsampling in () if few else (0, 1):
        c.save(f"jpeg_sampling{subsampling}.jpg", "rgb", "JPEG", quality=80, subsampling=subsampling)
    plain = c.read("jpeg_rgb.jpg")
    for orientation in (6,) if few else range(1, 10):
        c.save(f"jpeg_turned{orientation}.jpg", "rgb", "JPEG", quality=88, exif=exif(orientation))
    segment = lambda body: b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body
    place = lambda *bodies: plain[:2] + b"".join(map(segment, bodies)) + plain[2:]
    c.write("jpeg_exif_twice.jpg", place(EXIF + directory(3), EXIF + directory(6)))
    c.write("jpeg_exif_second.jpg", place(EXIF + b"II*\0" + struct.pack("<IHI", 8, 0, 0), EXIF + directory(6)))
    c.write("jpeg_exif_big_endian.jpg", place(EXIF + directory(6, ">")))
    scan = plain.index(b"\xff\xda")
    c.write("jpeg_exif_late.jpg", plain[:scan] + segment(EXIF + directory(6)) + plain[scan:])
    c.save("mpo.mpo", "rgb", "MPO", save_all=True, append_images=[c.back])


def pngs(c, few):
    for mode in ("rgb", "p", "la", "1", "i16") if few else ("rgb", "l", "rgba", "p", "la", "1", "i16"):
        c.save(f"png_{mode}.png", mode, "PNG")
    c.save("png_palette_clear.png", "p", "PNG", transparency=3)
    c.save("png_moving.png", "rgba", "PNG", save_all=True, append_images=[c.back.convert("RGBA")], duration=100)
    cv2.imwrite(str(c.folder / "png_rgb16.png"), c.deep)
    plain = c.read("png_rgb.png")
    first, end = plain.index(b"IDAT") - 4, plain.index(b"IEND") - 4
    chunk = lambda body: struct.pack(">I", len(body)) + b"eXIf" + body + struct.pack(">I", zlib.crc32(b"eXIf" + body))
    c.write("png_exif_before.png", plain[:first] + chunk(directory(6)) + plain[first:])
    c.write("png_exif_after.png", plain[:end] + chunk(directory(6)) + plain[end:])
    c.write("png_exif_twice.png", plain[:first] + chunk(directory(3)) + plain[first:end] + chunk(directory(6)) + plain[end:])
    c.write("png_exif_prefixed.png", plain[:first] + chunk(EXIF + directory(6)) + plain[first:])


def webps(c, few):
    for mode in ("rgb", "rgba"):
        c.save(f"webp_{mode}.webp", mode, "WEBP", quality=70)
        c.save(f"webp_{mode}_lossless.webp", mode, "WEBP", lossless=True)
    c.save("webp_moving.webp", "rgba", "WEBP", save_all=True, append_images=[c.back], duration=100)
    c.save("webp_turned.webp", "rgb", "WEBP", quality=80, exif=exif(6))
    lossy = c.read("webp_rgb.webp")
    length = struct.unpack("<I", lossy[16:20])[0]
    size = b"".join(struct.pack("<I", side - 1)[:3] for side in (c.rgb.shape[1], c.rgb.shape[0]))

    def extended(flags, *chunks):
        body = b"WEBPVP8X" + struct.pack("<I", 10) + bytes([flags, 0, 0, 0]) + size
        for name, data in chunks:
            body += name + struct.pack("<I", len(data)) + data + bytes(len(data) % 2)
        return b"RIFF" + struct.pack("<I", len(body)) + body

    pixels = (b"VP8 ", lossy[20:20 + length])
    c.write("webp_exif.webp", extended(8, pixels, (b"EXIF", directory(6))))
    c.write("webp_exif_first.webp", extended(8, (b"EXIF", directory(6)), pixels))
    c.write("webp_exif_twice.webp", extended(8, pixels, (b"EXIF", directory(3)), (b"EXIF", directory(6))))
    c.write("webp_exif_unannounced.webp", extended(0, pixels, (b"EXIF", directory(6))))
    c.write("webp_exif_prefixed.webp", extended(8, pixels, (b"EXIF", EXIF + directory(6))))


def tiffs(c, few):
    for mode in ("l", "rgba", "p", "la", "1", "cmyk", "i16"):
        c.save(f"tiff_{mode}.tif", mode, "TIFF", compression="tiff_lzw")
    for name, mode in (("jpeg", "rgb"), ("group4", "1"), ("packbits", "rgb"), ("tiff_adobe_deflate", "rgb")):
        c.save(f"tiff_{name}.tif", mode, "TIFF", compression=name)
    c.save("tiff_pages.tif", "rgb", "TIFF", save_all=True, append_images=[c.back])
    for orientation in (6,) if few else (2, 3, 6, 8):
        c.save(f"tiff_turned{orientation}.tif", "rgb", "TIFF", tiffinfo={274: orientation})
    c.save("tiff_named_otherwise.jpg", "rgba", "TIFF")
    write = lambda name, data, **options: tifffile.imwrite(c.folder / name, data, **options)
    planes = np.moveaxis(c.rgb, -1, 0)
    write("tiff_tiled.tif", c.rgb, tile=(16, 16), photometric="rgb", compression="lzw", predictor=True)
    write("tiff_planes.tif", planes, photometric="rgb", planarconfig="separate")
    write("tiff_big.tif", c.rgb, photometric="rgb", bigtiff=True)
    write("tiff_big_endian.tif", c.rgb, photometric="rgb", byteorder=">")
    write("tiff_white_is_zero.tif", c.grey, photometric="miniswhite")
    write("tiff_strips.tif", c.rgb, photometric="rgb", rowsperstrip=5)
    write("tiff_alpha_premultiplied.tif", np.dstack([c.rgb, c.grey]), photometric="rgb", extrasamples=["assocalpha"])
    write("tiff_lab.tif", c.rgb, photometric="cielab")
    write("tiff_rgb16.tif", c.deep, photometric="rgb")
    write("tiff_rgb16_deflate.tif", c.deep, photometric="rgb", compression="deflate", predictor=True)
    write("tiff_rgb16_named_otherwise.png", c.deep, photometric="rgb")
    write("tiff_grey16_white_is_zero.tif", c.deep[..., 0], photometric="miniswhite")
    write("tiff_float.tif", c.grey / np.float32(255))
    version = [(50706, 1, 4, (1, 4, 0, 0), True)]
    pattern = [(33421, 3, 2, (2, 2), True), (33422, 1, 4, (0, 1, 1, 2), True)]
    with tifffile.TiffWriter(c.folder / "dng_preview.dng") as dng:
        dng.write(c.rgb, photometric="rgb", subifds=1, extratags=version)
        dng.write(c.deep[..., 0], photometric=32803, extratags=pattern)
    write("dng_raw.dng", c.deep[..., 0], photometric=32803, extratags=version + pattern)


def bitmaps(c, few):
    height, width = c.grey.shape
    palette = b"".join(bytes([i, 255 - i, i * 7 % 256, 0]) for i in range(256))

    def bitmap(name, bits, rows, colours=b"", form=0, tall=height, masks=b"", used=0):
        offset = 54 + len(masks) + len(colours)
        sizes = struct.pack("<IiiHHIIiiII", 40, width, tall, 1, bits, form, len(rows), 2835, 2835, used, 0)
        head = b"BM" + struct.pack("<IHHI", offset + len(rows), 0, 0, offset)
        c.write(name, head + sizes + masks + colours + rows)

    def packed(values, bits):
        rows = b""
        for row in values[::-1]:
            text = "".join(format(int(value), f"0{bits}b") for value in row)
            text += "0" * (-len(text) % 32)
            rows += int(text, 2).to_bytes(len(text) // 8, "big")
        return rows

    def words(values, size):
        return b"".join(b"".join(int(v).to_bytes(size, "little") for v in row) + bytes(-len(row) * size % 4)
                        for row in values[::-1])

    red, green, blue = (c.rgb[..., i].astype(np.int64) for i in range(3))
    c.save("bmp_rgb.bmp", "rgb", "BMP")
    bitmap("bmp_8.bmp", 8, packed(c.grey, 8), palette)
    bitmap("bmp_8_top_down.bmp", 8, packed(c.grey[::-1], 8), palette, tall=-height)
    bitmap("bmp_8_few_colours.bmp", 8, packed(c.grey >> 4, 8), palette[:64], used=16)
    bitmap("bmp_4.bmp", 4, packed(c.grey >> 4, 4), palette[:64])
    bitmap("bmp_1.bmp", 1, packed(c.grey >> 7, 1), palette[:8])
    bitmap("bmp_555.bmp", 16, words(red >> 3 << 10 | green >> 3 << 5 | blue >> 3, 2))
    bitmap("bmp_565.bmp", 16, words(red >> 3 << 11 | green >> 2 << 5 | blue >> 3, 2), form=3,
           masks=struct.pack("<III", 0xF800, 0x7E0, 0x1F))
    bitmap("bmp_32.bmp", 32, words(red << 16 | green << 8 | blue | 77 << 24, 4))
    bitmap("bmp_32_masks.bmp", 32, words(red << 24 | green << 16 | blue << 8, 4), form=3,
           masks=struct.pack("<III", 0xFF000000, 0xFF0000, 0xFF00))
    runs = b"".join(bytes([0, 10]) + bytes(int(v) for v in row[:10]) + bytes([7, 9, 0, 2, 3, 0, 0, 3, 1, 2, 3, 0, 0, 0])
                    for row in c.grey) + b"\0\1"
    bitmap("bmp_runs8.bmp", 8, runs, palette, form=1)
    runs = b"".join(bytes([0, 6, 0x12, 0x34, 0x56, 0, 15, 0x7A, 0, 0]) for _ in c.grey) + b"\0\1"
    bitmap("bmp_runs4.bmp", 4, runs, palette[:64], form=2)
    sizes = struct.pack("<IHHHH", 12, width, height, 1, 24)
    rows = b"".join(row[:, ::-1].tobytes() + bytes(-width * 3 % 4) for row in c.rgb[::-1])
    c.write("bmp_old.bmp", b"BM" + struct.pack("<IHHI", 26 + len(rows), 0, 0, 26) + sizes + rows)
    c.write("bmp_cut.bmp", c.read("bmp_rgb.bmp")[:-200])


def others(c, few):
    for sampling in ("4:2:0", "4:4:4"):
        c.save(f"avif_{sampling[-1]}.avif", "rgb", "AVIF", quality=70, subsampling=sampling)
    c.save("avif_422.avif", "rgb", "AVIF", quality=70, subsampling="4:2:2")
    c.save("avif_grey.avif", "l", "AVIF", quality=70, subsampling="4:0:0")
    c.save("avif_clear.avif", "rgba", "AVIF", quality=70)
    c.save("avif_limited.avif", "rgb", "AVIF", quality=70, range="limited")
    c.save("avif_moving.avif", "rgb", "AVIF", save_all=True, append_images=[c.back], duration=100)
    for orientation in (5, 6) if few else range(2, 9):
        c.save(f"avif_turned{orientation}.avif", "rgb", "AVIF", quality=80, exif=exif(orientation))
    for mode in ("rgb", "l", "rgba"):
        c.save(f"heif_{mode}_444.heic", mode, "HEIF", quality=70, chroma=444)
    c.save("heif_420.heif", "rgb", "HEIF", quality=70, chroma=420)
    c.save("heif_lossless.heic", "rgb", "HEIF", quality=-1, chroma=444, matrix_coefficients=0)
    c.write("heif_named_otherwise.jpg", c.read("heif_rgb_444.heic"))
    for mode in ("rgb", "l", "rgba", "la", "i16"):
        c.save(f"jpeg2000_{mode}.jp2", mode, "JPEG2000")
    c.save("jpeg2000_lossy.jp2", "rgb", "JPEG2000", irreversible=True, quality_layers=[20], quality_mode="rates")
    c.save("jpeg2000_tiles.jp2", "rgb", "JPEG2000", tile_size=(16, 16))
    c.save("jpeg2000_bare.jp2", "rgb", "JPEG2000", no_jp2=True)
    floats = c.rgb.astype(np.float32) * 1.1 - 5.25
    cv2.imwrite(str(c.folder / "pfm_rgb.pfm"), floats)
    cv2.imwrite(str(c.folder / "pfm_grey.pfm"), floats[..., 0])


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--width", type=int, default=65)
    parser.add_argument("--height", type=int, default=49)
    parser.add_argument("--few", action="store_true")
    options = parser.parse_args()
    (options.folder / "expected").mkdir(parents=True)
    corpus = Corpus(options.folder, options.width, options.height)
    for make in (jpegs, pngs, webps, tiffs, bitmaps, others):
        make(corpus, options.few)
    expected = {}
    for file in sorted(path for path in options.folder.iterdir() if path.is_file()):
        read = imread(str(file))
        if read is None:
            expected[file.name] = None
            continue
        pixels = read[..., ::-1] if read.shape[2] == 3 else read.repeat(3, axis=2)
        pixels = np.ascontiguousarray(pixels)
        expected[file.name] = {
            "width": pixels.shape[1], "height": pixels.shape[0], "sha256": hashlib.sha256(pixels.tobytes()).hexdigest(),
        }
        if file.suffix in (".heic", ".heif"):
            Image.fromarray(pixels).save(options.folder / "expected" / (file.name + ".png"))
    (options.folder / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")


if __name__ == "__main__":
    main()
