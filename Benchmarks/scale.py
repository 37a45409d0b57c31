"""Runs the stages of a plan on datasets of growing size, and shows what grows faster than the dataset.

    scale.py FOLDER TOOLS COUNT [COUNT …] [--stages labels,anchors,probe,toxic,report] [--keep]

Makes a dataset of COUNT images of 96 × 72 in FOLDER for each count (rectangles on a ground, 7 labels an image on average,
3 % near duplicates, 0.5 % wrong classes), and runs `TOOLS/assay run --only STAGE` on it. The probe learns from 2,000 images
in one epoch, so that what grows is reading, grouping and judging. Prints for each stage seconds of the clock and of the
processor, milliseconds an image, the peak of memory, and with what power of the size time and memory have grown since the
size before: 1.0 is in proportion. A dataset that is there already is used again.
"""

import argparse
import math
import os
import pathlib
import shutil
import sys
import time

import numpy as np
from PIL import Image, ImageDraw

WIDTH, HEIGHT = 96, 72
CLASSES = ((200, 40, 40), (40, 200, 40), (40, 60, 220), (220, 200, 40))
PLAN = """dataset: {data}
seed: 1
image_size: 64
labels: {{}}
anchors: {{}}
probe: {{model: yolov5n, size: 64, epochs: 1, folds: 2, images: 2000}}
toxic: {{}}
report: {{}}
"""


def picture(seed):
    """An image and its label rows, from the seed alone."""
    # Every thirtieth is nearly the one before it.
    drift = seed % 33 == 32
    draw = np.random.default_rng(seed - drift)
    ground = draw.integers(60, 190, (4, 5, 3), dtype=np.uint8)
    image = Image.fromarray(ground).resize((WIDTH, HEIGHT), Image.BICUBIC)
    pen = ImageDraw.Draw(image)
    rows = []
    for _ in range(draw.poisson(7)):
        kind = int(draw.integers(len(CLASSES)))
        width, height = draw.integers(6, 30, 2)
        left, top = draw.integers(0, WIDTH - width), draw.integers(0, HEIGHT - height)
        pen.rectangle((left, top, left + width - 1, top + height - 1), fill=CLASSES[kind])
        if draw.random() < 0.005:
            kind = (kind + 1) % len(CLASSES)
        rows.append(
            f"{kind} {(left + width / 2) / WIDTH:.6f} {(top + height / 2) / HEIGHT:.6f} {width / WIDTH:.6f} {height / HEIGHT:.6f}"
        )
    if drift:
        pen.point((0, 0), fill=(255, 255, 255))
    return image, rows


def make(folder, count):
    """The dataset, ten to one in train and val, ten thousand files a folder."""
    for seed in range(count):
        split = "val" if seed % 11 == 10 else "train"
        part = f"{split}/{seed // 10_000:05d}"
        if seed % 10_000 < 11:
            for kind in ("images", "labels"):
                (folder / kind / part).mkdir(parents=True, exist_ok=True)
        image, rows = picture(seed)
        image.save(folder / "images" / part / f"{seed:09d}.jpg", quality=85)
        (folder / "labels" / part / f"{seed:09d}.txt").write_text("".join(row + "\n" for row in rows))
    (folder / "data.yaml").write_text("path: .\ntrain: images/train\nval: images/val\nnames: [red, green, blue, yellow]\n")


def measure(command):
    """Seconds of the clock, of the processor, and the most memory in MB; ends the benchmark where the command fails."""
    start = time.monotonic()
    child = os.posix_spawn(command[0], command, os.environ, file_actions=[
        (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)])
    _, status, usage = os.wait4(child, 0)
    if os.waitstatus_to_exitcode(status) not in (0, 1):
        sys.exit(f"{' '.join(command)}: exit status {os.waitstatus_to_exitcode(status)}")
    return time.monotonic() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("tools", type=pathlib.Path)
    parser.add_argument("counts", type=int, nargs="+")
    parser.add_argument("--stages", default="labels,anchors,probe,toxic,report")
    parser.add_argument("--keep", action="store_true")
    given = parser.parse_args()
    os.environ["XDG_CACHE_HOME"] = str(given.folder / "cache")
    print(f"{'images':>9} {'stage':<8} {'clock':>9} {'processor':>10} {'ms/image':>9} {'peak':>9}  growth of time, memory")
    before = {}
    for count in sorted(given.counts):
        folder = given.folder / str(count)
        if not (folder / "data.yaml").exists():
            shutil.rmtree(folder, ignore_errors=True)
            make(folder, count)
        shutil.rmtree(folder / "plan.assay", ignore_errors=True)
        plan = folder / "plan.yaml"
        plan.write_text(PLAN.format(data=folder / "data.yaml"))
        for stage in given.stages.split(","):
            clock, processor, peak = measure(
                [str(given.tools / "assay"), "run", str(plan), "--only", stage, "--quiet"])
            growth = ""
            if stage in before:
                size, *figures = before[stage]
                powers = [math.log(now / then) / math.log(count / size) for now, then in zip((processor, peak), figures)]
                growth = "n^{:.2f}, n^{:.2f}".format(*powers)
            before[stage] = (count, processor, peak)
            print(f"{count:>9} {stage:<8} {clock:>7.1f} s {processor:>8.1f} s {1000 * processor / count:>9.3f} {peak:>6.0f} MB  {growth}", flush=True)
        if not given.keep:
            shutil.rmtree(folder)


if __name__ == "__main__":
    main()
