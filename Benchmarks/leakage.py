"""Plants copies across the splits of synthetic images, and measures what the label check finds in which time.

    leakage.py FOLDER IMAGES assay-labels [assay-labels ...]

Writes IMAGES pictures of 640 × 480 to FOLDER (train and val, four to one): scenes of blocks and waves, a tenth of them
frames of three fixed cameras. Of 200 pictures of train each, val gets a copy: recompressed, resized, brighter, with more
contrast, cropped by 2 % and by 5 %, turned left to right. Prints for each program the seconds of user time and of the
clock, the share of each kind of copy that is found across splits, and how many of the pairs it reports are none.
"""

import json
import pathlib
import random
import re
import resource
import subprocess
import sys
import time

import numpy as np
from PIL import Image, ImageEnhance, ImageOps

WIDTH, HEIGHT = 640, 480
COPIES = 200
KINDS = {
    "recompressed": lambda image: (image, 35),
    "resized": lambda image: (image.resize((427, 320), Image.BICUBIC), 85),
    "brighter": lambda image: (ImageEnhance.Brightness(image).enhance(1.3), 85),
    "contrast": lambda image: (ImageEnhance.Contrast(image).enhance(0.7), 85),
    "cropped 2 %": lambda image: (image.crop((6, 5, WIDTH - 6, HEIGHT - 5)).resize((WIDTH, HEIGHT)), 85),
    "cropped 5 %": lambda image: (image.crop((16, 12, WIDTH - 16, HEIGHT - 12)).resize((WIDTH, HEIGHT)), 85),
    "mirrored": lambda image: (ImageOps.mirror(image), 85),
}


def scene(seed):
    """Blocks on a smooth ground, from the seed alone."""
    draw = np.random.default_rng(seed)
    ground = Image.fromarray(draw.integers(0, 256, (4, 5, 3), dtype=np.uint8)).resize((160, 120), Image.BICUBIC)
    pixels = np.asarray(ground).copy()
    for _ in range(25):
        left, top = draw.integers(0, 150), draw.integers(0, 110)
        pixels[top:top + draw.integers(5, 50), left:left + draw.integers(5, 60)] = draw.integers(0, 256, 3)
    return Image.fromarray(pixels).resize((WIDTH, HEIGHT), Image.BILINEAR)


def frame(camera, number):
    """The same street, with two things that move."""
    image = scene(900_000_000 + camera)
    draw = random.Random(number)
    for _ in range(2):
        left, top = draw.randrange(WIDTH - 60), draw.randrange(HEIGHT - 60)
        image.paste(tuple(draw.randrange(256) for _ in range(3)), (left, top, left + 50, top + 40))
    return image


def plant(folder, count):
    labels = 0
    for split in ("train", "val"):
        (folder / "images" / split).mkdir(parents=True)
        (folder / "labels" / split).mkdir(parents=True)
    (folder / "data.yaml").write_text("train: images/train\nval: images/val\nnames: [thing]\n")

    def write(split, name, image, quality=85):
        image.save(folder / "images" / split / f"{name}.jpg", quality=quality)
        (folder / "labels" / split / f"{name}.txt").write_text("0 0.5 0.5 0.2 0.2\n")

    copies = min(COPIES, count // 20)
    rest = count - copies * len(KINDS)
    names = list(KINDS)
    for index in range(rest):
        if index % 10 == 9:
            write("val" if index % 50 == 49 else "train", f"frame{index}", frame(index // 10 % 3, index))
            continue
        split = "train" if index % 5 or index < copies * len(KINDS) * 2 else "val"
        image = scene(index)
        write(split, f"scene{index}", image)
        if split == "train" and labels < copies * len(KINDS):
            kind = labels % len(names)
            write("val", f"copy{kind}of{index}", *KINDS[names[kind]](image))
            labels += 1
    return copies


def measure(program, folder):
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime, time.time()
    run = subprocess.run(
        [program, str(folder / "data.yaml"), "--no-cache", "--format", "json"], capture_output=True, text=True)
    wall, user = time.time() - start, resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before
    return json.loads(run.stdout), wall, user


def main():
    folder, count, programs = pathlib.Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]
    if not folder.exists():
        plant(folder, count)
    planted = {kind: len(list((folder / "images/val").glob(f"copy{place}of*"))) for place, kind in enumerate(KINDS)}
    for program in programs:
        findings, wall, user = measure(program, folder)
        found, wrong, frames = dict.fromkeys(KINDS, 0), 0, 0
        for finding in findings:
            if finding["code"] != "D006":
                continue
            message = finding["message"]
            names = re.findall(r"(?:scene|frame|copy\d+of)\d+", finding["file"] + " " + message)[:2]
            if all(name.startswith("frame") for name in names):
                more = re.search(r"so are (\d+) other", message)
                frames += 1 + (int(more[1]) if more else 0)
                continue
            kind, _, number = names[0].removeprefix("copy").partition("of")
            if names[0].startswith("copy") and names[1] == "scene" + number:
                found[list(KINDS)[int(kind)]] += 1
            else:
                wrong += 1
        shares = ", ".join(f"{kind} {found[kind]}/{planted[kind]}" for kind in KINDS)
        print(f"{program}: {count} images, {wall:.1f} s, user {user:.1f} s; {shares}; frames {frames}; wrong {wrong}",
              flush=True)


if __name__ == "__main__":
    main()
