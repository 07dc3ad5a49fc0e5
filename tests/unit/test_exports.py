"""`etincelle export responses`: what it writes is read back as it was, and no spreadsheet takes it for a formula."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner, Result

from cli import exports, imports
from cli.client import Client
from cli.printing import Failed
from services.collector.domain.responses import Response
from shared.pages.spreadsheet import csv_file
from tests import real_data
from tests.collector import JSON, NOW, World, touchpoint

STRANGE = [
    *("=1+1", "+33 6 12", "-5 is bad", "@me", "\tcell", "\rcell", "\ncell", "＝1+1", "'=1", "''+1", "'", "'s ochtends"),
    *("NA", " NA ", "  ", "'NA", "'  ", 'a "quote"', "a,b;c", "two\r\nlines", "one\rline", "\u2028", "é\u200f٩", "0"),
    *("=cmd|' /C calc'!A0", '=HYPERLINK("http://x","y")', "x\u0001\u001f", "\ufeffx", "{}", '{"a": 1}', "007", " x "),
]


class Site:
    """A world behind an httpx transport."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
        self.world = World()
        self.world.now = NOW + timedelta(days=60)
        self._monkeypatch, self._home = monkeypatch, home

    def handle(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        if path == "/v1/touchpoints":
            return httpx.Response(200, json={"touchpoints": [{"id": name} for name in self.world.catalogue.known]})
        where = f"{path}?{request.url.query.decode()}" if request.url.query else path
        reply = self.world.ask(request.method, where, request.content or None, JSON)
        return httpx.Response(reply.status, json=reply.body)

    def run(self, *arguments: str) -> Result:
        client = Client("http://site", "etk_x", httpx.MockTransport(self.handle), lambda seconds: None)
        for module in (imports, exports):
            self._monkeypatch.setattr(module, "connect", lambda: client)
        self._monkeypatch.setenv("ETINCELLE_HOME", str(self._home))
        group = exports.group if arguments[0] == "export" else imports.group
        return CliRunner().invoke(group, list(arguments[1:]))

    def export(self, file: Path, *options: str) -> Result:
        result = self.run("export", "responses", "checkout", "--out", str(file), *options)
        assert result.exit_code == 0, (result.output, result.exception)
        return result

    def take(self, file: Path) -> dict[str, Any]:
        result = self.run("import", "responses", str(file), "--json")
        assert result.exit_code == 0, (result.output, result.exception)
        outcome: dict[str, Any] = json.loads(result.stdout)
        return outcome


@pytest.fixture
def sites(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> tuple[Site, Site]:
    """Where answers are, and another site with the same journey and none."""
    return Site(monkeypatch, tmp_path / "here"), Site(monkeypatch, tmp_path / "there")


def answers(site: Site, sent: list[dict[str, Any]]) -> None:
    full = [
        {"touchpoint": "checkout", "response_id": f"r{n}", "collected_at": at(n)} | one for n, one in enumerate(sent)
    ]
    for start in range(0, len(full), 500):
        reply = site.world.send(full[start : start + 500])
        assert reply.status == 200, reply.body


def at(n: int) -> str:
    return f"{NOW + timedelta(hours=7 * n % 1000, microseconds=n):%Y-%m-%dT%H:%M:%S.%fZ}"


def told(response: Response) -> dict[str, Any]:
    """What an answer says, without what belongs to the site that stored it."""
    apart = {"customer": None, "evidence": {}, "stored_at": NOW}
    return vars(replace(response, **apart)) | {"has_customer": response.customer is not None}  # type: ignore[arg-type]


VALUES = [
    "Lyon",
    "12.5",
    "007",
    "=x",
    "",
    " ",
    "NA",
    "true",
    True,
    False,
    0,
    -5,
    12.5,
    -0.25,
    10**15,
    1e-7,
    "a\nb",
    "{",
]
NAMES = ["shop", "score", "owner", "attributes", "place", "a__b", "_x", "x_", "9"]


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_what_is_exported_and_imported_elsewhere_is_the_same(
    sites: tuple[Site, Site], tmp_path: Path, form: str
) -> None:
    """Every comment, every attribute in its type, every time: whatever is in them; and so every figure."""
    here, there = sites
    sent: list[dict[str, Any]] = [{"score": n % 11, "comment": comment} for n, comment in enumerate(STRANGE)]
    sent += [{"score": 7, "attributes": {NAMES[n % len(NAMES)]: value}} for n, value in enumerate(VALUES)]
    sent += [{"score": 3, "attributes": {name: name for name in NAMES}, "customer_id": "Jane", "lang": "fr-CA"}]
    sent += [{"score": 10, "channel": "kiosk", "invited_at": at(0), "survey_version": 2}]
    answers(here, sent)
    file = tmp_path / f"out.{form}"
    here.export(file, "--format", form)
    outcome = there.take(file)
    assert (outcome["stored"], outcome["rejected"]) == (len(sent), 0)
    assert {one.response_id: told(one) for one in there.world.stored} == {
        one.response_id: told(one) for one in here.world.stored
    }


def test_no_cell_is_a_formula(sites: tuple[Site, Site], tmp_path: Path) -> None:
    """Nor is any part that another program takes for a cell; known payloads among the comments."""
    payloads = [*STRANGE, *real_data.naughty_texts()]
    here, _ = sites
    answers(here, [{"score": 5, "comment": text, "attributes": {"x": text[:200]}} for text in payloads])
    file = tmp_path / "out.csv"
    here.export(file)
    with file.open(encoding="utf-8-sig", newline="") as opened:
        text = opened.read()
    assert len(list(csv.reader(io.StringIO(text, newline="")))) == len(payloads) + 1
    assert formulas(text) == []


def test_no_part_of_a_text_is_a_formula_to_whoever_splits_the_file_elsewhere(
    sites: tuple[Site, Site], tmp_path: Path
) -> None:
    """In French, Excel splits at `;`; and imported again, every answer is what it was."""
    here, there = sites
    before = (";", ",", "\t", "\n", "\r", "\r\n", "\u2028", '; "', ";'\"", "\n \ufeff", ";\t;")
    texts = [f"ok{place}{sign}cmd|'/C calc'!A0" for place in before for sign in "=+-@|%＝＋－＠"]
    answers(here, [{"score": 5, "comment": text, "attributes": {"x": text, "_x": text}} for text in texts])
    file = tmp_path / "out.csv"
    here.export(file)
    assert formulas(file.read_bytes().decode("utf-8-sig")) == []
    assert formulas(str(csv_file("x", ("a",), [(text,) for text in texts]).body)) == []
    there.take(file)
    assert Counter(one.comment for one in there.world.stored) == Counter(texts)
    assert sorted(str(told(one)) for one in there.world.stored) == sorted(str(told(one)) for one in here.world.stored)


def formulas(file: str) -> list[str]:
    """The cells that begin as a formula does, numbers apart, however a program splits the file.

    As those do that know quotation marks at the beginning of a cell, and as those that know none.
    """
    cells = [
        cell for sign in ",;\t" for row in csv.reader(io.StringIO(file, newline=""), delimiter=sign) for cell in row
    ]
    cells += [cell for sign in ",;\t" for line in file.splitlines() for cell in line.split(sign)]
    return [cell for cell in cells if re.match(r"[\s\"\ufeff]*[=+\-@|%＝＋－＠]", cell) and not is_number(cell)]


def is_number(cell: str) -> bool:
    return re.fullmatch(r'"?-?[0-9][0-9.e-]*"?', cell) is not None


def read_lines(file: Path) -> list[str]:
    """The payloads of a real file; skips, aloud, where it is absent."""
    if not file.exists():
        pytest.skip(f"{file} is absent: set REAL_DATA")
    return [line for line in file.read_text(encoding="utf-8").splitlines() if line]


def naughty() -> list[str]:
    if not real_data.NAUGHTY_STRINGS.exists():
        pytest.skip(f"{real_data.NAUGHTY_STRINGS} is absent: set REAL_DATA")
    texts: list[str] = json.loads(real_data.NAUGHTY_STRINGS.read_text(encoding="utf-8"))
    return texts


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_real_naughty_strings_go_out_and_in_as_they_are(sites: tuple[Site, Site], tmp_path: Path, form: str) -> None:
    """Lists that break programs, as comments by the API: stored, exported, imported elsewhere, the same to the sign."""
    every = [*naughty(), *read_lines(real_data.XSS_PAYLOADS), *read_lines(real_data.CSV_PAYLOADS)]
    texts = [text for text in every if 0 < len(text) <= 4000 and "\0" not in text]
    here, there = sites
    answers(here, [{"score": n % 11, "comment": text} for n, text in enumerate(texts)])
    assert Counter(one.comment for one in here.world.stored) == Counter(texts)
    file = tmp_path / f"out.{form}"
    here.export(file, "--format", form)
    assert there.take(file)["rejected"] == 0
    assert Counter(one.comment for one in there.world.stored) == Counter(texts)


def test_answers_that_do_not_count_are_left_out_and_told(sites: tuple[Site, Site], tmp_path: Path) -> None:
    """Imported elsewhere they would count."""
    here, _ = sites
    answers(here, [{"score": 9}])
    link = here.world.link(mode="single")
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert here.world.ask("POST", link, "score=0&subject=spam", form).status == 303
    result = here.export(tmp_path / "out.csv")
    assert "1 answer exported" in result.stderr
    assert "1 answer left out" in result.stderr
    assert len((tmp_path / "out.csv").read_text().splitlines()) == 2


def test_a_span_is_taken_from_its_beginning_to_before_its_end(sites: tuple[Site, Site], tmp_path: Path) -> None:
    """Days are whole days, UTC."""
    here, _ = sites
    times = ["2024-02-29T23:59:59Z", "2024-03-01T00:00:00Z", "2024-03-01T23:59:59Z", "2024-03-02T00:00:00Z"]
    answers(here, [{"score": 9, "collected_at": time} for time in times])
    here.export(tmp_path / "out.jsonl", "--format", "jsonl", "--from", "2024-03-01", "--to", "2024-03-02")
    rows = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert [row["collected_at"] for row in rows] == times[1:3]


def test_without_a_file_it_goes_to_stdout(sites: tuple[Site, Site]) -> None:
    """For pipes: the rows there, what is said of them on stderr."""
    here, _ = sites
    answers(here, [{"score": 9}])
    result = here.run("export", "responses", "checkout", "--format", "jsonl")
    assert json.loads(result.stdout)["score"] == 9
    assert "1 answer exported" in result.stderr


def test_a_file_that_was_there_stays_until_the_new_one_is_whole(sites: tuple[Site, Site], tmp_path: Path) -> None:
    """An export that fails leaves no half file behind."""
    here, _ = sites
    file = tmp_path / "out.csv"
    file.write_text("old")
    result = here.run("export", "responses", "elsewhere", "--out", str(file))
    assert isinstance(result.exception, Failed)
    assert file.read_text() == "old"
    assert list(tmp_path.glob("*.part")) == []


def test_what_cannot_be_is_told(sites: tuple[Site, Site]) -> None:
    """A format there is none of; a time that is none, by the API's own words."""
    here, _ = sites
    assert "csv, jsonl or parquet" in str(here.run("export", "responses", "checkout", "--format", "xls").exception)
    refused = here.run("export", "responses", "checkout", "--from", "yesterday").exception
    assert isinstance(refused, Failed)
    assert refused.details == ("query:from: a day or a time, as 2024-03-01 or 2024-03-01T09:30:00Z",)


def test_a_label_of_the_link_becomes_an_attribute(sites: tuple[Site, Site], tmp_path: Path) -> None:
    """Where an answer was given is known elsewhere too."""
    here, there = sites
    link = here.world.link(place="Counter 3", mode="single")
    here.world.ask("POST", link, "score=9", {"Content-Type": "application/x-www-form-urlencoded"})
    here.export(tmp_path / "out.csv")
    there.world.catalogue.known["checkout"] = touchpoint()
    there.take(tmp_path / "out.csv")
    assert [one.attributes for one in there.world.stored] == [{"place": "Counter 3"}]
