"""`etincelle invitations preview` and `etincelle suppressions`, against the service itself over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

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


def test_a_file_with_something_else_in_it_is_refused(run: Any) -> None:
    """And nothing of it is taken."""
    Path("list.txt").write_text("jane@example.com\nnot a number\n", "utf-8")
    assert run("suppressions", "import", "list.txt").exit_code == 1
    assert run("suppressions", "export").output == ""
    assert run("suppressions", "import", "nowhere.txt").exit_code == 1
