"""Writes a corpus of crafted label and image files: what people, tools and damage make of a YOLO dataset.

    corpus.py FOLDER [--labels N] [--images N] [--formats N] [--seed N] [--task detect|segment|pose|obb]

Every choice comes from the seed. FOLDER becomes a dataset of three classes: data.yaml, images/, labels/. With a task, rows
are mostly those of the task, and data.yaml says so.
Needs Pillow, and pillow-heif for the formats beside JPEG and PNG.
"""

import argparse
import io
import json
import pathlib
import random

from PIL import Image

CLASSES = 3

CLASS_IDS = """0 1 2 3 4 79 -1 -0 00 01 +1 0.0 1.0 2.0 1.5 0.999999 2.9999999 2.99999999999 2.0000001 -0.5 -0.005
-0.01 -0.011 1e0 1e1 1E-1 nan inf -inf cat 1_0 0_1 0x1 1, 16777217 1e-50 3.0 2.5 1e309""".split()

NUMBERS = """0.5 0.25 .5 5e-1 +0.5 0.50 0 1 1.0 1.00000001 1.0000001 1.005 1.01 1.0100000001 1.010001 1.02 1.2 2.5 -0.0
-0.005 -0.01 -0.0100000001 -0.010001 -0.02 -0.3 -1 0.0000001 1e-9 1e-46 1e-310 nan NaN -nan inf Infinity -inf infinity
1e400 -1e400 1e-400 0,5 0.5, ;0.5 0.5;0.5 1_0 0_5 1__0 _1 1_ 0._5 0x1 0x1p-1 5. . - + 1e 1e+ e5 1.e-1 1.5.2 --1 +-1 1-1
true None 0.5f 0.5d 1j (0.5) '0.5' "0.5" # 0.5# % $ 320 240 640.0 0.30000000000000004 0.1000000000000000055511151231257827
0.99999999 0.999999999999 123456789012345678901234567890 0.3333333333 0\xb75 \u0660.5 \uff10.\uff15 \u0967 0\u066b5
\u00bd \u2460 infinit nan(1) NAN INF""".encode().decode("unicode_escape").split()

BLANKS = [" ", " ", " ", " ", "\t", "  ", " \t ", "\x1f", "\xa0", "\u3000", "\u2003", "\u200b", "\x00", "\x08", ", ", ","]
LINE_ENDS = ["\n"] * 12 + ["\r\n", "\r\n", "\r", "\n\n", "\n \n", "\n\t\n", "\r\r\n", "\x0b", "\x0c", "\x1c", "\x1d", "\x1e",
                           "\x85", "\u2028", "\u2029", "\n\x1f\n", "\n\xa0\n", "\n\x0c\n"]
STARTS = [""] * 12 + ["\n", " ", "\ufeff", "\ufeff\n", "# labels\n", "\x0c", "\u2028", "\xa0", "\x1f\n", "class x y w h\n"]
ENDS = ["", "\n", "\n", "\n", "\r\n", "\n\n", " ", "\n ", "\t\n", "\x1a", "\n\x00", "\n#", "\n0", "\u2028", "\x1f", "\ufeff"]
ENCODINGS = ["utf-8"] * 30 + ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig", "latin-1", "cp1252", "utf-7", "utf-32"]


def number(random, low=0.0, high=1.0):
    return f"{random.uniform(low, high):.{random.choice([2, 4, 6, 6, 6, 8, 17])}f}"


def box(random):
    """A row as it should be."""
    w, h = random.uniform(0.01, 0.5), random.uniform(0.01, 0.5)
    x, y = random.uniform(w / 2, 1 - w / 2), random.uniform(h / 2, 1 - h / 2)
    return [str(random.randrange(CLASSES))] + [f"{v:.6f}" for v in (x, y, w, h)]


def outline(random, points):
    """Class and points: of an oriented box four, mostly a rectangle."""
    w, h = random.uniform(0.02, 0.5), random.uniform(0.02, 0.5)
    x, y = random.uniform(0, 1 - w), random.uniform(0, 1 - h)
    corners = [(x, y), (x + w, y), (x + w, y + h), (x, y + h)]
    if points != 4:
        corners = [(random.uniform(x, x + w), random.uniform(y, y + h)) for _ in range(points)]
    if random.random() < 0.1:
        random.shuffle(corners)
    if random.random() < 0.1:
        corners[0] = (corners[0][0] + random.choice([-0.3, -0.02, 0.02, 0.6]), corners[0][1])
    return [str(random.randrange(CLASSES))] + [f"{v:.6f}" for corner in corners for v in corner]


