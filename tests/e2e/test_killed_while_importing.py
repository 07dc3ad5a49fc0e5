"""Any process of the local stack dies in the middle of an import: after another import nothing is lost or doubled."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Running
from tests.e2e.commands import Command
from tests.real_data import SURGERIES

pytestmark = pytest.mark.e2e
PLACES = ("north", "south", "east")
ROWS = 4000
Answers = list[tuple[str, date, int]]


def written(file: Path) -> Answers:
    """Writes a file of answers at three touchpoints over a hundred days, and gives them."""
    answers = [(PLACES[n % 3], date(2024, 1, 1) + timedelta(days=n * 100 // ROWS), 1 + n * 7 % 5) for n in range(ROWS)]
    with file.open("w", newline="") as text:
        rows = csv.writer(text)
        rows.writerow(("response_id", "touchpoint", "owner", "scale", "score", "collected_at"))
        rows.writerows(
            (n, place, "team", "csat", score, f"{day}T12:{n % 60:02}:00Z")
            for n, (place, day, score) in enumerate(answers)
        )
    return answers


def etincelle(home: Path, url: str, *arguments: str) -> subprocess.Popen[str]:
    key = json.loads((home / "credentials.json").read_text())["key"]
    settings = os.environ | {"ETINCELLE_HOME": str(home), "ETINCELLE_URL": url, "ETINCELLE_KEY": key}
    command = [sys.executable, "-m", "cli.main", *arguments]
    return subprocess.Popen(command, env=settings, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def done(process: subprocess.Popen[str]) -> Any:
    """What the command printed as JSON, once it has ended well."""
    out, err = process.communicate(timeout=180)
    assert process.returncode == 0, err
    return json.loads(out)


def expected(answers: Answers, place: str) -> tuple[Counter[str], dict[str, int]]:
    """Answers per score, and per week from Monday, straight from the file."""
    mine = [(day, score) for name, day, score in answers if name == place]
    weeks = Counter(str(day - timedelta(days=day.weekday())) for day, _ in mine)
    return Counter(str(score) for _, score in mine), dict(weeks)


def assert_reported(home: Path, url: str, answers: Answers, places: tuple[str, ...]) -> None:
    """`etincelle report --json` says of each touchpoint what the file says, score by score and week by week."""
    for place in places:
        counts, weeks = expected(answers, place)
        deadline = time.monotonic() + 90
        while True:
            report = done(etincelle(home, url, "report", place, "--json"))
            found = {score: n for score, n in report["summary"]["counts"].items() if n}
            if found == counts or time.monotonic() > deadline:
                break
            time.sleep(0.5)
        assert found == counts
        assert {week["week"]: week["n"] for week in report["weeks"]} == weeks


@pytest.mark.parametrize("victim", [0, 1, 2, "supervisor"])
def test_an_import_that_was_killed_under_is_made_good_by_another(
    command: Callable[..., Command], tmp_path: Path, victim: int | str
) -> None:
    """kill -9 of engine, gateway, worker or supervisor; restart; import again; the figures are those of the file."""
    answers = written(tmp_path / "answers.csv")
    stack = command("--port", "0")
    url = stack.url()
    importing = ("import", "responses", str(tmp_path / "answers.csv"), "--batch", "50", "--json")
    first = etincelle(stack.home, url, *importing)
    time.sleep(2.0)
    pid = stack.process.pid if victim == "supervisor" else stack.children()[int(victim)]
    os.kill(pid, signal.SIGKILL)
    if victim == "supervisor":
        stack.process.wait()
        stack = command("--port", url.rpartition(":")[2])
        assert stack.url() == url
    first.communicate(timeout=180)
    for _ in range(2):
        again = done(etincelle(stack.home, url, *importing))
    assert (again["stored"], again["already_stored"]) == (0, ROWS)
    assert_reported(stack.home, url, answers, PLACES)


@pytest.mark.skipif(not SURGERIES.exists(), reason="the real file is not here")
def test_the_report_of_a_real_file_is_what_the_file_says(stack: Running, tmp_path: Path) -> None:
    """Eleven surgeries: every score and every week."""
    (tmp_path / "credentials.json").write_text(json.dumps({"url": stack.url, "key": stack.key}))
    done(etincelle(tmp_path, stack.url, "import", "responses", str(SURGERIES), "--json"))
    with SURGERIES.open(encoding="utf-8") as text:
        answers = [
            (row["touchpoint"], datetime.fromisoformat(row["collected_at"]).date(), int(row["score"]))
            for row in csv.DictReader(text)
        ]
    assert_reported(tmp_path, stack.url, answers, tuple(sorted({place for place, _, _ in answers})))
