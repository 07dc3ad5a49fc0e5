"""`etincelle import responses` through the whole local stack, on small files and on real ones where they are."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from typer.testing import CliRunner, Result

from cli.main import app
from tests.conftest import Running
from tests.real_data import GARDENS, SURGERIES

pytestmark = pytest.mark.e2e
ROOT = Path(__file__).parents[2]


def run(stack: Running, home: Path, *arguments: str) -> Result:
    environment = {"ETINCELLE_URL": stack.url, "ETINCELLE_KEY": stack.key, "ETINCELLE_HOME": str(home)}
    return CliRunner().invoke(app, list(arguments), env=environment)


def outcome(stack: Running, home: Path, file: Path, *options: str) -> dict[str, Any]:
    aside = ["--rejects", str(home / "rejects.csv")]
    result = run(stack, home, "import", "responses", str(file), "--json", *aside, *options)
    assert result.exit_code == 0, result.stderr
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def counted(stack: Running, touchpoint: str) -> int:
    key = {"Authorization": f"Bearer {stack.key}"}
    n: int = httpx.get(f"{stack.url}/v1/touchpoints/{touchpoint}/report", headers=key).json()["summary"]["n"]
    return n


def test_a_file_is_imported_once_and_in_the_figures(stack: Running, tmp_path: Path) -> None:
    """Registered, stored, waited for; the second time changes nothing."""
    place = f"import-{uuid4().hex[:12]}"
    file = tmp_path / "answers.csv"
    rows = [(place, place, "csat", n % 7, "2024-01-02T03:04:05Z", n) for n in range(300)]
    with file.open("w", newline="") as text:
        csv.writer(text).writerows([("touchpoint", "owner", "scale", "score", "collected_at", "Visit No"), *rows])
    good = sum(1 for row in rows if 1 <= row[3] <= 5)
    first = outcome(stack, tmp_path, file, "--wait")
    assert (first["stored"], first["rejected"], first["registered"]) == (good, 300 - good, [place])
    assert counted(stack, place) == good
    again = outcome(stack, tmp_path, file)
    assert (again["stored"], again["already_stored"], again["registered"]) == (0, good, [])


def test_a_killed_import_goes_on_and_loses_nothing(stack: Running, tmp_path: Path) -> None:
    """kill -9 in the middle; the next run begins a little before the last batch answered, each answer is there once."""
    place = f"killed-{uuid4().hex[:12]}"
    file = tmp_path / "answers.csv"
    rows = "".join(f"{n},{place},{place},nps,{n % 11},2024-01-02T03:04:05Z\n" for n in range(6000))
    file.write_text("response_id,touchpoint,owner,scale,score,collected_at\n" + rows)
    settings = {"ETINCELLE_URL": stack.url, "ETINCELLE_KEY": stack.key, "ETINCELLE_HOME": str(tmp_path)}
    command = [sys.executable, "-m", "cli.main", "import", "responses", str(file), "--batch", "5", "--json"]
    running = subprocess.Popen(command, cwd=ROOT, env=os.environ | settings, stdout=subprocess.DEVNULL)
    settled = 0
    while settled < 200 and running.poll() is None:
        time.sleep(0.02)
        settled = max((json.loads(state.read_text())["rows"] for state in tmp_path.glob("imports/*.json")), default=0)
    running.kill()
    assert running.wait() == -signal.SIGKILL, "it was done before it could be killed"
    found = outcome(stack, tmp_path, file, "--batch", "20", "--wait")
    assert found["rows"] == found["stored"] + found["already_stored"] == 6000
    stack.wait_idle(60)
    assert counted(stack, place) == 6000


def test_links_are_made_listed_and_revoked(stack: Running, tmp_path: Path) -> None:
    """`etincelle links` from the first to the last."""
    place = f"links-{uuid4().hex[:12]}"
    file = tmp_path / "answers.jsonl"
    file.write_text(json.dumps({"touchpoint": place, "score": 5, "owner": place, "scale": "csat"}))
    outcome(stack, tmp_path, file)
    assert run(stack, tmp_path, "links", "list", place).stdout == "no links yet\n"
    address = run(stack, tmp_path, "links", "create", place, "--single", "--channel", "qr").stdout.strip()
    assert httpx.get(address).status_code == 200
    [listed] = json.loads(run(stack, tmp_path, "links", "list", place, "--json").stdout)
    assert (listed["mode"], listed["channel"]) == ("single", "qr")
    assert run(stack, tmp_path, "links", "revoke", listed["link_id"]).exit_code == 0
    assert httpx.get(address).status_code == 410
    missing = run(stack, tmp_path, "links", "revoke", "0" * 32)
    assert (missing.exit_code, "There is nothing here" in missing.stderr) == (1, True)


@pytest.mark.skipif(not SURGERIES.exists(), reason="the real file is not here")
def test_the_surgeries_are_imported_without_any_option(stack: Running, tmp_path: Path) -> None:
    """3,863 answers of eleven touchpoints that nobody registered before."""
    found = outcome(stack, tmp_path, SURGERIES, "--wait")
    assert (found["stored"] + found["already_stored"], found["rejected"]) == (3863, 0)
    assert found["read_as"] == "CSV, comma, utf-8"
    assert counted(stack, "earls-court-surgery") == sum(
        row["touchpoint"] == "earls-court-surgery" for row in csv.DictReader(SURGERIES.open(encoding="utf-8"))
    )


@pytest.mark.skipif(not GARDENS.exists(), reason="the real file is not here")
def test_the_garden_centres_are_imported_by_mapping_their_columns(stack: Running, tmp_path: Path) -> None:
    """13,954 rows in an old encoding; the 342 without a score are set aside one by one, all others are taken."""
    maps = ["--map", "nps=score", "--map", "explication=comment", "--map", "id=response_id"]
    sets = {"touchpoint": "garden-centre", "owner": "gardens", "scale": "nps", "collected_at": "2015-06-01T12:00:00Z"}
    options = [part for name, value in sets.items() for part in ("--set", f"{name}={value}")]
    found = outcome(stack, tmp_path, GARDENS, *maps, *options)
    assert (found["stored"] + found["already_stored"], found["rejected"]) == (13_612, 342)
    assert found["read_as"] == "CSV, comma, latin-1"
    with Path(found["rejects_file"]).open(encoding="utf-8", newline="") as text:
        rejected = list(csv.DictReader(text))
    assert {row["reason"] for row in rejected} == {"no score"}
    lines = GARDENS.read_bytes().decode("latin-1").split("\n")
    assert all(",NA," in lines[int(row["line"]) - 1] for row in rejected)