def pose(random):
    """Class, box and two key points of three numbers."""
    fields = box(random)
    x, y = float(fields[1]), float(fields[2])
    for _ in range(2):
        place = [x + random.uniform(-0.1, 0.1), y + random.uniform(-0.1, 0.1)]
        if random.random() < 0.2:
            place = random.choice([[0, 0], [1.005, 0.5], [-0.005, 0.5], [1.02, 0.5], [-0.02, 0.5], [0.5, 1.2]])
        flag = random.choice(["0", "1", "2", "2", "2"])
        if random.random() < 0.1:
            flag = random.choice(["3", "-1", "0.5", "1.02", "-0.005", "-0.02", "nan", "1e9", "255", "x"])
        fields += [f"{v:.6f}" for v in place] + [flag]
    return fields


def task_row(random, task):
    if task == "pose":
        return pose(random)
    return outline(random, 4 if task == "obb" and random.random() < 0.9 else random.randrange(3, 9))


def row(random, trouble, task="detect"):
    """The fields of a row; `trouble` is the chance that something is unusual about it."""
    if task != "detect" and random.random() < 0.93:
        fields = task_row(random, task)
        if random.random() < trouble * 0.3:
            change = random.randrange(4)
            if change == 0:
                fields[0] = random.choice(CLASS_IDS)
            elif change == 1:
                fields[random.randrange(1, len(fields))] = random.choice(NUMBERS)
            elif change == 2:
                fields = fields[: random.randrange(1, len(fields))]
            else:
                fields += [number(random) for _ in range(random.randrange(1, 4))]
        return fields
    fields = box(random)
    if random.random() >= trouble:
        return fields
    kind = random.randrange(12)
    if kind == 0:
        fields[0] = random.choice(CLASS_IDS)
    elif kind <= 4:
        fields[random.randrange(1, 5)] = random.choice(NUMBERS)
    elif kind == 5:
        fields = fields[: random.randrange(1, 5)]
    elif kind == 6:
        fields += [number(random) for _ in range(random.randrange(1, 9))]
    elif kind == 7:
        fields = fields[:1] + [number(random) for _ in range(2 * random.randrange(3, 8))]
    elif kind == 8:
        x, y, w, h = map(float, fields[1:])
        fields[1:] = [f"{v:.6f}" for v in (x - w / 2, y - h / 2, x + w / 2, y + h / 2)]
    elif kind == 9:
        fields[1:] = [str(random.randrange(0, 640)) for _ in range(4)]
    elif kind == 10:
        fields[1:] = [f"{float(v) + random.choice([-0.6, -0.02, 0.02, 0.6]):.6f}" for v in fields[1:]]
    else:
        fields = [random.choice(NUMBERS) for _ in range(random.choice([1, 4, 5, 5, 5, 6, 7, 9, 10]))]
    return fields


def label_text(random, task):
    trouble = random.choice([0, 0, 0.2, 0.5, 1])
    rows = [row(random, trouble, task) for _ in range(random.choice([0, 1, 1, 1, 2, 2, 3, 5, 9]))]
    if rows and random.random() < 0.25:
        # Copies: exact, written otherwise, equal in single precision only, of another class.
        copy = list(random.choice(rows))
        change = random.randrange(5)
        if change == 1:
            copy = [field + "0" if "." in field else field for field in copy]
        elif change == 2:
            copy = [field + "00000001" if "." in field else field for field in copy]
        elif change == 3:
            copy[0] = "1"
        elif change == 4 and len(copy) > 1:
            copy[1] = "-0.0" if copy[1] == "0" else copy[1]
        rows.insert(random.randrange(len(rows) + 1), copy)
    if random.random() < 0.08:
        rows = [random.choice(rows or [["0"]])[:1] + [number(random) for _ in range(6)] for _ in range(2)] + rows[:1]
    blank = random.choice(BLANKS) if random.random() < 0.2 else " "
    end = random.choice(LINE_ENDS) if random.random() < 0.4 else "\n"
    start = random.choice(STARTS) if random.random() < 0.2 else ""
    text = start + end.join(blank.join(fields) for fields in rows)
    return text + (random.choice(ENDS) if random.random() < 0.3 else "\n" if rows else "")


