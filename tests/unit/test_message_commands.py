"""`etincelle invitations preview` and `etincelle suppressions`, against the service itself over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from cli import messages
from cli.main import app
from tests.collector import served
from tests.unit.test_preferences import Served


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Any]:
    """Runs a command in a folder of its own."""
    world = Served()
    monkeypatch.chdir(tmp_path)
    with served(world) as url:  # type: ignore[arg-type]
        settings = {"ETINCELLE_URL": url, "ETINCELLE_KEY": "etk_tests"}
        yield lambda *words: CliRunner().invoke(app, list(words), env=settings)


def test_a_text_message_is_shown_with_what_it_costs(run: Any) -> None:
    """Parts and encoding always; a price where one is known, and where not, that it is not."""
    shown: Result = run("invitations", "preview", "checkout", "--channel", "sms", "--lang", "fr", "--country", "JP")
    assert shown.exit_code == 0, shown.output
    assert "Alors ?" in shown.output
    assert "1 part, " in shown.output
    assert "0.07451 USD a message" in shown.output
    assert (
        "no price is known for FR"
        in run("invitations", "preview", "checkout", "--channel", "sms", "--country", "FR").output
    )


def test_an_e_mail_is_shown_and_written_to_a_file(run: Any) -> None:
    """The file opens in a browser as the mail would."""
    shown: Result = run("invitations", "preview", "checkout", "--lang", "fr")
    assert shown.exit_code == 0, shown.output
    assert "Subject: Web : Alors ?" in shown.output
    assert "<table" in Path("checkout.html").read_text(encoding="utf-8")


def test_the_suppression_list_comes_back_as_it_was_taken_in(run: Any) -> None:
    """Heads, comments and further columns of a file are passed over; what is exported can be imported."""
    Path("list.csv").write_text("email,why\n# from the old system\njane@example.com,bounced\n\n+33698765432\n", "utf-8")
    assert run("suppressions", "import", "list.csv").output == "2 taken\n"
    listed: Result = run("suppressions", "export")
    assert [line.split(",")[:2] for line in listed.output.splitlines()] == [
        ["jane@example.com", "import"],
        ["+33698765432", "import"],
    ]
    Path("again.csv").write_text(listed.output, "utf-8")
    assert run("suppressions", "import", "again.csv").output == "2 taken\n"


def test_what_is_wrong_in_a_file_keeps_nobody_off_the_list(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each wrong line is told, whatever batch it is in; all the others are taken."""
    monkeypatch.setattr(messages, "BATCH", 2)
    Path("list.txt").write_text("jane@example.com\nnot a number\nno@\n12\n+33698765432\n", "utf-8")
    imported: Result = run("suppressions", "import", "list.txt")
    assert imported.exit_code == 1
    assert imported.output.startswith("2 taken\n")
    assert all(line in imported.output for line in ("not a number", "no@", "12"))
    assert len(run("suppressions", "export").output.splitlines()) == 2
    assert run("suppressions", "import", "nowhere.txt").exit_code == 1
