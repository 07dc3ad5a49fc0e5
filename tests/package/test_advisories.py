"""Advisories are asked of everything that is pinned, and no answer is not a good one."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from infra.checks.advisories import Accepted, Advisory, Unasked, accepted, faults, main, of_python
from infra.checks.pins import requirements
from infra.lock import sources
from infra.paths import ROOT

BAD = "jinja2"
OSV = {
    "schema_version": "1.7.3",
    "id": "GHSA-aaaa-bbbb-cccc",
    "aliases": ["CVE-2030-1"],
    "summary": "A template may leave its sandbox",
    "published": "2030-01-01T00:00:00Z",
    "modified": "2030-01-02T00:00:00Z",
    "affected": [
        {
            "package": {"name": BAD, "ecosystem": "PyPI", "purl": f"pkg:pypi/{BAD}"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "99.0"}]}],
        }
    ],
}
NPM = {
    "id": 1,
    "url": "https://github.com/advisories/GHSA-dddd-eeee-ffff",
    "title": "A page may hang it",
    "severity": "high",
    "vulnerable_versions": "<99.0.0",
    "cwe": ["CWE-400"],
    "cvss": {"score": 7.5, "vectorString": None},
}
FOUND = Advisory("one.lock", "jinja2 1.0", ("GHSA-aaaa-bbbb-cccc", "CVE-2030-1"), "mended in 99.0")
TODAY = date(2030, 6, 1)
WITH_NPM = pytest.mark.skipif(shutil.which("npm") is None, reason="npm is not installed; `make browser` installs it")


class Keeper(BaseHTTPRequestHandler):
    """Answers as OSV does, one package at a time, and as npm's registry does, all at once."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        zipped = self.headers.get("Content-Encoding") == "gzip"
        asked = json.loads(gzip.decompress(body) if zipped else body)
        if self.path == "/v1/query":
            package = asked["package"]["name"], asked["version"]
            self.server.packages.append(package)  # type: ignore[attr-defined]
            self.say({"vulns": [OSV]} if package[0] == self.server.bad else {})  # type: ignore[attr-defined]
        else:
            self.say({"axe-core": [NPM]} if "axe-core" in asked and self.server.bad else {})  # type: ignore[attr-defined]

    def do_GET(self) -> None:
        self.send_error(404)

    def say(self, value: Any) -> None:
        body = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """The tests' output is their own."""


@pytest.fixture
def keeper() -> Iterator[Any]:
    """A server of advisories on this machine. bad: the package that it knows something of; packages: what was asked."""
    server: Any = ThreadingHTTPServer(("127.0.0.1", 0), Keeper)
    server.bad, server.packages = "", []
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def audit(keeper: Any) -> Callable[[], subprocess.CompletedProcess[str]]:
    """Runs `make audit`'s program against that server."""
    url = f"http://127.0.0.1:{keeper.server_address[1]}"
    settings = os.environ | {"ADVISORIES_URL": f"{url}/v1/query", "npm_config_registry": url}
    command = [sys.executable, "-m", "infra.checks.advisories"]
    return lambda: subprocess.run(command, cwd=ROOT, env=settings, capture_output=True, text=True, check=False)


@WITH_NPM
def test_everything_that_any_lock_pins_is_asked(keeper: Any, audit: Callable[[], Any]) -> None:
    """What ships, what tests use, and what makes the deployables; nothing is known of any of it."""
    done = audit()
    assert done.stdout == "0 advisories, 0 faults\n", done.stderr
    assert done.returncode == 0
    pinned = {one for source in sources() for one in requirements(source.with_suffix(".lock"))[0].items()}
    assert set(keeper.packages) == pinned


@WITH_NPM
def test_what_has_an_advisory_is_named_with_its_locks(keeper: Any, audit: Callable[[], Any]) -> None:
    """In each lock that pins it, with the version that is without it; npm's beside Python's."""
    keeper.bad = BAD
    done = audit()
    assert done.returncode == 1
    locks = {source.with_suffix(".lock") for source in sources()}
    pinning = {str(lock.relative_to(ROOT)): version for lock in locks if (version := requirements(lock)[0].get(BAD))}
    wanted = {f"{lock}: {BAD} {v} has CVE-2030-1, {OSV['id']}; mended in 99.0" for lock, v in pinning.items()}
    wanted |= {"tests/browser/package-lock.json: axe-core <99.0.0 has GHSA-dddd-eeee-ffff; A page may hang it"}
    *lines, last = done.stdout.splitlines()
    assert (set(lines), last) == (wanted, f"{len(wanted)} advisories, {len(wanted)} faults")


def test_where_nobody_answers_it_says_so(keeper: Any, audit: Callable[[], Any]) -> None:
    """In words and by a status of its own, not as if nothing were found."""
    keeper.shutdown()
    keeper.server_close()
    done = audit()
    assert done.returncode == 2
    assert done.stdout.count("NOT ASKED: ") == 2
    assert "0 advisories, 0 faults, but not everything was asked" in done.stdout


def test_an_answer_that_passes_over_a_package_is_none(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    """As pip-audit gives for what its source does not know: such silence is not innocence."""
    program = tmp_path / "pip-audit"
    program.write_text('#!/bin/sh\necho \'{"dependencies": [{"name": "jinja2", "skip_reason": "not found"}]}\'')
    program.chmod(0o755)
    monkeypatch.setenv("ETINCELLE_AUDIT", str(program))
    with pytest.raises(Unasked, match=r"says nothing of .*\bjinja2\b"):
        of_python()


def test_a_tool_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where it was looked for."""
    monkeypatch.setenv("ETINCELLE_AUDIT", "/nowhere/pip-audit")
    with pytest.raises(Unasked, match="pip-audit is not installed at /nowhere/pip-audit"):
        of_python()


@pytest.mark.parametrize("name", FOUND.names)
def test_an_advisory_may_stand_by_any_of_its_names(name: str) -> None:
    """Until its day, that day included."""
    assert list(faults([FOUND], [Accepted(name, TODAY, "not reached")], TODAY)) == []


def test_what_stood_too_long_is_found_again() -> None:
    """And the row says until when it could."""
    over = Accepted("CVE-2030-1", date(2030, 5, 31), "not reached")
    assert list(faults([FOUND], [over], TODAY)) == [
        FOUND.line(),
        "advisories.yaml: CVE-2030-1 could stand until 2030-05-31",
    ]


def test_a_row_that_nothing_has_any_more_is_named() -> None:
    """The list holds what is needed."""
    idle = Accepted("CVE-2029-7", TODAY, "not reached")
    assert list(faults([], [idle], TODAY)) == ["advisories.yaml: nothing has CVE-2029-7 any more; take it out"]


def test_every_row_of_ours_has_a_reason_and_a_day() -> None:
    """A row without either is not read."""
    assert all(one.reason and isinstance(one.until, date) for one in accepted())


def test_one_keeper_s_silence_hides_nothing_of_the_other_s(capsys: pytest.CaptureFixture[str]) -> None:
    """What is found is said, and what could not be asked too."""

    def silent() -> list[Advisory]:
        raise Unasked("npm: it said nothing")

    assert main((lambda: [FOUND], silent)) == 1
    assert capsys.readouterr().out.splitlines()[:2] == [FOUND.line(), "NOT ASKED: npm: it said nothing"]
