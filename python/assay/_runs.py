"""Checks and audits, by the program."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal, cast, overload

from ._frames import frame
from ._program import AssayError, start
from ._rows import Finding

if TYPE_CHECKING:
    from pandas import DataFrame


class DatasetError(AssayError):
    """A dataset that should not be trained on, with what was found."""

    findings: list[Finding]

    def __init__(self, message: str, findings: list[Finding]) -> None:
        super().__init__(message)
        self.findings = findings


@overload
def check(
    data: str | os.PathLike[str],
    *,
    trainer: str | None = None,
    splits: Sequence[str] | None = None,
    images: str | None = None,
    select: Sequence[str] | None = None,
    ignore: Sequence[str] | None = None,
    jobs: int | None = None,
    options: Sequence[str] = (),
    as_frame: Literal[False] = False,
) -> list[Finding]: ...
@overload
def check(
    data: str | os.PathLike[str],
    *,
    trainer: str | None = None,
    splits: Sequence[str] | None = None,
    images: str | None = None,
    select: Sequence[str] | None = None,
    ignore: Sequence[str] | None = None,
    jobs: int | None = None,
    options: Sequence[str] = (),
    as_frame: Literal[True],
) -> DataFrame: ...
def check(
    data: str | os.PathLike[str],
    *,
    trainer: str | None = None,
    splits: Sequence[str] | None = None,
    images: str | None = None,
    select: Sequence[str] | None = None,
    ignore: Sequence[str] | None = None,
    jobs: int | None = None,
    options: Sequence[str] = (),
    as_frame: bool = False,
) -> list[Finding] | DataFrame:
    """What is wrong with labels and images, as ``assay-labels`` finds it. An empty list: nothing.

    Args:
        data: a data.yaml, a plan, or the folder of one.
        trainer: whose reading is foretold: ``ultralytics``, ``ultralytics-old``, ``yolov5``, ``yolov7`` or ``darknet``.
        splits: such as ``["train", "val"]``; all by default.
        images: how much of each image is read: ``none``, ``header`` or ``decode``.
        select: only these rules, by codes or their beginnings.
        ignore: not these.
        jobs: worker threads; all cores by default. Results do not depend on it.
        options: further options of ``assay-labels``, as on its command line.
        as_frame: a pandas data frame instead of a list of dicts.

    Raises:
        AssayError: the dataset cannot be read, or an option is wrong.
    """
    arguments = [os.fspath(data), "--format", "json", "--quiet"]
    for name, value in (("trainer", trainer), ("images", images), ("jobs", jobs)):
        if value is not None:
            arguments += [f"--{name}", str(value)]
    for name, values in (("splits", splits), ("select", select), ("ignore", ignore)):
        if values is not None:
            if isinstance(values, str):
                raise TypeError(f"{name} is a list of texts, such as ['{values}']")
            arguments += [f"--{name}", ",".join(values)]
    found = json.loads(start(["labels", *arguments, *options]).stdout)
    columns = ("code", "severity", "file", "line", "column", "message", "effect", "fix", "verdict")
    return frame(found, columns) if as_frame else cast("list[Finding]", found)


def run(plan: str | os.PathLike[str], *, jobs: int | None = None, seed: int | None = None) -> dict[str, Any]:
    """Runs every stage of a plan that is not up to date, and returns the results of all, by stage.

    What the stages found in detail is read by ``findings``, ``suspicions`` and ``images``.

    Args:
        plan: the plan, or the folder of one; ``assay plan init data.yaml`` writes one.
        jobs: worker threads; all cores by default. Results do not depend on it.
        seed: where every random choice comes from; the plan's by default.

    Raises:
        AssayError: the plan or its dataset cannot be read, or a stage failed.
    """
    arguments = ["run", os.fspath(plan), "--format", "json", "--quiet"]
    for name, value in (("jobs", jobs), ("seed", seed)):
        if value is not None:
            arguments += [f"--{name}", str(value)]
    return cast("dict[str, Any]", json.loads(start(arguments).stdout))
