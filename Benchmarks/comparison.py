"""Plants errors in a small dataset, one at a time, and asks other tools and Assay whether they notice.

    comparison.py ASSAY_LABELS SHAPES TOOL …   tools: assay ultralytics datumaro cleanvision fiftyone data-gradients

SHAPES is Fixtures/shapes. A tool notices an error if it reports something that it does not report about the sound
dataset, or refuses the dataset. Prints one JSON object a case and tool: case, tool, noticed, what.
"""

import io
import json
import logging
import pathlib
import shutil
import subprocess
import sys
import tempfile
import warnings

ROW = "0 0.5 0.5 0.2 0.2"


class Tree:
    """A copy of the shapes."""

    def __init__(self, shapes):
        self.path = pathlib.Path(tempfile.mkdtemp())
        shutil.copytree(shapes, self.path / "d")
        self.path = self.path / "d"
        text = (self.path / "data.yaml").read_text()
        (self.path / "data.yaml").write_text(f"path: {self.path}\n{text}")
        # Of a plain JPEG with objects.
        images = sorted((self.path / "images/train").glob("*.jpg"))
        self.images = [image for image in images if self.label(image).exists() and self.label(image).read_text().strip()]
        self.labels = [self.label(image) for image in self.images]

    def label(self, image):
        return self.path / "labels/train" / (image.stem + ".txt")

    def rows(self, text, mode="a"):
        with open(self.labels[0], mode) as file:
            file.write(text)

    def yaml(self, old, new):
        text = (self.path / "data.yaml").read_text()
        assert old in text, (old, text)
        (self.path / "data.yaml").write_text(text.replace(old, new, 1))

    def image(self, change):
        self.images[0].write_bytes(change(self.images[0].read_bytes()))

    def copy(self, split, name, change=lambda data: data):
        (self.path / f"images/{split}/{name}.jpg").write_bytes(change(self.images[0].read_bytes()))
        shutil.copy(self.labels[0], self.path / f"labels/{split}/{name}.txt")

    def every(self, change):
        for label in self.path.glob("labels/*/*.txt"):
            label.write_text("".join(" ".join(change(row.split())) + "\n" for row in label.read_text().splitlines()))


def again(data):
    from PIL import Image

    out = io.BytesIO()
    Image.open(io.BytesIO(data)).save(out, "JPEG", quality=40)
    return out.getvalue()


def plain(data, colour=(200, 90, 40), size=None):
    from PIL import Image

    out = io.BytesIO()
    Image.new("RGB", size or Image.open(io.BytesIO(data)).size, colour).save(out, "JPEG")
    return out.getvalue()


def blurred(data):
    from PIL import Image, ImageFilter

    out = io.BytesIO()
    Image.open(io.BytesIO(data)).filter(ImageFilter.GaussianBlur(12)).save(out, "JPEG")
    return out.getvalue()


