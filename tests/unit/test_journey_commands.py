"""`etincelle validate`, `apply` and `keys`, as typed by a user, with the registry's app behind a loopback server."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import Result
from typer.testing import CliRunner

from cli.client import ATTEMPTS, Client
from cli.main import app as etincelle
from cli.printing import Failed
from cli.reports import report_of, reports_of
from services.registry import app as registry
from services.registry.wiring import Deps
from tests.http import ask
from tests.registry import caller, fake_deps

SAMPLE = Path(__file__).parents[2] / "infra/local/sample/journey.yaml"
FILE = """\
name: shop
owners:
  web: {name: Web team, subscriptions: {hook: {webhook: "${PUBLIC_URL}/hook"}}}
surveys:
  ease: {scale: thumbs, question: Was that easy?}
touchpoints:
  checkout: {owner: web, survey: ease}
"""
Run = Callable[..., Result]


class Handler(BaseHTTPRequestHandler):
    """Hands each request to the registry's app, as API Gateway would."""

    def do(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)) or None
        reply = ask(registry.app, self.command, self.path, body, dict(self.headers))
        data = b"" if reply.body in (None, "") else json.dumps(reply.body).encode()
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.headers["content-type"])
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_PUT = do_POST = do_DELETE = do  # noqa: N815  http.server's own names

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def deps() -> Deps:
    return fake_deps()


