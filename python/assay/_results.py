"""What an audit found, as it lies in the ledger of a plan."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal, cast, overload

from . import _ledger
from ._frames import frame
from ._rows import Finding, Image, Suspicion

if TYPE_CHECKING:
    from pandas import DataFrame


def _rows(plan: str | os.PathLike[str], sql: str) -> list[dict[str, Any]]:
    with _ledger.opened(plan) as ledger:
        return [dict(row) for row in ledger.execute(sql)]


@overload
def findings(plan: str | os.PathLike[str], *, as_frame: Literal[False] = False) -> list[Finding]: ...
@overload
def findings(plan: str | os.PathLike[str], *, as_frame: Literal[True]) -> DataFrame: ...
def findings(plan: str | os.PathLike[str], *, as_frame: bool = False) -> list[Finding] | DataFrame:
    """What the label check of a plan found, in its order.

    Args:
        plan: a plan that has been run, the folder of one, or its ledger.
        as_frame: a pandas data frame instead of a list of dicts.

    Raises:
        AssayError: there is no plan, or it has not been run.
    """
    columns = ("code", "severity", "file", "line", "column", "message", "effect", "fix")
    rows = _rows(plan, f"SELECT {_listed(columns)} FROM finding ORDER BY id")
    return frame(rows, columns) if as_frame else cast("list[Finding]", rows)


@overload
def suspicions(
    plan: str | os.PathLike[str], *, least: float = 0.0, as_frame: Literal[False] = False
) -> list[Suspicion]: ...
@overload
def suspicions(plan: str | os.PathLike[str], *, least: float = 0.0, as_frame: Literal[True]) -> DataFrame: ...
def suspicions(
    plan: str | os.PathLike[str], *, least: float = 0.0, as_frame: bool = False
) -> list[Suspicion] | DataFrame:
    """Labels that are probably wrong, missing or in the way, the most probable first.

    ``score`` is the probability that a person would change it; ``class``, ``cx``, ``cy``, ``w`` and ``h`` are the suggestion,
    None where the row should go; ``decision`` is what a person has said of it in the report, or None.

    Args:
        plan: a plan that has been run, the folder of one, or its ledger.
        least: only those from this probability on.
        as_frame: a pandas data frame instead of a list of dicts.

    Raises:
        AssayError: there is no plan, or it has not been run.
    """
    columns = ("id", "image", "line", "kind", "score", "impact", "class", "cx", "cy", "w", "h", "evidence")
    rows = [
        row
        for row in _rows(
            plan,
            f"SELECT {_listed(columns, 'suspicion.')}, decision.decision AS decision FROM suspicion "
            "LEFT JOIN decision ON decision.id = suspicion.id ORDER BY suspicion.score DESC, suspicion.id",
        )
        if row["score"] >= least
    ]
    return frame(rows, (*columns, "decision")) if as_frame else cast("list[Suspicion]", rows)


@overload
def images(plan: str | os.PathLike[str], *, as_frame: Literal[False] = False) -> list[Image]: ...
@overload
def images(plan: str | os.PathLike[str], *, as_frame: Literal[True]) -> DataFrame: ...
def images(plan: str | os.PathLike[str], *, as_frame: bool = False) -> list[Image] | DataFrame:
    """Loss and gradient of every image that was ranked, the most harmful first.

    Args:
        plan: a plan that has been run with a probe or weights, the folder of one, or its ledger.
        as_frame: a pandas data frame instead of a list of dicts.

    Raises:
        AssayError: there is no plan, or it has not been run.
    """
    columns = tuple(Image.__annotations__)
    rows = _rows(plan, f"SELECT {_listed(columns)} FROM image_loss ORDER BY rank, image")
    return frame(rows, columns) if as_frame else cast("list[Image]", rows)


def _listed(columns: Sequence[str], prefix: str = "") -> str:
    return ", ".join(f'{prefix}"{name}"' for name in columns)
