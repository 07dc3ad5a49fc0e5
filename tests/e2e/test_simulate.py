"""`etincelle simulate` on a local stack: other settings on a touchpoint's own answers, nothing changed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner, Result

from cli.main import app
from tests.conftest import FreshStack, Running
from tests.journeys import journey

pytestmark = pytest.mark.e2e


def run(stack: Running, home: Path, *arguments: str) -> Result:
    environment = {"ETINCELLE_URL": stack.url, "ETINCELLE_KEY": stack.key, "ETINCELLE_HOME": str(home)}
    return CliRunner().invoke(app, ["simulate", *arguments], env=environment)


@pytest.fixture(scope="module")
def place(stack: Running) -> str:
    api = httpx.Client(base_url=stack.url, headers={"Authorization": f"Bearer {stack.key}"})
    body = {"document": journey("simulated", {"simulated-till": "simulated-team"}), "base_version": 0}
    assert api.put("/v1/documents/simulated", json=body).status_code in (200, 201)
    answer = {"touchpoint": "simulated-till", "score": 5, "collected_at": "2024-03-01T10:00:00Z"}
    assert api.post("/v1/responses", json=answer).status_code == 201
    return "simulated-till"


def test_settings_are_tried_and_said(stack: Running, place: str, tmp_path: Path) -> None:
    """The chosen setting stands beside those of the registry."""
    tried = run(stack, tmp_path, "--touchpoint", place, "--days", "30", "--set", "false_alarms_per_year=0.2", "--json")
    found: dict[str, Any] = json.loads(tried.stdout)
    assert (found["settings"]["false_alarms_per_year"], found["settings"]["adopt_days"]) == (0.2, 28)
    assert found["alerts"] == []


def test_what_is_typical_is_tried_and_said(stack: Running, place: str, tmp_path: Path) -> None:
    """As `etincelle typical` works it out."""
    chosen = ("--set", "typical=30,15,15,20,20", "--set", "typical_worth=43")
    tried = run(stack, tmp_path, "--touchpoint", place, *chosen)
    assert (tried.exit_code, tried.stdout.splitlines()[-1]) == (0, "typical 30,15,15,20,20  typical_worth 43")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--set", "patience"), "name=value"),
        (("--set", "patience_days=-3"), "query:patience_days"),
        (("--days", "0"), "query:days"),
        (("--set", "typical=6,4,10"), "query:typical"),
    ],
)
def test_what_is_wrong_with_a_question_is_said(
    stack: Running, place: str, tmp_path: Path, options: tuple[str, ...], said: str
) -> None:
    """In one line, and the exit is 1."""
    tried = run(stack, tmp_path, "--touchpoint", place, *options)
    assert (tried.exit_code, said in tried.stderr) == (1, True)


def test_what_is_planted_in_a_world_is_found(fresh_stack: FreshStack, tmp_path: Path) -> None:
    """The hand-off, both its owners, no alert on the touchpoint alone, the causes, and what it costs."""
    tried = run(fresh_stack(), tmp_path, "--world", "1", "--json")
    assert tried.exit_code == 0, tried.output
    assert [one["is_right"] for one in json.loads(tried.stdout)] == [True] * 6
