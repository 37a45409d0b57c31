"""Holds what `assay convert` makes of exports against what Datumaro and pycocotools read in them.

    roundtrip.py ASSAY [--images N] [--seed N]

ASSAY is the built executable. Draws a dataset, lets Datumaro export it in each form that it writes, converts each export
with `assay convert` to COCO and to YOLO, and compares image by image: classes, boxes, masks and crowds of the COCO files by
pycocotools against Datumaro's own reading of the export, and the boxes of the YOLO folder by Datumaro's importer. Label
Studio's JSON is drawn too, and held against Label Studio's own converter. Prints a line a form, and exits with 1 if one
differs. Needs datumaro, pycocotools and label-studio-sdk.
"""

import argparse
import collections
import contextlib
import io
import json
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile

import datumaro as dm
import numpy as np
from datumaro.components.media import Image
from PIL import Image as PillowImage
from pycocotools import mask as coco_mask
from pycocotools.coco import COCO

CLASSES = ["traffic light", "cat", "no", "été", "9"]
NEAR = 0.02  # pixels
# Datumaro's exporters with the importer of each, and how often polygons and masks are drawn for it. Of YOLO's forms it
# does not read subfolders.
FORMS = [("coco_instances", "coco_instances", 2, 1), ("voc_detection", "voc_detection", 0, 0), ("cvat", "cvat", 2, 0),
         ("yolo", "yolo", 0, 0), ("yolo_ultralytics", "yolo", 0, 0)]
FLAT = ("yolo", "yolo_ultralytics")
SIZES = [(64, 48), (97, 61), (640, 480), (333, 500)]


def draw(rng, count, polygons, masks, sizes=SIZES, flat=False):
    items = []
    identity = 0
    for number in range(count):
        width, height = rng.choice(sizes)
        pixels = np.full((height, width, 3), rng.randrange(256), dtype=np.uint8)
        annotations = []
        for _ in range(rng.choice([0, 1, 1, 2, 5])):
            w, h = rng.uniform(3, width / 2), rng.uniform(3, height / 2)
            x, y = rng.uniform(0, width - w), rng.uniform(0, height - h)
            label, identity = rng.randrange(len(CLASSES) - 1), identity + 1
            kind = rng.choice(["box", "box"] + ["polygon"] * polygons + ["mask", "crowd"] * masks)
            if kind == "polygon":
                points = [x, y, x + w, y + rng.uniform(0, h / 3), x + w * 0.7, y + h, x + rng.uniform(0, w / 4), y + h * 0.8]
                annotations.append(dm.Polygon([round(p, 2) for p in points], label=label, id=identity, group=identity))
            elif kind in ("mask", "crowd"):
                bitmap = np.zeros((height, width), dtype=np.uint8)
                bitmap[int(y) : int(y + h), int(x) : int(x + w)] = 1
                bitmap[int(y + h / 3) : int(y + h / 2), int(x + w / 3) : int(x + w / 2)] = 0
                annotations.append(
                    dm.Mask(bitmap, label=label, id=identity, group=identity, attributes={"is_crowd": kind == "crowd"}))
            else:
                annotations.append(
                    dm.Bbox(round(x, 2), round(y, 2), round(w, 2), round(h, 2), label=label, id=identity, group=identity))
        name = ("" if flat else rng.choice(["", "", "a/", "b/"])) + f"picture {number:04}"
        items.append(dm.DatasetItem(id=name, subset=rng.choice(["train", "train", "val"]), media=Image.from_numpy(data=pixels),
                                    annotations=annotations))
    return dm.Dataset.from_iterable(items, categories=CLASSES)


def stem(name):
    return pathlib.PurePosixPath(name).with_suffix("").name


