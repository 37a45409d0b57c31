from __future__ import annotations

import csv
import json
import sqlite3
from pathlib import Path

import pytest

import assay


def test_findings_are_those_of_the_stage(audited: Path) -> None:
    kept = json.loads((audited.parent / "plan.assay/findings.json").read_text())
    found = assay.findings(audited)
    assert found and len(found) == len(kept)
    for mine, theirs in zip(found, kept):
        assert {key: theirs[key] for key in mine} == mine


def test_suspicions_come_by_probability_with_decisions(audited: Path) -> None:
    rows = assay.suspicions(audited)
    assert [row["kind"] for row in rows] == ["class", "spurious", "missing"]
    assert [row["decision"] for row in rows] == [None, "accept", None]
    assert rows[1]["cx"] is None and rows[2]["line"] is None
    assert [row["score"] for row in assay.suspicions(audited, least=0.7)] == [0.9, 0.7]


def test_images_are_those_of_the_table(audited: Path) -> None:
    with open(audited.parent / "plan.assay/images.csv", newline="") as file:
        table = list(csv.DictReader(file))
    rows = assay.images(audited)
    assert [row["image"] for row in rows] == [row["image"] for row in table]
    assert rows[0]["loss"] == pytest.approx(float(table[0]["loss"]))
    assert rows[0]["dfl"] is None
    assert sorted(row["rank"] for row in rows) == list(range(1, len(rows) + 1))


def test_folder_and_ledger_name_the_same_plan(audited: Path) -> None:
    assert assay.images(audited.parent) == assay.images(audited)
    assert assay.images(audited.parent / "plan.ledger.sqlite") == assay.images(audited)


def test_data_frames(audited: Path) -> None:
    pandas = pytest.importorskip("pandas")
    table = assay.suspicions(audited, as_frame=True)
    assert isinstance(table, pandas.DataFrame)
    assert str(table["line"].dtype) == "Int64" and table["score"].iloc[0] == 0.9
    assert len(assay.images(audited, as_frame=True)) == len(assay.images(audited))
    assert list(assay.findings(audited, as_frame=True)["code"]) == [row["code"] for row in assay.findings(audited)]
    none = assay.suspicions(audited, least=1.0, as_frame=True)
    assert len(none) == 0 and "evidence" in none


def test_a_data_frame_without_pandas_is_refused(audited: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pandas", None)
    with pytest.raises(assay.AssayError, match="pip install pandas"):
        assay.images(audited, as_frame=True)


def test_what_is_no_audit_is_refused(shapes: Path) -> None:
    with pytest.raises(assay.AssayError, match="no such file"):
        assay.findings("nowhere.yaml")
    Path("plan.yaml").write_text("dataset: shapes/data.yaml\n")
    with pytest.raises(assay.AssayError, match="assay run plan.yaml"):
        assay.findings("plan.yaml")
    Path("plan.ledger.sqlite").write_bytes(b"no database at all, though long enough to be looked at" * 20)
    with pytest.raises(assay.AssayError, match="no ledger that can be read"):
        assay.findings("plan.yaml")


def test_a_ledger_of_another_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "plan.ledger.sqlite"
    ledger = sqlite3.connect(path)
    ledger.execute("CREATE TABLE meta (key TEXT, value TEXT)")
    ledger.execute("INSERT INTO meta VALUES ('schema_version', '99')")
    ledger.commit()
    ledger.close()
    with pytest.raises(assay.AssayError, match="version 99.*upgrade"):
        assay.images(path)


def test_reading_changes_nothing(audited: Path) -> None:
    path = audited.parent / "plan.ledger.sqlite"
    before = path.read_bytes(), sorted(file.name for file in path.parent.iterdir())
    assay.suspicions(audited)
    assert (path.read_bytes(), sorted(file.name for file in path.parent.iterdir())) == before