@pytest.fixture
def run(deps: Deps, tmp_path: Path) -> Iterator[Run]:
    """Runs a command with an administrator's key; `file` in its arguments is a journey file of the text given."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    before, registry.app._deps = registry.app._deps, lambda: deps
    env = {"ETINCELLE_URL": f"http://127.0.0.1:{server.server_port}", "ETINCELLE_KEY": caller(deps).key}

    def command(*arguments: str, text: str | bytes = FILE, **more: str | None) -> Result:
        file = tmp_path / "journey.yaml"
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        named = [str(file) if argument == "file" else argument for argument in arguments]
        return CliRunner().invoke(etincelle, named, env=env | {"COLUMNS": "200"} | more)

    yield command
    registry.app._deps = before
    server.shutdown()
    server.server_close()


def test_a_valid_file_is_said_to_be_valid(run: Run) -> None:
    """With what is in it, and no key or address."""
    done = run("validate", "file", ETINCELLE_URL=None, ETINCELLE_KEY=None)
    assert done.exit_code == 0
    assert "is valid: 1 owner, 0 journeys, 1 survey, 1 touchpoint" in done.stdout
    assert "warning: owners.web.subscriptions.hook: this webhook is not signed" in done.stderr


def test_mistakes_are_printed_as_compilers_print_them(run: Run) -> None:
    """File, line and column, so that editors jump there; and the exit code is 1."""
    done = run("validate", "file", text=FILE.replace("owner: web", "owner: wbe"))
    assert done.exit_code == 1
    expected = "journey.yaml:7:21: error: touchpoints.checkout.owner: there is no owner `wbe` (did you mean `web`?)"
    assert expected in done.stderr
    assert done.stdout == ""


def test_mistakes_can_be_had_as_json(run: Run) -> None:
    """One JSON value on stdout, nothing else."""
    done = run("validate", "file", "--json", text=FILE.replace("owner: web", "owner: wbe"))
    assert done.exit_code == 1
    found = json.loads(done.stdout)
    assert found["valid"] is False
    assert {
        "severity": "error",
        "line": 7,
        "column": 21,
        "path": "touchpoints.checkout.owner",
        "what": "there is no owner `wbe`",
        "hint": "did you mean `web`?",
    } in found["mistakes"]


@pytest.mark.parametrize("command", [("validate", "none.yaml"), ("apply", "none.yaml", "--yes")])
def test_a_file_that_is_not_there_is_one_clear_line(run: Run, command: tuple[str, ...]) -> None:
    """No traceback."""
    done = run(*command)
    assert done.exit_code == 1
    assert done.stderr.strip() == "etincelle: none.yaml cannot be read: No such file or directory"


def test_applying_shows_the_difference_and_the_new_version(run: Run, deps: Deps) -> None:
    """And fills in where we answer."""
    done = run("apply", "file", "--yes")
    assert (done.exit_code, done.exception) == (0, None)
    assert "+ touchpoint checkout" in done.stdout
    assert "shop is now at version 1" in done.stdout
    hook = deps.documents.head("shop").document["owners"]["web"]["subscriptions"]["hook"]["webhook"]
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/hook", hook)


def test_applying_again_says_that_nothing_changes(run: Run) -> None:
    """And asks nothing."""
    run("apply", "file", "--yes")
    again = run("apply", "file")
    assert (again.exit_code, again.stdout) == (0, "nothing to change: shop is at version 1\n")


def test_a_change_is_shown_part_by_part(run: Run) -> None:
    """What it was, and what it will be."""
    run("apply", "file", "--yes")
    text = FILE.replace("owner: web", "channels: [qr], owner: web").replace("Was that easy?", "Easy?")
    done = run("apply", "file", "--yes", text=text)
    assert "~ touchpoint checkout" in done.stdout
    assert "channels: (nothing) → qr" in done.stdout
    assert "question.en: Was that easy? → Easy?" in done.stdout
    assert "shop is now at version 2" in done.stdout


def test_without_anybody_to_agree_nothing_is_applied(run: Run, deps: Deps) -> None:
    """A pipeline has to say --yes."""
    done = run("apply", "file")
    assert done.exit_code == 1
    assert "add --yes" in done.stderr
    assert deps.documents.head("shop") is None


def test_applying_can_answer_json(run: Run) -> None:
    """The outcome, and nothing else, on stdout."""
    outcome = json.loads(run("apply", "file", "--yes", "--json").stdout)
    assert (outcome["version"], outcome["changed"]) == (1, True)
    assert json.loads(run("apply", "file", "--json").stdout)["changed"] is False


def test_a_file_with_mistakes_is_not_applied(run: Run, deps: Deps) -> None:
    """Said before anything is asked of the API."""
    done = run("apply", "file", "--yes", text=FILE.replace("owner: web", "owner: wbe"))
    assert done.exit_code == 1
    assert "has 1 mistake; nothing was applied" in done.stderr
    assert deps.documents.last_turn() == (0, None)


def test_a_variable_that_is_not_set_stops_applying(run: Run) -> None:
    """No literal `${…}` is ever applied."""
    done = run("apply", "file", "--yes", text=FILE.replace("PUBLIC_URL", "NEVER_SET"))
    assert done.exit_code == 1
    assert "NEVER_SET is not set" in done.stderr


def test_what_the_registry_refuses_is_printed_with_every_field(run: Run) -> None:
    """An id of another document, say."""
    run("apply", "file", "--yes")
    done = run("apply", "file", "--yes", text=FILE.replace("name: shop", "name: other"))
    assert done.exit_code == 1
    assert "Some fields are wrong" in done.stderr
    assert "#/document/touchpoints/checkout: belongs to the document `shop`" in done.stderr


def test_the_sample_journey_is_valid_and_applies_twice_as_once(run: Run) -> None:
    """What everybody sees first has no mistake and no warning."""
    assert run("validate", str(SAMPLE)).stderr == ""
    assert "is now at version 1" in run("apply", str(SAMPLE), "--yes").stdout
    assert "nothing to change" in run("apply", str(SAMPLE)).stdout


def test_keys_are_made_listed_and_revoked(run: Run) -> None:
    """The key alone on stdout, so that it can be piped; what to know about it beside."""
    made = run("keys", "create", "--name", "till", "--scope", "responses:write", "--scope", "registry:read")
    assert re.fullmatch(r"etk_\w{27}\n", made.stdout)
    assert "responses:write" in made.stderr
    listed = run("keys", "list")
    assert re.search(r"till +registry:read responses:write +2024-03-01 10:00 UTC", listed.stdout)
    assert re.search(r"test +all +2024-03-01 10:00 UTC", listed.stdout)
    assert made.stdout.strip() not in listed.stdout
    [till] = [key for key in json.loads(run("keys", "list", "--json").stdout)["keys"] if key["name"] == "till"]
    assert "is revoked" in run("keys", "revoke", till["id"]).stdout
    refused = run("keys", "list", ETINCELLE_KEY=made.stdout.strip())
    assert refused.exit_code == 1
    assert "A valid API key is needed" in refused.stderr


@pytest.mark.parametrize("scopes", [[], ["--scope", "everything"]])
def test_a_key_without_a_known_scope_names_those_there_are(run: Run, scopes: list[str]) -> None:
    """Before anything is asked of the API."""
    done = run("keys", "create", "--name", "x", *scopes)
    assert done.exit_code == 1
    assert "responses:write" in done.stderr


def test_without_an_address_the_next_step_is_said(run: Run, tmp_path: Path) -> None:
    """Start it, or say where it is."""
    nowhere = {"ETINCELLE_URL": None, "ETINCELLE_KEY": None, "ETINCELLE_HOME": str(tmp_path / "none")}
    assert "start `etincelle run`" in run("keys", "list", **nowhere).stderr
    assert "ETINCELLE_KEY is not set" in run("keys", "list", ETINCELLE_KEY=None).stderr
    (tmp_path / "credentials.json").write_text("{")
    broken = run("keys", "list", ETINCELLE_URL=None, ETINCELLE_KEY=None, ETINCELLE_HOME=str(tmp_path))
    assert "cannot be read" in broken.stderr


class Scripted:
    """A transport that answers as told, and remembers how often it was asked and how long was waited."""

    def __init__(self, *answers: httpx.Response | Exception) -> None:
        self.answers, self.asked, self.waited = list(answers), 0, []  # type: ignore[var-annotated]

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked += 1
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def client(self, url: str = "http://test") -> Client:
        return Client(url, "etk_x", httpx.MockTransport(self), self.waited.append)


def test_a_busy_service_is_asked_again_after_longer_and_longer_pauses() -> None:
    """503 and a connection that fails were not done; a Retry-After is honoured."""
    busy = httpx.Response(503, headers={"Retry-After": "3"})
    script = Scripted(httpx.ConnectError("no"), httpx.ConnectError("no"), busy, httpx.Response(200, json={"a": 1}))
    assert script.client().post("/v1/keys", {}) == {"a": 1}
    assert script.waited == [0.2, 0.4, 3.0]


def test_after_enough_attempts_the_last_answer_is_the_failure() -> None:
    """With what to do next."""
    script = Scripted(*[httpx.ConnectError("no")] * ATTEMPTS)
    with pytest.raises(Failed, match="does not answer; start `etincelle run`"):
        script.client().get("/v1/documents")
    assert script.asked == ATTEMPTS


@pytest.mark.parametrize("lost", [httpx.ReadTimeout("late"), httpx.Response(504)])
def test_what_may_have_been_done_is_not_done_again_unless_it_is_safe(lost: Any) -> None:
    """A POST whose answer was lost may have made a key; a PUT is the same twice."""
    script = Scripted(lost, httpx.Response(200, json={}))
    with pytest.raises(Failed):
        script.client().post("/v1/keys", {})
    assert script.asked == 1
    again = Scripted(lost, httpx.Response(200, json={}))
    assert again.client().put("/v1/documents/x", {}) == {}
    assert Scripted(lost, httpx.Response(200, json={})).client().post("/v1/responses", {}, again=True) == {}


@pytest.mark.parametrize("url", ["", "localhost:8000", "ftp://example.com", "http://[", "http://exa mple"])
def test_an_address_that_is_none_is_one_clear_line(url: str) -> None:
    """Whatever somebody exported."""
    with pytest.raises(Failed):
        Client(url, "etk_x", sleep=lambda _: None).get("/v1/documents")


def test_an_answer_that_is_not_json_is_one_clear_line() -> None:
    """Somebody else's web server, say."""
    with pytest.raises(Failed, match="did not answer JSON"):
        Scripted(httpx.Response(200, text="<html>")).client().get("/v1/documents")
    with pytest.raises(Failed, match="answered 404"):
        Scripted(httpx.Response(404, text="<html>")).client().get("/v1/documents")