def label_bytes(random, task):
    text = label_text(random, task)
    encoding = random.choice(ENCODINGS) if random.random() < 0.15 else "utf-8"
    data = text.encode(encoding, errors="replace")
    if random.random() < 0.06 and data:
        data = bytearray(data)
        for _ in range(random.choice([1, 1, 2, 8])):
            at = random.randrange(len(data))
            change = random.randrange(3)
            if change == 0:
                data[at] = random.randrange(256)
            elif change == 1:
                data.insert(at, random.choice(b" \n\r\t.-+e0159\x00\x85\xa0\xc2\xff,_"))
            elif len(data) > 1:
                del data[at]
        data = bytes(data)
    return data


def picture(random, width, height, mode="RGB"):
    image = Image.new("RGB", (width, height), tuple(random.randrange(256) for _ in range(3)))
    for _ in range(6):
        left, top = random.randrange(width), random.randrange(height)
        image.paste(tuple(random.randrange(256) for _ in range(3)), (left, top, left + width // 3 + 1, top + height // 3 + 1))
    return image.convert(mode)


def image_bytes(random):
    """A name's suffix and the bytes."""
    width, height = random.choice([(64, 48), (48, 64), (33, 21), (10, 10), (9, 40), (40, 9), (10, 9), (200, 120), (1, 1)])
    form = random.choice(["jpg"] * 10 + ["png"] * 6 + ["bmp", "webp", "tif", "gif"])
    mode = {"jpg": ["RGB", "RGB", "L", "CMYK"], "png": ["RGB", "RGB", "L", "RGBA", "P", "LA", "1", "I;16"],
            "webp": ["RGB", "RGBA"], "gif": ["P"]}.get(form, ["RGB", "L"])
    mode = random.choice(mode)
    image = picture(random, width, height) if mode != "I;16" else Image.new("I;16", (width, height), 77)
    if mode not in ("RGB", "I;16"):
        image = image.convert(mode)
    options = {}
    if form == "jpg":
        options = {"quality": random.choice([30, 75, 95]), "progressive": random.random() < 0.2}
        if random.random() < 0.2:
            exif = Image.Exif()
            exif[0x0112] = random.randrange(0, 10)
            options["exif"] = exif
    out = io.BytesIO()
    image.save(out, {"jpg": "JPEG", "tif": "TIFF"}.get(form, form.upper()), **options)
    data = out.getvalue()
    # Of the other formats trainers read the header alone: what bytes it may hold is another story.
    damage = random.randrange(10) if form in ("jpg", "png") else random.choice([9, 9, 5])
    if damage == 0:
        data = data[: random.randrange(len(data))]
    elif damage == 1 and form == "jpg":
        data = data[: random.randrange(len(data) // 2, len(data))] + b"\xff\xd9"
    elif damage == 2:
        data += random.choice([b"\0", b"\0\0", b"\r\n", b"trailing", b"\xff\xd9", b"\xff"])
    elif damage == 3:
        data = bytearray(data)
        for _ in range(random.choice([1, 1, 4])):
            data[random.randrange(len(data))] = random.randrange(256)
        data = bytes(data)
    elif damage == 4:
        middle = len(data) // 2
        data = data[:middle] + bytes(min(16, len(data) - middle)) + data[middle + 16 :]
    elif damage == 5:
        data = random.choice([b"", b"<html>404</html>", b"GIF89a", data[:2], data[:12], bytes(100), b"\0" + data])
    suffix = form if form != "gif" and random.random() < 0.93 else random.choice(["jpg", "png", "JPG", "jpeg", "bmp", "tiff", "webp"])
    return suffix, data


def other_bytes(random):
    """The same for the formats beside JPEG and PNG, sound and cut short."""
    width, height = random.choice([(24, 18), (18, 24), (33, 21), (10, 10), (9, 20), (20, 9)])
    form = random.choice(["webp"] * 3 + ["tif"] * 4 + ["avif", "avif", "heic", "heif", "jp2", "mpo", "mpo", "dng", "bmp", "pfm"])
    image = picture(random, width, height)
    out = io.BytesIO()
    if form == "tif":
        mode = random.choice(["RGB", "RGBA", "L", "LA", "P", "1", "CMYK", "I;16", "F", "I", "YCbCr", "LAB"])
        image = Image.new(mode, (width, height), 77) if mode in ("I;16", "F", "I") else image.convert("RGB" if mode == "LAB" else mode)
        image.save(out, "TIFF", compression=random.choice([None, "tiff_lzw"]) if mode not in ("F", "I") else None)
        if random.random() < 0.3:
            # Another kind of sample, or of colours.
            data = bytearray(out.getvalue())
            tag, value = random.choice([(262, random.randrange(0, 10)), (339, random.randrange(1, 5))])
            at = data.find(tag.to_bytes(2, "little") + b"\x03\x00\x01\x00\x00\x00")
            if at >= 0:
                data[at + 8] = value
            out = io.BytesIO(bytes(data))
    elif form == "dng":
        kind = random.choice([2, 2, 32803, 34892])
        image.save(out, "TIFF", tiffinfo={50706: b"\1\4\0\0"})
        data = out.getvalue()
        at = data.find(b"\x06\x01\x03\x00\x01\x00\x00\x00")
        out = io.BytesIO(data[: at + 8] + kind.to_bytes(2, "little") + data[at + 10 :])
    elif form == "pfm":
        out.write(random.choice([b"PF", b"Pf"]) + f"\n{width} {height}\n-1.0\n".encode() + bytes(12 * width * height))
    elif form in ("heic", "heif"):
        image.save(out, "HEIF", quality=60)
    elif form == "mpo":
        options = {"save_all": True, "append_images": [image.rotate(180)]} if random.random() < 0.7 else {}
        image.save(out, "MPO" if options else "JPEG", **options)
    elif form == "webp":
        options = {"save_all": True, "append_images": [image.rotate(180)]} if random.random() < 0.3 else {}
        exif = Image.Exif()
        exif[0x0112] = 6
        image.save(out, "WEBP", lossless=random.random() < 0.5, exif=exif if random.random() < 0.3 else b"", **options)
    else:
        image.save(out, {"jp2": "JPEG2000"}.get(form, form.upper()))
    data = out.getvalue()
    damage = random.randrange(5)
    if damage == 0:
        data = data[: random.randrange(12, len(data))]
    elif damage == 1:
        data += random.choice([b"\0", b"trailing", b"\r\n"])
    return form if random.random() < 0.9 else random.choice(["jpg", "png", "webp"]), data


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--labels", type=int, default=10_000)
    parser.add_argument("--images", type=int, default=2_000)
    parser.add_argument("--formats", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--task", choices=["detect", "segment", "pose", "obb"], default="detect")
    options = parser.parse_args()
    draw = random.Random(options.seed)
    images, labels = options.folder / "images", options.folder / "labels"
    images.mkdir(parents=True)
    labels.mkdir()
    # The whole path: from a folder without a parent YOLOv7 looks for labels beside the images.
    told = {"detect": "", "pose": "kpt_shape: [2, 3]\n"}.get(options.task, f"task: {options.task}\n")
    place = json.dumps(str(images.resolve()))
    (options.folder / "data.yaml").write_text(f"train: {place}\nval: {place}\nnc: 3\nnames: [a, b, c]\n{told}")
    plain = io.BytesIO()
    picture(random.Random(0), 32, 24).save(plain, "PNG")
    for index in range(options.labels):
        (images / f"label{index:06}.png").write_bytes(plain.getvalue())
        if draw.random() > 0.005:
            (labels / f"label{index:06}.txt").write_bytes(label_bytes(draw, options.task))
    for index in range(options.images):
        suffix, data = image_bytes(draw)
        (images / f"image{index:06}.{suffix}").write_bytes(data)
        good = box(draw) if options.task == "detect" else task_row(draw, options.task)
        (labels / f"image{index:06}.txt").write_text(" ".join(good) + "\n")

    if options.formats:
        import pillow_heif

        pillow_heif.register_heif_opener()
    for index in range(options.formats):
        suffix, data = other_bytes(draw)
        (images / f"other{index:06}.{suffix}").write_bytes(data)
        good = box(draw) if options.task == "detect" else task_row(draw, options.task)
        (labels / f"other{index:06}.txt").write_text(" ".join(good) + "\n")


if __name__ == "__main__":
    main()
