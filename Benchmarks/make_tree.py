"""Writes a dataset tree for measuring: as many small JPEG files as COCO's train split has, with as many label rows.

    make_tree.py FOLDER [IMAGES] [BOXES]
"""

import pathlib
import random
import struct
import sys


def main():
    folder = pathlib.Path(sys.argv[1])
    images = int(sys.argv[2]) if len(sys.argv) > 2 else 118_000
    boxes = int(sys.argv[3]) if len(sys.argv) > 3 else 850_000
    draw = random.Random(1)
    picture = (pathlib.Path(__file__).parent.parent / "Fixtures/shapes/images/train/shape00.jpg").read_bytes()
    for kind in ("images", "labels"):
        for split in ("train", "val"):
            (folder / kind / split).mkdir(parents=True)
    names = ", ".join(f"class{index}" for index in range(80))
    (folder / "data.yaml").write_text(f"train: images/train\nval: images/val\nnames: [{names}]\n")
    left = boxes
    for index in range(images):
        split = "val" if index % 24 == 23 else "train"
        comment = str(index).encode()
        # A comment after the first marker makes every file another one.
        data = picture[:2] + b"\xff\xfe" + struct.pack(">H", 2 + len(comment)) + comment + picture[2:]
        (folder / "images" / split / f"{index:012}.jpg").write_bytes(data)
        count = min(left, draw.randrange(2 * boxes // images + 2))
        left -= count
        rows = []
        for _ in range(count):
            w, h = draw.uniform(0.02, 0.4), draw.uniform(0.02, 0.4)
            x, y = draw.uniform(w / 2, 1 - w / 2), draw.uniform(h / 2, 1 - h / 2)
            rows.append(f"{draw.randrange(80)} {x:.6f} {y:.6f} {w:.6f} {h:.6f}\n")
        (folder / "labels" / split / f"{index:012}.txt").write_text("".join(rows))
    print(f"{folder}: {images} images, {boxes - left} rows")


if __name__ == "__main__":
    main()