def wanted(export, form):
    """What is read in an export, by Datumaro or, of COCO, by pycocotools: by image, the class with its box."""
    if form == "coco_instances":
        return coco_boxes(export)
    read = dm.Dataset.import_from(str(export), form)
    names = [label.name for label in read.categories()[dm.AnnotationType.label]]
    found = {}
    for item in read:
        boxes = []
        for annotation in item.annotations:
            if annotation.type in (dm.AnnotationType.bbox, dm.AnnotationType.polygon, dm.AnnotationType.mask):
                boxes.append((names[annotation.label], [float(v) for v in annotation.get_bbox()]))
        found[stem(item.id)] = boxes
    return found


def coco_boxes(folder, crowds=True):
    found = {}
    for file in sorted(pathlib.Path(folder, "annotations").glob("*.json")):
        with contextlib.redirect_stdout(io.StringIO()):
            coco = COCO(str(file))
        for image in coco.loadImgs(coco.getImgIds()):
            rows = coco.loadAnns(coco.getAnnIds(imgIds=image["id"]))
            found[stem(image["file_name"])] = [
                (coco.cats[row["category_id"]]["name"], row["bbox"]) for row in rows if crowds or not row["iscrowd"]]
            for row in rows:
                if row["segmentation"]:
                    assert coco.annToMask(row).shape == (image["height"], image["width"])
    return found


def coco_masks(folder):
    found = {}
    for file in sorted(pathlib.Path(folder, "annotations").glob("*.json")):
        with contextlib.redirect_stdout(io.StringIO()):
            coco = COCO(str(file))
        for row in coco.anns.values():
            if row["segmentation"]:
                key = stem(coco.imgs[row["image_id"]]["file_name"]), coco.cats[row["category_id"]]["name"], row["iscrowd"]
                found.setdefault(key, []).append(coco.annToRLE(row))
    return found


def yolo_boxes(folder):
    """A YOLO folder by its own rows: for names in subfolders, which Datumaro does not read."""
    names = [line.split(": ", 1)[1].strip('"') for line in pathlib.Path(folder, "data.yaml").read_text().splitlines()
             if line.startswith("  ")]
    found = {}
    for image in pathlib.Path(folder, "images").rglob("*.*"):
        width, height = PillowImage.open(image).size
        label = pathlib.Path(str(image).replace("/images/", "/labels/")).with_suffix(".txt")
        rows = [line.split() for line in label.read_text().splitlines()] if label.exists() else []
        found[image.stem] = []
        for name, *numbers in rows:
            x, y, w, h = map(float, numbers)
            found[image.stem].append((names[int(name)], [(x - w / 2) * width, (y - h / 2) * height, w * width, h * height]))
    return found


def differ(theirs, ours, near):
    """Images on which the two differ."""
    bad = []
    for image in sorted(set(theirs) | set(ours)):
        a, b = list(theirs.get(image, [])), list(ours.get(image, []))
        for name, box in a:
            match = next((other for other in b if other[0] == name
                          and max(abs(p - q) for p, q in zip(box, other[1])) <= near), None)
            if match is None:
                bad.append(f"{image}: {name} {box} is not in {b}")
                break
            b.remove(match)
        else:
            if b or len(a) != len(ours.get(image, [])):
                bad.append(f"{image}: {b} more than {len(a)}")
    return bad


LABEL_STUDIO = """<View><Image name="image" value="$image"/><RectangleLabels name="box" toName="image">%s</RectangleLabels>
<PolygonLabels name="line" toName="image">%s</PolygonLabels></View>"""


