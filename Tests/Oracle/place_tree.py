"""Puts a tree of trees.py on the disk."""

import base64
import os
import pathlib
import urllib.parse


def place(tree, images, root):
    """Makes the tree below the folder `root`, which must not be there."""
    root = pathlib.Path(root)
    root.mkdir(parents=True)
    for name, content in tree["files"].items():
        path = os.fsencode(root) + b"/" + urllib.parse.unquote_to_bytes(name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        if content == "d":
            os.makedirs(path, exist_ok=True)
        elif content[0] == "l":
            os.symlink(os.fsencode(content[2:].replace("{ROOT}", str(root))), path)
        else:
            data = images[int(content[1:])] if content[0] == "i" else b""
            if content[0] == "t":
                data = content[2:].replace("{ROOT}", str(root)).encode()
            elif content[0] == "b":
                data = base64.b64decode(content[2:]).replace(b"{ROOT}", os.fsencode(root))
            with open(path, "wb") as file:
                file.write(data)
    (root / tree["cwd"]).mkdir(parents=True, exist_ok=True)
    return root
