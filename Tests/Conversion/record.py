"""Records small exports of real tools, and what those tools read in them, for the tests.

    record.py FOLDER

Writes FOLDER/FORM/… for each form that Datumaro exports, and Label Studio's own conversion of a project to YOLO, beside
FOLDER/FORM.json: by image the class and box of each object, as Datumaro or Label Studio reads it.
"""

import json
import pathlib
import random
import shutil
import sys

import roundtrip
from label_studio_sdk.converter import Converter

CONFIG = """<View><Image name="image" value="$image"/><RectangleLabels name="label" toName="image">
<Label value="cat"/><Label value="traffic light"/></RectangleLabels></View>"""


def label_studio(folder):
    """A project of two tasks, and Label Studio's own conversions of it."""
    def region(label, x, y, width, height, rotation=0):
        value = {"x": x, "y": y, "width": width, "height": height, "rotation": rotation, "rectanglelabels": [label]}
        return {"id": f"r{x}", "type": "rectanglelabels", "from_name": "label", "to_name": "image", "original_width": 64,
                "original_height": 48, "image_rotation": 0, "value": value}

    tasks = [
        {"id": 1, "file_upload": "0a1b2c3d-one.jpg", "data": {"image": "/data/upload/1/0a1b2c3d-one.jpg"},
         "annotations": [{"id": 1, "was_cancelled": False, "result": [region("cat", 10, 20, 30, 40), region("traffic light", 50, 50, 25, 12.5)]}],
         "predictions": []},
        {"id": 2, "file_upload": "two.jpg", "data": {"image": "/data/upload/1/two.jpg"},
         "annotations": [{"id": 2, "was_cancelled": True, "result": []},
                         {"id": 3, "was_cancelled": False, "result": [region("cat", 0, 0, 100, 100)]}], "predictions": []},
    ]
    folder.mkdir(parents=True)
    source = folder / "project.json"
    source.write_text(json.dumps(tasks))
    converter = Converter(CONFIG, str(folder), download_resources=False)
    converter.convert_to_yolo(str(source), str(folder.parent / "label_studio_yolo"), is_dir=False)
    (folder.parent / "label_studio.json").write_text(json.dumps({
        "one": [["cat", [6.4, 9.6, 19.2, 19.2]], ["traffic light", [32, 24, 16, 6]]], "two": [["cat", [0, 0, 64, 48]]]}))


def main():
    folder = pathlib.Path(sys.argv[1])
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for form, importer, polygons, masks in roundtrip.FORMS:
        dataset = roundtrip.draw(random.Random(3), 5, polygons, masks, sizes=[(64, 48), (40, 61)], flat=form in roundtrip.FLAT)
        dataset.export(str(folder / form), form, save_media=True)
        (folder / f"{form}.json").write_text(json.dumps(roundtrip.wanted(folder / form, importer)))
    label_studio(folder / "label_studio")


if __name__ == "__main__":
    main()