def test_every_page_is_fetched() -> None:
    """By the cursor each page gives."""
    pages = [{"keys": [1, 2], "next_cursor": "b"}, {"keys": [3]}]
    assert list(Scripted(*[httpx.Response(200, json=page) for page in pages]).client().every("/x", "keys")) == [1, 2, 3]


def test_touchpoints_whose_report_may_not_be_shown_do_not_hide_the_others(capsys: pytest.CaptureFixture[str]) -> None:
    """Few staff answers at one of two touchpoints: it is named, and the other's report is given all the same."""

    def answer(request: httpx.Request) -> httpx.Response:
        if "counter" in request.url.path:
            return httpx.Response(404, json={"title": "There is nothing here", "detail": "fewer than 5 staff answers"})
        return httpx.Response(200, json={"touchpoint": "till"})

    client = Client("http://x.example", "etk_x", httpx.MockTransport(answer))
    assert reports_of(client, ["counter", "till"], "staff") == [{"touchpoint": "till"}]
    assert "counter: There is nothing here: fewer than 5 staff answers" in capsys.readouterr().err


def test_a_touchpoint_is_asked_for_under_the_name_that_was_typed() -> None:
    """Whatever stands in it, it stays one part of the path."""
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.raw_path.decode())
        return httpx.Response(200, json={})

    report_of(Client("http://x.example", "etk_x", httpx.MockTransport(answer)), "../keys?x#y", "customer")
    assert asked == ["/v1/touchpoints/..%2Fkeys%3Fx%23y/report?audience=customer"]