CASES = {
    "class id not below nc": lambda t: t.rows("9 0.5 0.5 0.2 0.2\n"),
    "class id negative": lambda t: t.rows("-1 0.5 0.5 0.2 0.2\n"),
    "class id with a fraction": lambda t: t.rows("1.5 0.5 0.5 0.2 0.2\n"),
    "ids counted from 1": lambda t: t.every(lambda f: [str(int(f[0]) + 1)] + f[1:]),
    "coordinate beyond 1": lambda t: t.rows("0 1.2 0.5 0.2 0.2\n"),
    "negative coordinate": lambda t: t.rows("0 -0.1 0.5 0.2 0.2\n"),
    "box over the edge": lambda t: t.rows("0 0.95 0.5 0.3 0.2\n"),
    "pixels for fractions": lambda t: t.rows("0 32 24 10 10\n"),
    "corners for centre and size": lambda t: t.rows("0 0.1 0.1 0.4 0.4\n0 0.5 0.5 0.9 0.8\n0 0.6 0.2 0.95 0.6\n", "w"),
    "width of 0": lambda t: t.rows("0 0.5 0.5 0 0.2\n"),
    "negative width": lambda t: t.rows("0 0.5 0.5 -0.2 0.2\n"),
    "exact copy of a row": lambda t: t.rows(t.labels[0].read_text().splitlines()[0] + "\n"),
    "nearly the same box twice": lambda t: t.rows("0 0.5 0.5 0.2 0.2\n0 0.5 0.502 0.2 0.2\n", "w"),
    "one box, two classes": lambda t: t.rows("0 0.5 0.5 0.2 0.2\n1 0.5 0.5 0.2 0.2\n", "w"),
    "box of one pixel": lambda t: t.rows("0 0.5 0.5 0.001 0.001\n"),
    "box 150 times as wide as high": lambda t: t.rows("0 0.5 0.5 0.9 0.006\n"),
    "box over the whole image": lambda t: t.rows("0 0.5 0.5 1 1\n"),
    "nan": lambda t: t.rows("0 nan 0.5 0.2 0.2\n"),
    "text in a row": lambda t: t.rows("0 0.5 x 0.2 0.2\n"),
    "four columns": lambda t: t.rows("0 0.5 0.5 0.2\n"),
    "confidence column": lambda t: t.rows(ROW + " 0.9\n", "w"),
    "decimal commas": lambda t: t.rows("0 0,5 0,5 0,2 0,2\n"),
    "boxes and polygons mixed": lambda t: t.rows("0 0.1 0.1 0.9 0.1 0.5 0.9\n"),
    "UTF-16 label": lambda t: t.labels[0].write_bytes(t.labels[0].read_text().encode("utf-16")),
    "empty label file": lambda t: t.rows("", "w"),
    "label file missing": lambda t: t.labels[0].unlink(),
    "label without image": lambda t: t.images[0].unlink(),
    "all labels in another folder": lambda t: shutil.move(t.path / "labels/train", t.path / "Labels"),
    "nc smaller than names": lambda t: t.yaml("nc: 3", "nc: 2"),
    "class name twice": lambda t: t.yaml("square", "circle"),
    "class without a box": lambda t: t.every(lambda f: ["0"] + f[1:]),
    "val folder missing": lambda t: shutil.rmtree(t.path / "images/val"),
    "same image in train and val": lambda t: t.copy("val", "copy"),
    "same image twice in train": lambda t: t.copy("train", "copy"),
    "same picture, compressed again, in val": lambda t: t.copy("val", "copy", again),
    "width and height swapped everywhere": lambda t: t.every(lambda f: [f[0], f[1], "0.06", "0.1", "0.4"]),
    "image cut short": lambda t: t.image(lambda data: data[:-200]),
    "image is no image": lambda t: t.image(lambda data: b"<html>404</html>"),
    "JPEG with stray bytes at its end": lambda t: t.image(lambda data: data + b"\0\0"),
    "image of 8 px": lambda t: t.image(lambda data: plain(data, size=(8, 8))),
    "image of one colour": lambda t: t.image(plain),
    "dark image": lambda t: t.image(lambda data: plain(data, (3, 3, 3))),
    "blurred image": lambda t: t.image(blurred),
    "image turned by EXIF": lambda t: t.image(turned),
}


def turned(data):
    exif = bytes([0x45, 0x78, 0x69, 0x66, 0, 0, 0x4D, 0x4D, 0, 0x2A, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, 6,
                  0, 0, 0, 0, 0, 0])
    return data[:2] + b"\xff\xe1\0" + bytes([len(exif) + 2]) + exif + data[2:]


def assay(tree, binary):
    out = subprocess.run(
        [binary, str(tree.path / "data.yaml"), "--format", "json", "--quiet", "--no-cache"], capture_output=True, text=True)
    if out.returncode == 2:
        return {"refused: " + out.stderr.strip().splitlines()[-1][:60]}
    return {f["code"] + " " + f["file"] for f in json.loads(out.stdout)}


