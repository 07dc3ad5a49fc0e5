"""Sends the local stack whatever the description of its API allows, and what it does not: `make fuzz`.

    python -m tests.fuzz.run                 until 10,000 cases were sent
    python -m tests.fuzz.run --seconds 30    the short form, as CI runs it

Schemathesis makes the cases from docs/openapi.json: the edges of every schema, random and wrong values, and sequences
in which one reply's ids go into the next request. No 5xx may come, and no answer that is not described.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from infra.local import seed
from infra.local.stack import Options, Stack
from infra.paths import ROOT

CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
DESCRIPTION = ROOT / "docs/openapi.json"
ENOUGH = 10_000
ROUND_S = 120
"""Seconds of a round of the long form."""


def schemathesis() -> str:
    """The program, in an environment of its own."""
    return os.environ.get("ETINCELLE_FUZZ", str(ROOT / ".fuzz/bin/schemathesis"))


def fuzzed(site: seed.Site, seconds: int, seed_of_cases: int, folder: Path) -> tuple[int, int]:
    """How many cases were sent, and the exit code: 0 where nothing was found."""
    command = [
        schemathesis(),
        *("run", str(folder / DESCRIPTION.name), "--url", site.url, "--header", f"Authorization: Bearer {site.key}"),
        *("--checks", CHECKS, "--max-time", str(seconds), "--seed", str(seed_of_cases)),
        *("--continue-on-failure", "--no-shrink", "--suppress-health-check", "all", "--request-timeout", "30"),
        *("--exclude-operation-id", "delete_v1_keys_id"),  # it would revoke the key that asks
    ]
    running = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True)
    assert running.stdout is not None
    said = ""
    for line in running.stdout:
        print(line, end="", flush=True)
        said += line
    sent = re.search(r"(\d+) generated", said)
    return int(sent[1]) if sent else 0, running.wait()


def told(site: seed.Site) -> str:
    """What schemathesis is told of the site, so that not every name is one that nobody knows."""
    touchpoint = site.done("GET", "/v1/touchpoints")["touchpoints"][0]["id"]
    known = f'[parameters]\ntouchpoint = "{touchpoint}"\n'
    for channel, path in (("web", "s"), ("kiosk", "k"), ("agent", "a"), ("widget", "w")):
        code = seed.link(site, touchpoint, channel)["path"].rsplit("/", 1)[-1]
        known += f'\n[[operations]]\ninclude-path-regex = "^/{path}/"\nparameters = {{ code = "{code}" }}\n'
    return known


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=0, help="once, for so long; else again until it is enough")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        stack = Stack(Options(Path(folder) / "home"))
        stack.start()
        try:
            site = seed.site(stack.options.home, stack.url, stack.endpoint)
            seed.journey(site)
            return until_enough(site, chosen.seconds, Path(folder))
        finally:
            stack.stop()


def until_enough(site: seed.Site, seconds: int, folder: Path) -> int:
    """0 where nothing was found in all the cases. Every second time, names and codes are those that there are."""
    sent, number = 0, 0
    shutil.copy(DESCRIPTION, folder)
    while number == 0 or (not seconds and sent < ENOUGH):
        number += 1
        (folder / "schemathesis.toml").write_text(told(site) if number % 2 else "")
        cases, code = fuzzed(site, seconds or ROUND_S, number, folder)
        sent += cases
        print(f"{sent} cases in all", flush=True)
        if code:
            return code
    return 0


if __name__ == "__main__":
    sys.exit(main())
