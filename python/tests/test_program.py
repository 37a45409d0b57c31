from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import assay


def test_python_m_is_the_program(shapes: Path) -> None:
    alone = subprocess.run([assay.find_program(), "labels", "shapes", "--format", "json"], capture_output=True, text=True)
    module = subprocess.run([sys.executable, "-m", "assay", "labels", "shapes", "--format", "json"], capture_output=True, text=True)
    assert module.stdout.startswith("[")
    assert (module.returncode, module.stdout) == (alone.returncode, alone.stdout)


def test_version_is_that_of_the_source() -> None:
    source = Path(__file__).resolve().parents[2] / "Sources/AuditPlan/Version.swift"
    assert f'"{assay.version()}"' in source.read_text()


def test_a_program_that_is_named_but_not_there_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSAY_PROGRAM", "/nowhere/assay")
    with pytest.raises(assay.AssayError, match="ASSAY_PROGRAM: /nowhere/assay is no program"):
        assay.find_program()
    done = subprocess.run([sys.executable, "-m", "assay"], capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stderr.startswith("error: ASSAY_PROGRAM") and done.stderr.count("\n") == 1


def test_without_a_program_the_way_out_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from assay import _program

    monkeypatch.delenv("ASSAY_PROGRAM", raising=False)
    monkeypatch.setattr(_program, "_places", lambda: iter([tmp_path]))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(assay.AssayError, match="pip install"):
        assay.find_program()
    (tmp_path / "assay").write_text("#!/bin/sh\n")
    (tmp_path / "assay").chmod(0o755)
    assert assay.find_program() == str(tmp_path / "assay")
