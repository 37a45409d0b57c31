"""The ledger beside a plan: one SQLite file, opened for reading alone."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from ._program import AssayError

# The versions of the ledger whose tables this package knows.
KNOWN = (3, 4)


def place(plan: str | os.PathLike[str]) -> Path:
    """The ledger of a plan; of a folder, that of its plan.yaml; a ledger is its own.

    Raises:
        AssayError: there is none.
    """
    path = Path(plan)
    if path.is_dir():
        path = path / "plan.yaml"
    ledger = path if path.suffix == ".sqlite" else path.with_suffix(".ledger.sqlite")
    if ledger.is_file():
        return ledger
    if not path.exists():
        raise AssayError(f"{path}: no such file; name a plan that has been run")
    raise AssayError(f"{path}: has no ledger beside it; run the plan first: assay run {path}")


@contextmanager
def opened(plan: str | os.PathLike[str]) -> Iterator[sqlite3.Connection]:
    """The ledger of ``plan``.

    Raises:
        AssayError: it is of another version, or cannot be read.
    """
    path = place(plan)
    try:
        # A ledger that a tool is writing has a journal, so the file alone is not looked at.
        connection = sqlite3.connect(f"file:{quote(str(path.absolute()))}?mode=ro", uri=True, timeout=5)
    except sqlite3.Error as error:
        raise AssayError(f"{path}: cannot be opened: {error}") from error
    try:
        connection.row_factory = sqlite3.Row
        row = connection.execute("SELECT value FROM meta WHERE key = 'schema_version'").fetchone()
        number = int(row["value"]) if row is not None and str(row["value"]).isdecimal() else 0
        if number not in KNOWN:
            raise AssayError(
                f"{path}: is a ledger of version {number}, and this package reads {' and '.join(map(str, KNOWN))}; "
                + ("upgrade it: pip install --upgrade assay-yolo" if number > KNOWN[-1] else "run the plan again")
            )
        yield connection
    except sqlite3.Error as error:
        raise AssayError(f"{path}: is no ledger that can be read: {error}") from error
    finally:
        connection.close()
