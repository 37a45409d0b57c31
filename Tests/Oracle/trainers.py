"""What the trainers themselves make of a dataset, image by image, as JSON lines.

    trainers.py FOLDER ultralytics|yolov5|yolov7 [detect|segment|pose|obb] >verdicts.jsonl

Runs the trainer's own verification on each image and label of FOLDER (made by corpus.py): of the package
`ultralytics` (of any version: older ones are found with PYTHONPATH), `yolov5` or `yolov7detect`. Each image is verified
as a copy, since trainers rewrite some. A line: image, dropped, rewritten, and the rows that would be trained on (class,
cx, cy, w, h in single precision), sorted. With a task of Ultralytics' its dataset class reads each image by itself, as a run
of that task does; `stops` is then whether it refuses to train on an image with such labels.
"""

import contextlib
import json
import logging
import pathlib
import shutil
import sys
import tempfile
import warnings

CLASSES = 3


def ultralytics(image, label):
    import ultralytics as package
    from ultralytics.data.utils import verify_image_label

    # The last argument, single_cls, came with 8.3.
    arguments = (str(image), str(label), "", False, CLASSES, 0, 0, False)
    out = verify_image_label(arguments if is_recent(package.__version__) else arguments[:7])
    return None if out[0] is None else out[1]


def is_recent(version):
    return tuple(int(part) for part in version.split(".")[:2]) >= (8, 3)


def yolov5(image, label):
    from yolov5.utils.dataloaders import verify_image_label

    out = verify_image_label((str(image), str(label), ""))
    return None if out[0] is None else out[1]


def yolov7(image, label):
    """The loader reads a whole folder; here it is one of one image."""
    import torch
    from yolov7.utils.datasets import LoadImagesAndLabels

    loader = LoadImagesAndLabels.__new__(LoadImagesAndLabels)
    loader.img_files, loader.label_files = [str(image)], [str(label)]
    save, torch.save = torch.save, lambda *_: None
    try:
        with contextlib.redirect_stdout(sys.stderr):
            found = loader.cache_labels(pathlib.Path(label).parent / "cache", "")
    finally:
        torch.save = save
    return found[str(image)][0] if str(image) in found else None


def task_dataset(task):
    """What the dataset class of a task makes of one image: its rows, and whether it stops."""
    from ultralytics.cfg import get_cfg
    from ultralytics.data.dataset import YOLODataset

    data = {"names": {0: "a", 1: "b", 2: "c"}, "nc": CLASSES, "channels": 3}
    if task == "pose":
        data.update(kpt_shape=[2, 3], flip_idx=[1, 0])
    configuration = get_cfg()

    def read(image, label):
        with tempfile.TemporaryDirectory() as place:
            images, labels = pathlib.Path(place, "images"), pathlib.Path(place, "labels")
            images.mkdir()
            labels.mkdir()
            shutil.copyfile(image, images / image.name)
            if label.exists():
                shutil.copyfile(label, labels / label.name)
            try:
                # Its progress goes to stdout.
                with contextlib.redirect_stdout(sys.stderr):
                    dataset = YOLODataset(img_path=str(images), imgsz=64, augment=False, hyp=configuration, data=data, task=task,
                                          rect=False, cache=False, single_cls=False)
            except (FileNotFoundError, RuntimeError):
                return None, False  # the one image was refused
            except ValueError as error:
                if "equal numbers" not in str(error):
                    return None, False
                return [], True
            rows = dataset.labels[0] if dataset.labels else None
            return (None, False) if rows is None else (
                [[float(c)] + [float(v) for v in box] for c, box in zip(rows["cls"].ravel(), rows["bboxes"])], False)

    return read


def tasks(folder, task):
    read = task_dataset(task)
    for image in sorted((folder / "images").iterdir()):
        rows, stops = read(image, folder / "labels" / (image.stem + ".txt"))
        print(json.dumps({"image": image.name, "dropped": rows is None, "rewritten": None, "stops": stops,
                          "rows": sorted(rows or [])}), flush=True)


def main():
    folder, name = pathlib.Path(sys.argv[1]), sys.argv[2]
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    if len(sys.argv) > 3:
        return tasks(folder, sys.argv[3])
    verify = {"ultralytics": ultralytics, "yolov5": yolov5, "yolov7": yolov7}[name]
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    with tempfile.TemporaryDirectory() as work:
        for original in sorted((folder / "images").iterdir()):
            image = pathlib.Path(work) / original.name
            shutil.copyfile(original, image)
            rows = verify(image, folder / "labels" / (original.stem + ".txt"))
            print(json.dumps({
                "image": original.name,
                "dropped": rows is None,
                "rewritten": image.read_bytes() != original.read_bytes(),
                "rows": [] if rows is None else sorted([float(v) for v in row] for row in rows),
            }))
            image.unlink()


if __name__ == "__main__":
    main()
