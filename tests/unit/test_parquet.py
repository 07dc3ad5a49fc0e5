"""Exports as Parquet, of answers and of figures; and that Athena's tables name the very columns that are written."""

from __future__ import annotations

import json
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import httpx
import pyarrow.parquet
import pytest
import yaml
from typer.testing import CliRunner, Result

from cli import exported_figures, exports, parquet
from cli.client import Client
from cli.main import app
from cli.printing import Failed
from infra.paths import ROOT

FIGURE = {"name": "bad", "value": 12.5, "low": 6.0, "high": 24.0}
REPORT = {
    "touchpoint": "checkout",
    "owner": "web",
    "audience": "customer",
    "scale": "csat",
    "weeks": [{"week": "2024-03-04", "n": 40, "figures": [FIGURE, {**FIGURE, "name": "csat", "value": 80}]}],
}
ANSWER = {
    "response_id": "r1",
    "touchpoint": "checkout",
    "collected_at": "2024-03-05T10:00:00.25Z",
    "score": 2,
    "survey_version": 3,
    "owner": "web",
    "scale": "csat",
    "audience": "customer",
    "channel": "web",
    "comment": "=1+1",
    "attributes": {"plan": "pro", "n": 3},
    "counted": True,
}


def answered(request: httpx.Request) -> httpx.Response:
    path = request.url.path
    if path == "/v1/touchpoints":
        return httpx.Response(200, json={"touchpoints": [{"id": "checkout"}, {"id": "empty"}]})
    if path.endswith("/report"):
        missing = "/empty/" in path
        return httpx.Response(404 if missing else 200, json={"title": "too few"} if missing else REPORT)
    return httpx.Response(200, json={"responses": [ANSWER, {**ANSWER, "counted": False}]})


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs the command against answers of our own."""
    client = Client("http://site", "etk_x", httpx.MockTransport(answered), lambda seconds: None)
    for module in (exports, exported_figures):
        monkeypatch.setattr(module, "connect", lambda: client)

    def invoke(*arguments: str) -> Result:
        return CliRunner().invoke(app, ["export", *arguments])

    return invoke


def test_answers_are_written_with_times_as_times_and_texts_as_they_were(run: Any, tmp_path: Path) -> None:
    """No cell is guarded: nothing takes a Parquet file for formulas. What does not count is left out."""
    out = tmp_path / "checkout.parquet"
    assert run("responses", "checkout", "--format", "parquet", "--out", str(out)).exit_code == 0
    [row] = pyarrow.parquet.read_table(out).to_pylist()
    assert row["collected_at"] == datetime(2024, 3, 5, 10, 0, 0, 250_000, UTC)
    assert (row["score"], row["comment"], row["lang"]) == (2, "=1+1", None)
    assert json.loads(row["attributes"]) == {"plan": "pro", "n": 3}


def test_figures_are_a_row_for_each_figure_of_each_week(run: Any, tmp_path: Path) -> None:
    """Touchpoints with nothing to show are passed over; the three forms say the same."""
    out = tmp_path / "figures.parquet"
    assert run("figures", "--format", "parquet", "--out", str(out)).exit_code == 0
    rows = pyarrow.parquet.read_table(out).to_pylist()
    assert [(row["figure"], row["value"], row["week"], row["n"]) for row in rows] == [
        ("bad", 12.5, date(2024, 3, 4), 40),
        ("csat", 80.0, date(2024, 3, 4), 40),
    ]
    lines = [json.loads(line) for line in run("figures", "--format", "jsonl").stdout.splitlines() if "{" in line]
    assert [{**row, "week": row["week"].isoformat()} for row in rows] == lines
    as_csv = run("figures", "--format", "csv").stdout
    assert '"checkout","web","customer","csat","2024-03-04","40","bad","12.5","6.0","24.0"' in as_csv


@pytest.mark.parametrize("what", [("figures",), ("responses", "checkout")])
def test_a_parquet_file_needs_a_name_and_a_form_must_be_one(run: Any, what: tuple[str, ...]) -> None:
    """It is no text that could stand on a terminal."""
    assert "--out FILE" in run(*what, "--format", "parquet").output
    assert "csv, jsonl or parquet" in run(*what, "--format", "xlsx").output


def test_without_the_library_it_is_said_how_to_get_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """And half a file is not left behind."""
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(Failed, match="make parquet"), parquet.whole(tmp_path / "x.parquet") as part:
        parquet.write([], {"n": "int"}, part)
    assert list(tmp_path.iterdir()) == []


def test_many_rows_are_written_in_groups(tmp_path: Path) -> None:
    """However many there are, ten thousand are in memory."""
    out = tmp_path / "many.parquet"
    assert parquet.write(({"n": n} for n in range(25_000)), {"n": "int"}, out) == 25_000
    assert pyarrow.parquet.ParquetFile(out).num_row_groups == 3


def test_athena_s_tables_name_the_columns_that_are_written() -> None:
    """In their order and of their kinds."""
    kinds = {"string": "string", "int": "bigint", "double": "double", "timestamp": "timestamp", "date": "date"}
    tables = template()["Resources"]
    figures = tables["Figures"]["Properties"]["TableInput"]["StorageDescriptor"]["Columns"]
    assert {one["Name"]: one["Type"] for one in figures} == {n: kinds[k] for n, k in exported_figures.COLUMNS.items()}
    responses = tables["Responses"]["Properties"]["TableInput"]["StorageDescriptor"]["Columns"]
    assert [one["Name"] for one in responses] == [*exports.COLUMNS, exports.OTHERS]


def template() -> Any:
    """The template, its short functions as plain values."""

    class Loader(yaml.SafeLoader):
        pass

    Loader.add_multi_constructor("!", lambda loader, suffix, node: node.value)
    return yaml.load((ROOT / "infra" / "athena.yaml").read_text(), Loader)
