"""What the tests work on. ``ASSAY_PROGRAM`` names the program; without it, the one that is installed."""

from __future__ import annotations

import os
import shutil
import sqlite3
from pathlib import Path

import pytest

import assay

FIXTURES = Path(__file__).resolve().parent.parent.parent / "Fixtures"

PLAN = """\
dataset: shapes/data.yaml
image_size: 64
probe:
  folds: 2
  size: 64
  epochs: 1
"""


@pytest.fixture
def shapes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A dataset without errors, in the working directory."""
    shutil.copytree(FIXTURES / "shapes", tmp_path / "shapes")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "shapes"


@pytest.fixture
def broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A dataset with an error of every kind, in the working directory."""
    shutil.copytree(FIXTURES / "broken", tmp_path / "broken")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "broken"


@pytest.fixture(scope="session")
def audited(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A plan that has been run, with one suspicion put into its ledger and decided."""
    folder = tmp_path_factory.mktemp("audited")
    shutil.copytree(FIXTURES / "shapes", folder / "shapes")
    plan = folder / "plan.yaml"
    plan.write_text(PLAN)
    before = os.environ.get("XDG_CACHE_HOME")
    os.environ["XDG_CACHE_HOME"] = str(folder / "cache")
    try:
        assay.run(plan)
    finally:
        if before is None:
            del os.environ["XDG_CACHE_HOME"]
        else:
            os.environ["XDG_CACHE_HOME"] = before
    ledger = sqlite3.connect(folder / "plan.ledger.sqlite")
    ledger.execute("DELETE FROM suspicion")
    ledger.executemany(
        "INSERT INTO suspicion VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            ("a" * 16, "images/train/shape00.jpg", 1, "class", 0.9, 0.1, 2, 0.5, 0.5, 0.25, 0.25, "looks like it"),
            ("b" * 16, "images/train/shape01.jpg", None, "missing", 0.4, 0.2, 0, 0.5, 0.5, 0.25, 0.25, "is there"),
            ("c" * 16, "images/train/shape02.jpg", 1, "spurious", 0.7, 0.3, *(None,) * 5, "is not there"),
        ],
    )
    ledger.execute(
        "INSERT INTO decision (id, decision, image, line, kind, is_applied) VALUES (?, 'accept', ?, 1, 'spurious', 0)",
        ("c" * 16, "images/train/shape02.jpg"),
    )
    ledger.commit()
    ledger.close()
    return plan
