"""`etincelle cases` against the app on fakes: what is printed, what is done, how it fails."""

from __future__ import annotations

import json

import httpx
import pytest
from typer.testing import CliRunner, Result

from cli import cases as commands
from cli.client import Client
from cli.main import app
from tests.cases import HOUR, JANE, KEY, World, answer, case_of

MINE = case_of(answer())


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    """Jane's bad answer of two hours ago; commands ask the app itself."""
    made = World()
    made.people.known["hash"] = JANE
    made.say(answer(customer="hash", comment="Rien ne marche"))
    made.clock.now += 2 * HOUR

    def asked(request: httpx.Request) -> httpx.Response:
        body = request.content.decode() or None
        reply = made.ask(request.method, str(request.url.raw_path.decode()), body, dict(request.headers))
        return httpx.Response(reply.status, text=reply.body if isinstance(reply.body, str) else json.dumps(reply.body))

    client = Client("https://example.com", KEY, httpx.MockTransport(asked))
    monkeypatch.setattr(commands, "connect", lambda: client)
    return made


def run(*words: str) -> Result:
    return CliRunner().invoke(app, ["cases", *words])


def test_a_case_is_seen_to_from_the_command_line(world: World) -> None:
    """List, show, look, write, note, close, reopen; each says how the case then stands."""
    assert f"{MINE}  open" in run("list").stdout
    shown = run("show", MINE).stdout
    assert "“Rien ne marche”" in shown and "system: opened" in shown
    assert run("contact", MINE).stdout.splitlines() == ["email  jane@example.com", "sms  +33612345678"]
    assert "contacted" in run("reply", MINE, "Pardon", "--channel", "email").stdout
    assert run("note", MINE, "was kind").exit_code == 0
    assert "closed" in run("close", MINE, "late", "--text", "done").stdout
    assert run("list").stdout.strip() == "none"
    assert MINE in run("list", "--state", "closed").stdout
    assert "contacted" in run("reopen", MINE).stdout
    story = json.loads(run("show", MINE, "--json").stdout)["story"]
    assert [deed["what"] for deed in story] == ["opened", "looked", "replied", "noted", "closed", "reopened"]
    assert [text for _, _, text in world.replies.sent] == ["Pardon"]


def test_a_score_is_told_as_people_say_it(world: World) -> None:
    """In the list and in the story; as a number for programs."""
    assert "1 of 5" in run("list").stdout
    assert "system: opened 1 of 5" in run("show", MINE).stdout
    assert json.loads(run("show", MINE, "--json").stdout)["score"] == 1


def test_figures_say_their_interval_and_n(world: World) -> None:
    """And that a median is not reached, where it is not."""
    assert "until closed: median not reached, n = 1" in run("figures").stdout
    run("close", MINE, "late")
    told = run("figures").stdout
    assert "1 opened, 1 closed, 0 overdue" in told
    assert "until closed: median 2 h (not reached to not reached h), n = 1" in told
    assert "late" in told and "1 of 1" in told


def test_who_is_not_known_and_what_may_not_be_used(world: World) -> None:
    """Is said in a line."""
    nobody = world.say(answer("r-2"))
    assert nobody is not None
    assert run("contact", nobody.case_id).stdout.strip() == "nobody can be named for this answer"


def test_a_refusal_is_one_clear_line_and_exit_code_1(world: World) -> None:
    """What the API says of it, and nothing changed."""
    for words in (("close", MINE, "weather"), ("show", "0" * 16), ("assign", MINE, "nobody"), ("reopen", MINE)):
        result = run(*words)
        assert result.exit_code == 1
        assert result.stderr.startswith("etincelle: ")
    assert [deed.what for deed in world.cases.story(MINE)] == ["opened"]