def label_studio(assay, rng, count, work):
    """A project of rectangles and polygons, held against Label Studio's own conversion to COCO."""
    from label_studio_sdk.converter import Converter

    (work / "project" / "images").mkdir(parents=True)
    tasks = []
    for number in range(count):
        width, height = rng.choice(SIZES)
        PillowImage.new("RGB", (width, height)).save(work / "project" / "images" / f"task{number}.png")
        results = []
        for place in range(rng.randrange(4)):
            label, kind = rng.choice(CLASSES), rng.choice(["rectanglelabels", "polygonlabels"])
            value = {"x": rng.uniform(0, 50), "y": rng.uniform(0, 50), "width": rng.uniform(1, 50), "height": rng.uniform(1, 50),
                     "rotation": 0}
            if kind == "polygonlabels":
                value = {"points": [[rng.uniform(0, 100), rng.uniform(0, 100)] for _ in range(5)], "closed": True}
            value[kind] = [label]
            results.append({"id": f"{number}-{place}", "type": kind, "from_name": "box" if kind == "rectanglelabels" else "line",
                            "to_name": "image", "original_width": width, "original_height": height, "value": value})
        tasks.append({"id": number, "data": {"image": f"/data/upload/1/task{number}.png"},
                      "annotations": [{"id": number, "was_cancelled": False, "result": results}], "predictions": []})
    source = work / "project" / "project.json"
    source.write_text(json.dumps(tasks))
    labels = "".join(f'<Label value="{name}"/>' for name in CLASSES)
    theirs = work / "label-studio" / "annotations"
    Converter(LABEL_STUDIO % (labels, labels), str(work / "project"), download_resources=False).convert_to_coco(
        str(source), str(theirs), output_image_dir=str(work / "label-studio" / "images"), is_dir=False)
    convert(assay, work / "project", work / "project-coco", "--to", "coco")
    theirs, ours = coco_boxes(work / "label-studio"), coco_boxes(work / "project-coco")
    # Its boxes of polygons are of whole pixels.
    return report("label studio to coco", len(ours), differ(theirs, {k: v for k, v in ours.items() if k in theirs or v}, 1))


def convert(assay, export, output, *options):
    done = subprocess.run([assay, "convert", str(export), "-o", str(output), "--quiet", *options], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"assay convert {export}: {done.stderr}")
    return done.stdout


def report(name, compared, bad):
    print(f"{name}: {compared} compared, {len(bad)} differ")
    for line in bad[:5]:
        print("   ", line)
    return bool(bad)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("assay")
    parser.add_argument("--images", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    rng = random.Random(options.seed)
    failed = False
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder)
        for form, importer, polygons, masks in FORMS:
            export = work / form
            draw(rng, options.images, polygons, masks, flat=form in FLAT).export(str(export), form, save_media=True)
            theirs = wanted(export, importer)
            boxes = sum(map(len, theirs.values()))
            convert(options.assay, export, work / f"{form}-coco", "--to", "coco")
            failed |= report(f"{form} to coco, {boxes} objects", len(theirs), differ(theirs, coco_boxes(work / f"{form}-coco"), NEAR))
            if masks:
                same = coco_masks(export), coco_masks(work / f"{form}-coco")
                bad = [str(key) for key in set(same[0]) | set(same[1])
                       if sorted(r["counts"] for r in same[0].get(key, [])) != sorted(r["counts"] for r in same[1].get(key, []))]
                failed |= report(f"{form} masks and crowds, bit by bit", len(same[0]), bad)
            convert(options.assay, export, work / f"{form}-yolo")
            # A crowd has no place in YOLO's rows.
            kept = coco_boxes(export, crowds=False) if masks else theirs
            failed |= report(f"{form} to yolo", len(kept), differ(kept, yolo_boxes(work / f"{form}-yolo"), NEAR))
            if form in FLAT:
                failed |= report(f"{form} to yolo, read by Datumaro", len(kept), differ(kept, wanted(work / f"{form}-yolo", "yolo"), NEAR))
            # The same out of an archive, byte by byte.
            shutil.make_archive(str(work / form), "zip", export)
            convert(options.assay, work / f"{form}.zip", work / f"{form}-zip")
            listing = [{str(p.relative_to(work / f"{form}-{kind}")): p.read_bytes() for p in (work / f"{form}-{kind}").rglob("*")
                        if p.is_file() and p.name != "losses.csv"} for kind in ("yolo", "zip")]
            failed |= report(f"{form} in an archive", len(listing[0]), [] if listing[0] == listing[1] else ["the folders differ"])
        failed |= label_studio(options.assay, rng, options.images, work)
    sys.exit(failed)


if __name__ == "__main__":
    main()
