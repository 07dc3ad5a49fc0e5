"""What is typed stays one part of the address that the API is asked at; files are written for their reader."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from cli.main import app
from tests.collector import served
from tests.unit.test_erasure_command import Answers

ODD = "a/b?c=d#e"
PART = "a%2Fb%3Fc%3Dd%23e"


def run(answers: Answers, *words: str) -> Result:
    with served(answers) as url:  # type: ignore[arg-type]
        return CliRunner().invoke(app, list(words), env={"ETINCELLE_URL": url, "ETINCELLE_KEY": "etk_tests"})


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        (("keys", "revoke", ODD), f"/v1/keys/{PART}"),
        (("links", "revoke", ODD), f"/v1/links/{PART}"),
        (("invitations", "preview", ODD, "--json"), f"/v1/touchpoints/{PART}/preview?channel=email"),
        (("cases", "note", ODD, "called"), f"/v1/cases/{PART}/notes"),
        (("remedies", "remove", ODD, ODD, "--json"), f"/v1/alerts/{PART}/remedies/{PART}"),
        (("subscriptions", "remove", ODD, ODD, "--json"), f"/v1/owners/{PART}/subscriptions/{PART}"),
    ],
)
def test_what_is_typed_never_leads_elsewhere_in_the_api(words: tuple[str, ...], asked: str) -> None:
    """An id with a slash, a question mark or a hash is asked for as it is; the API then says that there is none."""
    answers = Answers([{}])
    run(answers, *words)
    assert [path for _, path, _ in answers.asked] == [asked]


@pytest.mark.parametrize("command", [("person", "export", "jane@example.com"), ("invitations", "preview", "checkout")])
def test_a_file_that_cannot_be_written_is_said_so(tmp_path: Path, command: tuple[str, ...]) -> None:
    """In one line, without a trace of our code."""
    shown = {"html": "<p>", "subject": "s", "text": "t", "bytes": 3}
    told = run(Answers([shown]), *command, "--out", str(tmp_path / "no-such-folder" / "file"))
    assert (told.exit_code, type(told.exception)) == (1, SystemExit)
    assert "cannot be written" in told.output


def test_what_is_kept_of_a_person_is_private_before_a_word_of_it_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where a file stands there already that everybody may read."""
    file, seen = tmp_path / "jane.json", []
    file.write_text("{}")
    file.chmod(0o644)
    fdopen: Any = os.fdopen

    def watched(descriptor: int, *arguments: Any, **named: Any) -> Any:
        seen.append(os.fstat(descriptor).st_mode & 0o777)
        return fdopen(descriptor, *arguments, **named)

    monkeypatch.setattr(os, "fdopen", watched)
    assert run(Answers([{"kept": {}}]), "person", "export", "jane@example.com", "--out", str(file)).exit_code == 0
    assert seen == [0o600]
