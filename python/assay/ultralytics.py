"""A check of the dataset before Ultralytics trains on it.

>>> from ultralytics import YOLO                      # doctest: +SKIP
>>> from assay.ultralytics import check_dataset       # doctest: +SKIP
>>> model = YOLO("yolo11n.pt")                        # doctest: +SKIP
>>> model.add_callback("on_pretrain_routine_start", check_dataset())  # doctest: +SKIP
>>> model.train(data="data.yaml", epochs=100)         # doctest: +SKIP

The training does not start where the check finds errors: ``assay.DatasetError`` says how many, and holds them all.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from ._program import AssayError
from ._rows import Finding
from ._runs import DatasetError, check

_SEVERITIES = ("note", "warning", "error")


def check_dataset(
    *, fail_on: str = "error", splits: Sequence[str] = ("train", "val"), options: Sequence[str] = ()
) -> Callable[[Any], None]:
    """A callback for ``model.add_callback("on_pretrain_routine_start", …)``.

    It reads the dataset as the Ultralytics that is installed reads it, prints what it found to stderr, and stops the
    training where there is something to mend.

    Args:
        fail_on: the training stops on findings from this severity on: ``note``, ``warning`` or ``error``.
        splits: what is checked.
        options: further options of ``assay-labels``, as on its command line.

    Raises:
        ValueError: ``fail_on`` is no severity.
    """
    if fail_on not in _SEVERITIES:
        raise ValueError(f"fail_on is one of {', '.join(_SEVERITIES)}, not {fail_on!r}")
    stopping = _SEVERITIES[_SEVERITIES.index(fail_on) :]

    def callback(trainer: Any) -> None:
        found = check(_dataset(trainer), trainer=_reading(), splits=splits, options=options)
        bad = [finding for finding in found if finding["severity"] in stopping]
        for finding in bad[:10]:
            print(_line(finding), file=sys.stderr)
        if len(bad) > 10:
            print(f"… and {len(bad) - 10} more", file=sys.stderr)
        if bad:
            counts = Counter(finding["severity"] for finding in bad)
            said = ", ".join(f"{counts[name]} {name}{'s' * (counts[name] > 1)}" for name in reversed(stopping) if counts[name])
            raise DatasetError(f"{_dataset(trainer)}: {said}; mend them, or train without this callback", bad)

    return callback


def _dataset(trainer: Any) -> str:
    """The data.yaml of a training, which may not have been opened yet."""
    opened = getattr(trainer, "data", None)
    named = opened.get("yaml_file") if isinstance(opened, dict) else None
    path = str(named or getattr(getattr(trainer, "args", None), "data", None) or "")
    if Path(path).is_file():
        return path
    raise AssayError(
        f"{path or 'data'}: is no file here; name the data.yaml by its path, or add the callback to on_pretrain_routine_end"
    )


def _reading() -> str:
    """Whose reading it is, by the version that is installed."""
    import ultralytics

    major, minor = (int(part) for part in str(ultralytics.__version__).split(".")[:2])
    return "ultralytics" if (major, minor) >= (8, 3) else "ultralytics-old"


def _line(finding: Finding) -> str:
    place = finding["file"] + (f":{finding['line']}" if finding["line"] is not None else "")
    return f"{place}: {finding['severity']} {finding['code']}: {finding['message']}"
