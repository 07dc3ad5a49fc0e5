"""What `etincelle priorities` asks for and prints."""

from __future__ import annotations

from typing import Any

import pytest
from typer.testing import CliRunner, Result

from cli.main import app

PLACE = {
    "rank": 1, "touchpoint": "till", "owner": "stores", "score": 60.5, "reach": 1200, "is_reach_of_answers": False,
    "severity": 0.2, "value": 0.3, "certainty": 0.84, "n": 900,
}  # fmt: skip
LISTED = {
    "day": "2024-03-01", "currency": "EUR", "touchpoints": 250, "stable": 0.97, "draws": 200, "priorities": [PLACE],
}  # fmt: skip


class FakeClient:
    """Answers with the same whatever is asked, and remembers what was."""

    def __init__(self, reply: dict[str, Any]) -> None:
        self.reply, self.asked = reply, list[tuple[Any, ...]]()

    def get(self, path: str, **params: Any) -> dict[str, Any]:
        self.asked.append((path, params))
        return self.reply

    def post(self, path: str, body: Any) -> dict[str, Any]:
        self.asked.append((path, body))
        return {}


def run(monkeypatch: pytest.MonkeyPatch, reply: dict[str, Any], *options: str) -> tuple[Result, FakeClient]:
    client = FakeClient(reply)
    monkeypatch.setattr("cli.priorities.connect", lambda: client)
    return CliRunner().invoke(app, ["priorities", *options]), client


def test_the_list_says_of_which_day_it_is_and_of_how_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """And how stable its top is."""
    made, client = run(monkeypatch, LISTED, "--owner", "stores", "--at", "2024-03-01T12:00:00Z")
    assert client.asked == [("/v1/priorities", {"owner": "stores", "at": "2024-03-01T12:00:00Z"})]
    assert "As of 2024-03-01; 250 touchpoints in all." in made.stdout
    assert "97% of 200 draws" in made.stdout


@pytest.mark.parametrize(
    ("reply", "said"),
    [({"priorities": []}, "No day is worked out yet"), (LISTED | {"priorities": []}, "Nobody has answered yet")],
)
def test_an_empty_list_says_why(monkeypatch: pytest.MonkeyPatch, reply: dict[str, Any], said: str) -> None:
    """Nothing was studied yet, or nobody has answered."""
    assert said in run(monkeypatch, reply)[0].stderr


def test_a_day_is_asked_for_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """From what was stored."""
    made, client = run(monkeypatch, {}, "--anew", "2024-03-01")
    assert (made.exit_code, client.asked) == (0, [("/v1/studies", {"day": "2024-03-01"})])
