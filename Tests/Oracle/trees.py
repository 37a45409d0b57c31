"""Writes crafted dataset trees, one JSON object a line: what people, tools and accidents make of a YOLO dataset.

    trees.py [--trees N] [--seed N] >trees.jsonl

The first line holds the images that trees are made of, in base64. Each other line is a tree: `cwd` is where training is
started, `yaml` is how its data.yaml is named there, and `files` says what lies where, in the order in which it is made:

    i0       the first of the images
    t:text   a text file; {ROOT} stands for the absolute path of the tree
    b:base64 any other file
    l:target a link; {ROOT} as above
    d        a folder

Names are percent-encoded where they are not plain. `datasets` is the folder that Ultralytics is set up to look in.
Every choice comes from the seed. Needs Pillow.
"""

import argparse
import base64
import io
import json
import random
import sys
import unicodedata

from PIL import Image

GOOD_SUFFIXES = "png jpg jpeg bmp webp tif tiff".split()
ANY_SUFFIXES = GOOD_SUFFIXES + """avif dng heic heif jp2 mpo pfm gif svg PNG JPG Jpeg TIFF txt npy jpg.txt png_ JPEG2000 ppm hdr exr
""".split()
STEMS = ["a b", "é", unicodedata.normalize("NFD", "é"), "[v]", "a.b", "a..", "images", "x*y", "q?", "#1", "50%", "-r", "a,b", "'q'",
         "中", "\U0001f600", "A", "ａ", ".hid", "a ", " a", "a\tb", "labels", "~t", "$HOME", "{x}", "x@1"]
BLANKS = [" ", "\t", "\x0b", "\x1f", "\xa0", "\u3000", "  "]
LINE_ENDS = ["\n"] * 10 + ["\r\n", "\r\n", "\r", "\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\n\n", "\n \n"]


def images():
    """The pictures; the last three are refused by trainers."""
    made = []
    for form, size in [("PNG", (16, 12)), ("JPEG", (16, 12)), ("BMP", (12, 12)), ("PNG", (8, 8))]:
        out = io.BytesIO()
        Image.new("RGB", size, (30, 60, 90)).save(out, form)
        made.append(out.getvalue())
    return made + [made[0][:40], b""]


