"""Where the program is, and how it is started."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sysconfig
from collections.abc import Iterator, Sequence
from pathlib import Path


class AssayError(RuntimeError):
    """The program could not do what was asked: what, where, and the way out, in one line."""


def _places() -> Iterator[Path]:
    """Where pip puts programs, the likeliest first."""
    yield Path(sysconfig.get_path("scripts"))
    # pip install --user
    for scheme in ("posix_user", "osx_framework_user"):
        if scheme in sysconfig.get_scheme_names():
            yield Path(sysconfig.get_path("scripts", scheme))
    # pip install --target and --prefix: beside this package, or above lib/pythonX.Y/site-packages.
    packages = Path(__file__).resolve().parent.parent
    yield packages / "bin"
    if packages.name in ("site-packages", "dist-packages"):
        yield packages.parent.parent.parent / "bin"


def find_program() -> str:
    """The path of the program ``assay``.

    ``ASSAY_PROGRAM`` in the environment names another one. Otherwise it is the one that was installed with this package,
    or the first of the search path.

    Raises:
        AssayError: there is none.
    """
    named = os.environ.get("ASSAY_PROGRAM")
    if named:
        if os.access(named, os.X_OK) and os.path.isfile(named):
            return named
        raise AssayError(f"ASSAY_PROGRAM: {named} is no program; name the file assay, or unset it")
    for place in _places():
        program = place / "assay"
        if program.is_file() and os.access(program, os.X_OK):
            return str(program)
    found = shutil.which("assay")
    if found is not None:
        return found
    raise AssayError("the program assay is not installed; run: pip install --force-reinstall assay-yolo")


def start(arguments: Sequence[str | os.PathLike[str]]) -> subprocess.CompletedProcess[str]:
    """Runs ``assay`` with ``arguments`` and waits; its progress goes to this process's stderr only when it fails.

    Raises:
        AssayError: exit status 2, or an end by a signal.
    """
    program = find_program()
    done = subprocess.run(
        [program, *(os.fspath(argument) for argument in arguments)], stdin=subprocess.DEVNULL, capture_output=True, text=True, encoding="utf-8"
    )
    if done.returncode not in (0, 1):
        lines = done.stderr.strip().splitlines()
        reason = lines[-1] if lines else f"{program} ended with status {done.returncode}"
        raise AssayError(reason.removeprefix("error: "))
    return done


def version() -> str:
    """The version of the program, for example ``0.2.0``."""
    said = start(["--version"]).stdout.strip()
    found = re.search(r"\d+(\.\d+)+", said)
    if found is None:
        raise AssayError(f"{find_program()}: says “{said}” of its version; is it Assay? ASSAY_PROGRAM names another one")
    return found[0]
