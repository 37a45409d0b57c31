"""The dataset that comes with the package."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from ._program import AssayError


def example(folder: str | os.PathLike[str] = "assay-example") -> str:
    """Copies a small dataset with planted label errors to ``folder`` and returns the path of its data.yaml.

    150 pictures of shapes, 128 pixels wide; ``planted.csv`` lists the errors.

    Raises:
        AssayError: something is there already, or the dataset is not installed.
    """
    source = Path(__file__).resolve().parent / "example"
    target = Path(folder)
    if not source.is_dir():
        raise AssayError("the example is not installed; run: pip install --force-reinstall assay-yolo")
    if target.exists():
        raise AssayError(f"{target}: is there already; name another folder")
    shutil.copytree(source, target)
    return str(target / "data.yaml")
