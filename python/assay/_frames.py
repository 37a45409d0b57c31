"""Rows as a pandas data frame."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ._program import AssayError

if TYPE_CHECKING:
    from pandas import DataFrame


def frame(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> DataFrame:
    """A row each, with ``columns`` also where there are no rows; whole numbers that may be missing are ``Int64``.

    Raises:
        AssayError: pandas is not installed.
    """
    try:
        import pandas
    except ImportError as error:
        raise AssayError("a data frame needs pandas; run: pip install pandas, or leave as_frame out") from error
    known = list(columns) + sorted({key for row in rows for key in row} - set(columns))
    table = pandas.DataFrame([dict(row) for row in rows], columns=known)
    for name in ("line", "column", "class", "fold"):
        if name in table:
            table[name] = table[name].astype("Int64")
    return table