class Tree:
    def __init__(self, draw, number):
        self.draw, self.number = draw, number
        self.files, self.rows, self.links = {}, 0, {}
        # What is odd about the tree: one thing or two, so that most of them train.
        subjects = ["path", "source", "source", "list", "list", "names", "yaml", "keys", "files", "files", "place", "links"]
        self.odd = set(draw.sample(subjects, draw.choice([0, 1, 1, 1, 2, 2, 3])))

    def chance(self, share, subject=None):
        return (subject is None or subject in self.odd) and self.draw.random() < share

    def kind(self, subject, plain):
        """A number below 1; below `plain` where the subject is not odd."""
        return self.draw.random() if subject in self.odd else self.draw.random() * plain

    def pick(self, *choices):
        return self.draw.choice(choices)

    # MARK: files

    def put(self, path, content):
        # A file where a folder is needed, or the reverse, cannot be.
        parts = path.split("/")
        if any("/".join(parts[:n]) in self.files and self.files["/".join(parts[:n])] != "d" for n in range(1, len(parts))):
            return
        if any(other.startswith(path + "/") for other in self.files) or path in self.files:
            return
        self.files[path] = content

    def row(self):
        self.rows += 1
        return f"{self.draw.randrange(2)} 0.{self.rows:04} 0.5 0.2 0.2\n"

    def label(self, path):
        kind = self.kind("files", 0.8)
        if kind < 0.80:
            self.put(path, "t:" + "".join(self.row() for _ in range(self.pick(1, 1, 2))))
        elif kind < 0.84:
            self.put(path, "t:")
        elif kind < 0.87:
            self.put(path, "t:0 0.5 0.5\n")
        elif kind < 0.88:
            self.put(path, "d")
        elif kind < 0.89:
            self.links[path] = "nowhere"
        elif kind < 0.90:
            self.put(path[:-4] + ".TXT", "t:" + self.row())
        elif kind < 0.91:
            self.put(path.replace("/labels/", "/Labels/"), "t:" + self.row())

    def image(self, folder, stem, suffix, label_folder):
        """An image with its label; returns its path."""
        name = f"{folder}/{stem}.{suffix}"
        kind = self.kind("files", 0.7)
        content = "i0" if kind < 0.7 else f"i{self.draw.randrange(6)}"
        if kind > 0.985:
            self.put(f"{folder}/elsewhere/{stem}.bin", "i1")
            self.links[name] = f"elsewhere/{stem}.bin"
        elif kind > 0.975:
            self.links[name] = "nowhere.png"
        elif kind > 0.97:
            self.put(name, "d")
        else:
            self.put(name, content)
        self.label(f"{label_folder}/{stem}.txt")
        return name

    def fill(self, folder, label_folder, letter):
        """Images in a folder; returns their paths."""
        odd = self.chance(0.7, "files")
        made = []
        for index in range(self.pick(1, 2, 2, 3)):
            stem, suffix = f"{letter}{index}", "png" if self.chance(0.6) else self.draw.choice(GOOD_SUFFIXES)
            if odd and self.chance(0.5):
                stem = self.draw.choice(STEMS) + self.pick("", str(index))
            if odd and self.chance(0.3):
                suffix = self.draw.choice(ANY_SUFFIXES)
            deep = ""
            if self.chance(0.3, "files"):
                deep = "/" + self.pick("deep", ".hidden", "scene.jpg", "images", "labels", "a b", "[x]", "deep/er", "JPEGImages")
            made.append(self.image(folder + deep, stem, suffix, label_folder + deep))
        return made

    # MARK: lists

    def line(self, path, list_folder, cwd):
        """How a list may name an image; paths here are relative to the tree."""
        kind = self.kind("list", 0.8)
        if kind < 0.35:
            text = "./" + relative(path, list_folder)
        elif kind < 0.55:
            text = relative(path, cwd)
        elif kind < 0.75:
            text = "{ROOT}/" + path
        elif kind < 0.8:
            text = relative(path, list_folder)
        elif kind < 0.83:
            text = path
        else:
            text = self.pick(
                "./" + relative(path, cwd), "././" + relative(path, list_folder), "./" + path, ".//" + relative(path, list_folder),
                relative(path, list_folder).replace("/", "\\"), "C:\\data\\" + path, "{ROOT}//" + path, "# comment", "jpg",
                "./x/../" + relative(path, list_folder), path.replace("images", "Images"), "./" + relative(path, list_folder) + "?x=1",
                "~/" + path, "{ROOT}/" + path.rsplit("/", 1)[0], '"./' + relative(path, list_folder) + '"', "./missing.png",
                "../" + path, "./.png", relative(path, list_folder) + "," + "0.5", "file://{ROOT}/" + path, "{ROOT}/" + path + "/",
                "./a./../" + relative(path, list_folder), "/images/" + path, "{ROOT}/../" + path, "./" + path.upper())
        if self.chance(0.12, "list"):
            text += self.draw.choice(BLANKS)
        if self.chance(0.06, "list"):
            text = self.draw.choice(BLANKS) + text
        return text

    def list(self, path, images, cwd):
        folder = path.rsplit("/", 1)[0] if "/" in path else "."
        lines = [self.line(image, folder, cwd) for image in images]
        if self.chance(0.5):
            # One form throughout, as tools write them.
            form = self.draw.randrange(4)
            lines = [
                ["./" + relative(image, folder), relative(image, cwd), "{ROOT}/" + image, relative(image, folder)][form]
                for image in images]
        if self.chance(0.15):
            lines = lines * self.pick(2, 3)
        if self.chance(0.2, "list"):
            lines.insert(self.draw.randrange(len(lines) + 1), "")
        if self.chance(0.04, "list"):
            lines = []
        end = self.draw.choice(LINE_ENDS) if "list" in self.odd else "\n"
        text = end.join(lines) + self.pick("\n", "", end, "\n\n", " \n")
        if self.chance(0.1, "list"):
            text = self.pick("\ufeff", "\n", " ", "\x1e") + text
        data = text.encode()
        if self.chance(0.08, "list"):
            data = self.pick(text.encode("utf-16"), text.encode() + b"\xe9.png\n", b"\xff\n" + data, data + b"\0", data + b"./\0.png\n",
                             text.encode("utf-8-sig"), data + "é.png\n".encode("latin-1"))
        if b"{ROOT}" in data or self.chance(0.5):
            try:
                self.put(path, "t:" + data.decode())
                return
            except UnicodeDecodeError:
                pass
        self.put(path, "b:" + base64.b64encode(data).decode())

    # MARK: data.yaml

    def root(self):
        """Where the dataset lies, and where training is started."""
        root = self.pick("ds", "ds", "work/ds", "home/datasets/ds", "a b/ds", "images/ds", "ds/images")
        cwd = root if "place" not in self.odd else self.pick(root, ".", root.rsplit("/", 1)[0] if "/" in root else ".", "other", "home/datasets", "home")
        self.put(cwd, "d") if cwd not in (".", root) else None
        return root, cwd

    def layout(self, root):
        """Folders of train and val, with those of their labels, as paths below the root."""
        kind = self.kind("place", 0.7)
        if kind < 0.5:
            return [("images/train", "labels/train"), ("images/val", "labels/val")]
        if kind < 0.7:
            return [("train/images", "train/labels"), ("valid/images", "valid/labels")]
        return self.pick(
            [("train", "train"), ("val", "val")], [("images", "labels"), ("images/val", "labels/val")],
            [("JPEGImages", "labels"), ("images", "labels")], [("images/images", "images/labels"), ("images/val", "labels/val")],
            [("Images/train", "Labels/train"), ("Images/val", "Labels/val")], [("my_images", "labels"), ("val/images", "val/labels")],
            [("2023/images", "2023/labels"), ("2024-01-01/images", "2024-01-01/labels")],
            [("images/train2017", "labels/train2017"), ("images/val2017", "labels/val2017")],
            [("[set]/images", "[set]/labels"), ("images.v2/val", "labels.v2/val")])

    def source(self, folder, images, root, cwd, name):
        """What stands in data.yaml for a split: YAML text."""
        below = f"{root}/{folder}"
        kind = self.kind("source", 0.78)
        if kind < 0.42:
            return scalar(folder)
        if kind < 0.62:
            place = self.pick(f"{root}/{name}.txt", f"{root}/{name}.txt", f"{root}/lists/{name}.txt", f"{below}/list.txt", f"lists/{name}.txt")
            self.list(place, images, cwd)
            if self.chance(0.3, "links"):
                link = f"{root}/link-{name}.txt"
                self.links[link] = self.pick("{ROOT}/" + place, relative(place, root))
                place = link
            return scalar(self.pick(relative(place, root), relative(place, root), "{ROOT}/" + place, "./" + relative(place, root)))
        if kind < 0.70:
            link = self.pick(f"{name}-link", f"images/{name}-link", f"linked/images")
            self.links[f"{root}/{link}"] = self.pick("{ROOT}/" + below, "{ROOT}/" + below, relative(below, f"{root}/{link}".rsplit("/", 1)[0]))
            return scalar(link)
        if kind < 0.74:
            extra = f"{root}/extra/images"
            more = self.fill(extra, f"{root}/extra/labels", "e" + name[0])
            self.list(f"{root}/{name}-more.txt", more, cwd)
            return "[" + ", ".join(map(quoted, self.pick(
                [folder, "extra/images"], [folder, f"{name}-more.txt"], [folder, folder], [folder, "missing"], [folder], []))) + "]"
        if kind < 0.78:
            return scalar("{ROOT}/" + below)
        return self.pick(
            scalar("./" + folder), scalar(folder + "/"), scalar("../" + folder), scalar(folder + "/../" + folder.rsplit("/", 1)[-1]),
            scalar(below), scalar("../" + root.rsplit("/", 1)[-1] + "/" + folder), scalar(folder.replace("/", "\\")), "2023", "2024-01-01", "yes",
            "no", "1.5", "", "null", "~", "''", "missing/images", "{a: b}", "[1, 2]", "[2024-01-01]", scalar(relative(images[0], root)), "1:30",
            scalar("/nowhere/" + folder), "'C:\\data\\images'", "0x1F", "|\n  " + folder, ">-\n  " + folder, "[]", "'.'", "'..'",
            scalar("./" + "./" + folder), scalar(folder + "//"), "empty", "nofiles", "!!str " + folder, "!!int 3", scalar(folder.upper()), "'2023'",
            "[null]", scalar(" " + folder), scalar("~/" + folder), '"' + folder + '\\n"', "[[" + quoted(folder) + "]]", "false",
            scalar("lists/../" + folder), "1_000", ".inf", "0o17", "dangling", "*anchor", scalar("a/b/../../" + folder), scalar(folder + "/."), "0", "0.0")

    def path(self, root, cwd):
        """The line of `path`, or nothing."""
        kind = self.kind("path", 0.65)
        if kind < 0.35:
            return ""
        if kind < 0.5:
            return "path: " + scalar("{ROOT}/" + root) + "\n"
        if kind < 0.65:
            return "path: " + scalar(relative(root, cwd)) + "\n"
        return "path: " + self.pick(
            ".", ".", "''", "", "null", "..", "ds", "./", root, "datasets/ds", "/nowhere/ds", "'C:\\data\\ds'", "2023", "2024-01-01", "ds/", "yes",
            "false", "[ds]", "{ROOT}", "../" + root.rsplit("/", 1)[-1], "~/ds", "0", "../datasets/ds", "missing", "'" + root + "/images'", "linked-root",
            "./../" + root.rsplit("/", 1)[-1]) + "\n"

    def names(self):
        kind = self.kind("names", 0.65)
        if kind < 0.25:
            return "names: [a, b]\n"
        if kind < 0.40:
            return "names:\n  0: a\n  1: b\n"
        if kind < 0.65:
            return "nc: 2\nnames: ['a', 'b']\n"
        return self.pick(
            "names:\n- a\n- b\n", "nc: 2\n", "nc: '2'\nnames: [a, b]\n", "nc: 2.0\nnames: [a, b]\n", "nc: 3\nnames: [a, b]\n", "names: {'0': a, '1': b}\n",
            "names: {0: a, 2: b}\n", "names: {1: a, 2: b}\n", "names:\n  0: a\n  1: x\n  1: b\n", "names: [yes, no]\n", "names: [null, 1]\n", "names: ab\n",
            "names: []\n", "names: {}\n", "names:\n", "nc: two\n", "nc: -1\nnames: [a, b]\n", "nc: true\nnames: [a, b]\n", "nc:\nnames: [a, b]\n",
            "names: {a: 0, b: 1}\n", "names: {0: a, x: b}\n", "names: [a, [b]]\n", "names: [a, a]\n", "nc: 2\nnames:\n", "names: {-1: a, 0: b}\n",
            "names: {0.0: a, 1.0: b}\n", "nc: 1\n", "nc: 0\n", "nc: 80\n", "names: [a, b, c, d]\n", "names: &n [a, b]\nother: *n\n", "names: 5\n", "",
            "nc: 2.5\n", "nc: [2]\n", "names: {0: a, 1: null}\n", "names: {0: 7, 1: 8}\n", "names: {00: a, 01: b}\n", "nc: 0x2\nnames: [a, b]\n",
            "names: {true: a, false: b}\n", "names: {0: a, 0: b}\n", "names: {'00': a, '01': b}\n", "names: {' 0': a, '1 ': b}\n", "nc: ' 2 '\n", "nc: 2e0\n")

    def yaml(self, train, val, path):
        test = "" if not self.chance(0.5, "keys") else "test: " + self.pick(
            "missing", "", "None", "null", "images/train", "2023", "[]", "[missing]", "{a: b}", "yes", "[1]", "no", "''") + "\n"
        keys = ["train: " + train + "\n", "val: " + val + "\n"]
        if self.chance(0.5, "keys"):
            change = self.draw.randrange(10)
            if change == 0:
                keys[1] = "validation: " + val + "\n"
            elif change == 1:
                keys[1] = ""
            elif change == 2:
                keys[0] = ""
            elif change == 3:
                keys[0] = self.pick("trian: ", "Train: ", "training: ", "'train': ", "? train\n: ") + train + "\n"
            elif change == 4:
                keys[1] = self.pick("valid: ", "Val: ", "vla: ", '"val": ', "!!str val: ") + val + "\n"
            elif change == 5:
                keys.append("train: missing\n")
            elif change == 6:
                keys.insert(0, "train: missing\n")
            elif change == 7:
                keys[1] += "validation: missing\n"
            elif change == 8:
                keys = ["base: &b\n  train: " + train.replace("\n", "\n  ") + "\n  val: " + val.replace("\n", "\n  ") + "\n", "<<: *b\n"]
            else:
                keys = ["<<: {train: missing, val: missing}\n"] + keys
        parts = [path, *keys, test, self.names()]
        if self.chance(0.5, "yaml"):
            parts.append(self.pick("author: me\n", "download: https://example.com/x.zip\n", "channels: 3\n", "roboflow:\n  version: 2\n",
                                   "1: x\n", "x: 2024-01-01\n", "null: y\n", "date: 2024-13-45\n", "minival: missing\n", "channels: 1\n", "yaml_file: x\n",
                                   "time: 2001-12-14t21:59:43.10-05:00\n", "x: 0b102\n", "x: =\n", "x: .nan\n", "x: !!float abc\n", "x: ''\n", "x: 09\n",
                                   "x: !!binary aGk=\n", "x: !!set {a, b}\n", "? [a, b]\n: c\n", "? {a: b}\n: c\n", "x: !!omap [a: b]\n", "x: 1__2\n", "<<: 5\n",
                                   "<<: [{a: b}, {c: d}]\n", "<<: [1]\n", "x: !!int '7'\n", "x: !!null ''\n", "x: !!bool x\n", "x: !!timestamp x\n", "x: 190:20:30\n",
                                   "x: 0b\n", "x: 0x\n", "x: -\n", "x: !!seq {a: b}\n", "x: !!map [a]\n", "x: !!pairs [a: b]\n", "x: _1\n", "x: 1e5.2\n"))
        order = parts[:]
        if self.chance(0.3):
            self.draw.shuffle(order)
            if any("*n" in part or "*b" in part for part in parts):
                order = parts
        text = "".join(order)
        kind = self.kind("yaml", 0.15)
        if kind < 0.06:
            text = text.replace("\n", "\r\n")
        elif kind < 0.08:
            text = "%YAML 1.1\n---\n" + text + "...\n"
        elif kind < 0.10:
            text = "---\n" + text
        data = text.encode()
        if self.chance(0.5, "yaml"):
            data = self.pick(
                b"\xef\xbb\xbf" + data, b"# \xd1\xb5\xc1\xb7\n" + data, data + b"note: caf\xe9\n", data + b"# \x01 control\n", data + b"note: a\x07b\n",
                data + b"---\nmore: 1\n", data + b"...\n---\n", data + b"---\n", data + b"x: !!python/name:os.system\n", data + b"x: !custom y\n",
                data + b"\tx: 1\n", b"\t" + data, data + b"x: [1, 2\n", data + b"x: *nowhere\n", text.encode("utf-16"), data.replace(b"train", b"tr\x0bain", 1),
                b"", b"# nothing\n", b"- " + data.replace(b"\n", b"\n  "), b"just text\n", data + b"x: a: b\n", data + b"x: \"\\x41\"\n", data + b"x: 'open\n",
                data + b"x: @y\n", data + b"x: `y\n", data + b"x: %y\n", data + b"x:y\n", data + b"garbage\n", data + b"\x00", data + b"x: \xc2\x80\n",
                data + "x: \ufffe\n".encode(), data + b"x: \xed\xa0\x80\n", data.replace(b": ", b":\t", 1), data.replace(b": ", b":", 1), data + b"\n\n  \n",
                data + b"%TAG ! x\n", b"%YAML 1.2\n---\n" + data, b"%YAML 2.0\n---\n" + data, data.replace(b"\n", b"\r"), data + b"x: {a, b}\n", b"  " + data.replace(b"\n", b"\n  ").rstrip() + b"\n",
                data + b"x: &a [*a]\n", data + b"x: \xe2\x80\xa8 y\n", data + b"\x0c\n", data + b"x: y #z\n", data + b"#no newline", data + b"x: \x7f\n",
                data + "x: é\n".encode(), data + b"x:\n- 1\n - 2\n", data + b"x: | \n  a\n", data + b"x: !<tag:yaml.org,2002:str> y\n", b"null\n", b"5\n", b"{}\n", b"[]\n", b"''\n")
        return data

    def make(self):
        root, cwd = self.root()
        train, val = self.layout(root)
        images = {}
        for name, (folder, labels) in [("train", train), ("val", val)]:
            images[name] = self.fill(f"{root}/{folder}", f"{root}/{labels}", name[0])
        self.put(f"{root}/empty", "d")
        self.put(f"{root}/nofiles/readme.md", "t:nothing\n")
        if self.chance(0.5, "links"):
            self.links[f"{root}/{self.pick(train, val)[0]}/{self.pick('again', 'again.d')}"] = self.pick(
                "{ROOT}/" + root + "/" + val[0], "{ROOT}/other", "nowhere", "../more", ".")
        if self.chance(0.3, "links"):
            self.fill(f"{root}/{train[0]}/../more".replace("/" + train[0].rsplit("/", 1)[-1] + "/..", ""), f"{root}/labels", "m")
        self.links[f"{root}/dangling"] = "nowhere"
        if self.chance(0.05):
            # The whole dataset, or its labels, lie elsewhere.
            self.links["linked-root"] = root
        train_text = self.source(train[0], images["train"], root, cwd, "train")
        val_text = train_text if self.chance(0.06) else self.source(val[0], images["val"], root, cwd, "val")
        where = root if "place" not in self.odd else self.pick(root, root, cwd, ".")
        name = "data.yaml" if "place" not in self.odd else self.pick(*["data.yaml"] * 12, "my data.yaml", "data.yml", "coco-like.yaml", "x.YAML")
        yaml = name if where == "." else f"{where}/{name}"
        data = self.yaml(train_text, val_text, self.path(root, cwd))
        try:
            self.put(yaml, "t:" + data.decode())
        except UnicodeDecodeError:
            self.put(yaml, "b:" + base64.b64encode(data.replace(b"{ROOT}", b"..")).decode())
        if yaml not in self.files:
            return None
        argument = self.pick(relative(yaml, cwd), relative(yaml, cwd), "{ROOT}/" + yaml, "./" + relative(yaml, cwd))
        for path, target in self.links.items():
            self.put(path, "l:" + target)
        self.put(cwd, "d") if cwd != "." else None
        return {"id": self.number, "cwd": cwd, "yaml": argument, "datasets": "home/datasets",
                "files": {encoded(path): content for path, content in self.files.items()}}


def relative(path, folder):
    """`path` as seen from `folder`; both below the tree."""
    to, start = path.split("/"), [] if folder == "." else folder.split("/")
    while to and start and to[0] == start[0]:
        to, start = to[1:], start[1:]
    return "/".join([".."] * len(start) + to) or "."


def scalar(text):
    """A text as YAML: plain where that reads back."""
    plain = text and all(letter.isalnum() or letter in "/_.-{}" for letter in text) and text[0].isalpha() and "{" not in text
    return text if plain else quoted(text)


def quoted(text):
    return "'" + text.replace("'", "''") + "'"


def encoded(path):
    return "".join(c if c.isalnum() and c.isascii() or c in "/._-" else "".join(f"%{b:02X}" for b in c.encode()) for c in path)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--trees", type=int, default=2_500)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    json.dump({"images": [base64.b64encode(image).decode() for image in images()]}, sys.stdout)
    print()
    made, number = 0, 0
    while made < options.trees:
        number += 1
        tree = Tree(random.Random(options.seed * 1_000_003 + number), number).make()
        if tree is not None:
            made += 1
            print(json.dumps(tree))


if __name__ == "__main__":
    main()