def ultralytics(tree, _):
    from ultralytics.data.utils import check_det_dataset, img2label_paths, verify_image_label

    found = set()
    try:
        data = check_det_dataset(str(tree.path / "data.yaml"), autodownload=False)
    except BaseException as error:
        return {"refused: " + str(error).strip()[:60]}
    counts = [0, 0, 0, 0]
    for split in ("train", "val"):
        images = sorted(str(path) for path in pathlib.Path(data[split]).rglob("*.jpg"))
        for image, label in zip(images, img2label_paths(images)):
            out = verify_image_label((image, label, "", False, len(data["names"]), 0, 0, False))
            for index in range(4):
                counts[index] += out[5 + index]
            if out[9]:
                found.add(out[9].split(": ", 1)[-1][:60])
    # The scan prints how many labels are missing and empty, and how many files are corrupt.
    return found | {f"missing {counts[0]}", f"empty {counts[2]}", f"corrupt {counts[3]}"}


def datumaro(tree, _):
    import datumaro
    from datumaro.plugins.validators import DetectionValidator

    try:
        dataset = datumaro.Dataset.import_from(str(tree.path), "yolo")
        validator = DetectionValidator(
            few_samples_thr=1, imbalance_ratio_thr=50, far_from_mean_thr=5, dominance_ratio_thr=0.8, topk_bins=0.1)
        report = validator.compute_statistics(dataset)
        reports = validator.generate_reports(report)
        reports = reports["validation_reports"] if isinstance(reports, dict) else reports
    except BaseException as error:
        return {"refused: " + str(error)[:60]}
    kinds = {}
    for entry in reports:
        kind = entry["anomaly_type"] if isinstance(entry, dict) else entry.to_dict()["anomaly_type"]
        kinds[kind] = kinds.get(kind, 0) + 1
    return {f"{kind} {count}" for kind, count in kinds.items()}


def cleanvision(tree, _):
    from cleanvision import Imagelab

    try:
        lab = Imagelab(data_path=str(tree.path / "images"))
        lab.find_issues(verbose=False)
    except BaseException as error:
        return {"refused: " + str(error)[:60]}
    return {f"{row.issue_type} {row.num_images}" for row in lab.issue_summary.itertuples() if row.num_images}


def fiftyone(tree, _):
    import fiftyone
    import fiftyone.brain

    found = set()
    for split in ("train", "val"):
        try:
            dataset = fiftyone.Dataset.from_dir(
                dataset_dir=str(tree.path), dataset_type=fiftyone.types.YOLOv5Dataset, split=split, progress=False)
            dataset.compute_metadata(skip_failures=True, overwrite=True, progress=False)
            found.add(f"{split}: {len(dataset)} samples, {len(dataset.exists('ground_truth', False))} without labels")
            failed = len(dataset.exists("metadata", False))
            if failed:
                found.add(f"{split}: {failed} without metadata")
            exact = fiftyone.brain.compute_exact_duplicates(dataset, progress=False)
            if exact:
                found.add(f"{split}: exact duplicates {len(exact)}")
        except BaseException as error:
            found.add(f"{split} refused: {str(error)[:60]}")
    return found




TOOLS = {"assay": assay, "ultralytics": ultralytics, "datumaro": datumaro, "cleanvision": cleanvision, "fiftyone": fiftyone}


def main():
    binary, shapes = sys.argv[1:3]
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    for name in sys.argv[3:]:
        tool = TOOLS[name]
        usual = tool(Tree(shapes), binary)
        for case, plant in CASES.items():
            tree = Tree(shapes)
            plant(tree)
            told = sorted(tool(tree, binary) - usual)
            shutil.rmtree(tree.path.parent)
            print(json.dumps({"case": case, "tool": name, "noticed": bool(told), "what": told}), flush=True)


if __name__ == "__main__":
    main()
