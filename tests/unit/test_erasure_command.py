"""`etincelle erase` and `etincelle person export`, against what the API answers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from cli import erasing
from cli.main import app
from tests.collector import served
from tests.http import Reply

RUNNING = {"erasure_id": "e1", "state": "running", "asked_at": "2024-03-01T10:00:00Z", "asked_by": "key-1"}
ERASED = {"contacts": {"people": 1}, "responses": {"answers_made_anonymous": 2}}
DONE = RUNNING | {"state": "done", "done_at": "2024-03-01T10:16:00Z", "found": True, "erased": ERASED}
JSON = {"content-type": "application/json"}


@dataclass
class Answers:
    """An API of these answers, the first first; `asked` is what it was asked."""

    replies: list[dict[str, Any]]
    asked: list[tuple[str, str, Any]] = field(default_factory=list)

    def ask(self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Reply:
        self.asked.append((method, path, json.loads(body) if body else None))
        return Reply(200, JSON, self.replies.pop(0))


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Any]:
    """Runs a command against such an API, and gives both."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(erasing, "LOOKS_EVERY_S", 0.0)

    def run(answers: Answers, *words: str) -> Result:
        with served(answers) as url:  # type: ignore[arg-type]
            return CliRunner().invoke(app, list(words), env={"ETINCELLE_URL": url, "ETINCELLE_KEY": "etk_tests"})

    yield run


@pytest.mark.parametrize(
    ("who", "kind"), [("jane@example.com", "email"), ("+33612345678", "phone"), ("client-4711", "id")]
)
def test_a_person_is_erased_by_whatever_names_them(api: Any, who: str, kind: str) -> None:
    """In the body, never in an address; the receipt is waited for and shown."""
    answers = Answers([RUNNING, RUNNING, DONE])
    told = api(answers, "erase", who)
    assert told.exit_code == 0, told.output
    assert answers.asked[0] == ("POST", "/v1/erasures", {"customer": {kind: who}})
    assert [path for _, path, _ in answers.asked[1:]] == ["/v1/erasures/e1"] * 2
    assert "answers made anonymous" in told.output
    assert who not in told.output


def test_nobody_known_is_said_so(api: Any) -> None:
    """The erasure is done all the same."""
    told = api(Answers([RUNNING, DONE | {"found": False}]), "erase", "nobody@example.com")
    assert (told.exit_code, "nothing was found" in told.output) == (0, True)


def test_an_id_that_looks_like_an_address_or_a_number_is_told_as_an_id(api: Any) -> None:
    """`--as` says what it is, where its signs would say otherwise."""
    answers = Answers([RUNNING])
    assert api(answers, "erase", "team@nowhere", "--as", "id", "--no-wait").exit_code == 0
    assert answers.asked == [("POST", "/v1/erasures", {"customer": {"id": "team@nowhere"}})]


def test_the_receipt_need_not_be_waited_for(api: Any) -> None:
    """And programs get it as JSON."""
    told = api(Answers([RUNNING]), "erase", "client-4711", "--no-wait", "--json")
    assert json.loads(told.output) == RUNNING


def test_what_is_kept_is_written_for_its_reader_only(api: Any) -> None:
    """A file that nobody else on the machine can read; or stdout."""
    kept = {"exported_at": "2024-03-01T10:00:00Z", "kept": {"contacts.person": [{"locale": "fr"}]}}
    assert api(Answers([kept]), "person", "export", "jane@example.com", "--out", "jane.json").exit_code == 0
    assert json.loads(Path("jane.json").read_text()) == kept
    assert Path("jane.json").stat().st_mode & 0o077 == 0
    assert json.loads(api(Answers([kept]), "person", "export", "jane@example.com").output) == kept
