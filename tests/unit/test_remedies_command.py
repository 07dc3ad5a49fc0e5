"""`etincelle remedies` and `etincelle check`, against the services themselves over HTTP."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from typer.testing import CliRunner

from cli.main import app
from services.alerts import app as alerts
from services.insights import app as insights
from tests.alerts_api import KEY, site
from tests.collector import served
from tests.events import alert_event
from tests.http import Reply, ask
from tests.unit import test_insights_checks as checks
from tests.unit.test_remedies import five_days_on

ALERT = alert_event().alert_id


class Both:
    """The alerts service, and insights for the check."""

    def ask(self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Reply:
        service = insights.app if "/check" in path else alerts.app
        return ask(service, method, path, body, headers)


@pytest.fixture
def run() -> Iterator[Any]:
    checks.served(checks.world(), "/v1/alerts/nothing/check")
    with site(five_days_on()), served(Both()) as url:  # type: ignore[arg-type]
        settings = {"ETINCELLE_URL": url, "ETINCELLE_KEY": KEY}
        yield lambda *words: CliRunner().invoke(app, list(words), env=settings)


def test_what_was_done_is_added_listed_and_removed(run: Any) -> None:
    """In two languages, with its day; a text without its language is refused in words."""
    texts = ("--text", "fr=Une caisse de plus", "--text", "en=One more till = 2")
    made = run("remedies", "add", ALERT, *texts, "--on", "2024-03-04", "--show", "--json")
    assert made.exit_code == 0, made.output
    assert json.loads(made.output)["text"] == {"fr": "Une caisse de plus", "en": "One more till = 2"}
    listed = run("remedies", "list", ALERT).output
    assert "2024-03-04  yes    key k1  fr: Une caisse de plus | en: One more till = 2" in listed
    assert "taken back" in run("remedies", "remove", ALERT, json.loads(made.output)["remedy_id"]).output
    assert run("remedies", "list", ALERT).output == "none\n"
    refused = run("remedies", "add", ALERT, "--text", "One more till")
    assert refused.exit_code == 1
    assert "names no language" in refused.output


def test_a_check_is_told_in_words_and_figures(run: Any) -> None:
    """The sentence in the language asked for, a line for each level; JSON for programs."""
    told = run("check", ALERT, "--lang", "fr").output
    assert told.startswith("L’effort a porté")
    assert "before it was done   40.0%" in told
    assert "2024-03-09 to 2024-03-24" in told
    assert json.loads(run("check", ALERT, "--json").output)["verdict"] == "worked"
    assert run("check", ALERT, "--remedy", "r9").exit_code == 1
