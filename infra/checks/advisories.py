"""Whether anything that a lock pins, to ship or to test with, has a published advisory: pip-audit and npm ask.

    python -m infra.checks.advisories    status 1: something has one; 2: somebody could not be asked

It is no part of `make test`, for what it says changes with the day and not with the checkout. What is known and stands
for a while is in `infra/advisories.yaml`, each with its reason and the day until which it may.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import yaml

from infra.checks.pins import requirements
from infra.lock import sources
from infra.paths import ROOT

ACCEPTED = ROOT / "infra" / "advisories.yaml"
BROWSER = ROOT / "tests" / "browser"
OPTIONS = ("--disable-pip", "--no-deps", "--strict", "--vulnerability-service", "osv", "--format", "json")
QUIET = ("--desc", "off", "--aliases", "on", "--progress-spinner", "off")
Pinned = tuple[str, str]
"""A distribution's name and version."""


class Unasked(Exception):
    """Who keeps advisories gave no answer, or not of everything: nothing is known, which is not nothing found."""


@dataclass(frozen=True)
class Advisory:
    """One advisory on one pinned version. names: its own and its aliases; mended: the versions without it, as text."""

    lock: str
    package: str
    names: tuple[str, ...]
    mended: str

    def line(self) -> str:
        return f"{self.lock}: {self.package} has {', '.join(self.names)}; {self.mended or 'no version is without it'}"


@dataclass(frozen=True)
class Accepted:
    """An advisory that may stand until a day. reason: why it does no harm here so long."""

    advisory: str
    until: date
    reason: str


def accepted() -> list[Accepted]:
    """What stands. Raises TypeError where a row lacks something."""
    return [Accepted(**row) for row in yaml.safe_load(ACCEPTED.read_text())]


def faults(found: Iterable[Advisory], stand: Iterable[Accepted], today: date) -> Iterator[str]:
    """What is found and does not stand, what stood too long, and what stands for nothing."""
    found, stand = list(found), list(stand)
    names = {one.advisory for one in stand if one.until >= today}
    yield from (one.line() for one in found if names.isdisjoint(one.names))
    for one in stand:
        if one.until < today:
            yield f"{ACCEPTED.name}: {one.advisory} could stand until {one.until}"
        elif not any(one.advisory in advisory.names for advisory in found):
            yield f"{ACCEPTED.name}: nothing has {one.advisory} any more; take it out"


def of_python() -> list[Advisory]:
    """The advisories on what our locks of Python pin. ADVISORIES_URL names another server that speaks OSV's API."""
    locks = {source.with_suffix(".lock"): requirements(source.with_suffix(".lock"))[0] for source in sources()}
    pinned = [(lock, one) for lock, versions in locks.items() for one in versions.items()]
    answers: dict[Pinned, list[Any]] = {}
    for each in rounds(one for _, one in pinned):
        answers |= audited(each)
    if missing := sorted({name for _, (name, version) in pinned if (name, version) not in answers}):
        raise Unasked(f"pip-audit says nothing of {', '.join(missing)}")
    return [of_osv(str(lock.relative_to(ROOT)), one, told) for lock, one in pinned for told in answers[one]]


def rounds(pinned: Iterable[Pinned]) -> list[dict[str, str]]:
    """Everything once, in as many lists as one of them has versions: pip-audit takes one version of each."""
    found: list[dict[str, str]] = []
    for name, version in sorted(set(pinned)):
        place = next((one for one in found if name not in one), None)
        if place is None:
            found.append(place := {})
        place[name] = version
    return found


def audited(pinned: Mapping[str, str]) -> dict[Pinned, list[Any]]:
    """What pip-audit says of these. Raises Unasked."""
    program = os.environ.get("ETINCELLE_AUDIT", str(ROOT / ".audit" / "bin" / "pip-audit"))
    server = ("--osv-url", url) if (url := os.environ.get("ADVISORIES_URL")) else ()
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as listed:
        listed.write("".join(f"{name}=={version}\n" for name, version in pinned.items()))
        listed.flush()
        told = asked("pip-audit", [program, *OPTIONS, *QUIET, *server, "--requirement", listed.name], ROOT)
    return {(one["name"], one["version"]): one["vulns"] for one in told["dependencies"] if "vulns" in one}


def of_osv(lock: str, pinned: Pinned, told: dict[str, Any]) -> Advisory:
    """An advisory as pip-audit tells of it."""
    mended = f"mended in {', '.join(told['fix_versions'])}" if told["fix_versions"] else ""
    return Advisory(lock, " ".join(pinned), (told["id"], *sorted(told["aliases"])), mended)


def of_npm() -> list[Advisory]:
    """The advisories on what the browser tests take from npm."""
    told = asked("npm", ["npm", "audit", "--package-lock-only", "--json"], BROWSER)
    if "auditReportVersion" not in told:
        raise Unasked(f"npm: {told.get('message', 'no report')}")
    lock = str((BROWSER / "package-lock.json").relative_to(ROOT))
    return [
        Advisory(lock, f"{via['name']} {via['range']}", (via["url"].rpartition("/")[2],), via["title"])
        for package in told["vulnerabilities"].values()
        for via in package["via"]
        if isinstance(via, dict)  # a text names another package of the report, by which this one has it
    ]


def asked(who: str, command: list[str], folder: Path) -> dict[str, Any]:
    """What a program says in JSON, whatever its status. Raises Unasked where it says nothing."""
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        told: dict[str, Any] = json.loads(done.stdout)
    except FileNotFoundError:
        raise Unasked(f"{who} is not installed at {command[0]}") from None
    except json.JSONDecodeError:
        last = (done.stderr.strip() or "it said nothing").splitlines()[-1]
        raise Unasked(f"{who}: {last}") from None
    return told


def main(keepers: Iterable[Callable[[], list[Advisory]]] = (of_python, of_npm)) -> int:
    found: list[Advisory] = []
    unasked: list[str] = []
    for keeper in keepers:
        try:
            found += keeper()
        except Unasked as why:
            unasked.append(str(why))
    wrong = list(faults(found, [] if unasked else accepted(), datetime.now(UTC).date()))
    print(*wrong, sep="\n", end="\n" if wrong else "")
    print(*(f"NOT ASKED: {why}" for why in unasked), sep="\n", end="\n" if unasked else "")
    print(f"{len(found)} advisories, {len(wrong)} faults" + (", but not everything was asked" if unasked else ""))
    return 1 if wrong else 2 if unasked else 0


if __name__ == "__main__":
    sys.exit(main())
