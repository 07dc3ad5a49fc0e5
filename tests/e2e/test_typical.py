"""`etincelle typical` on a local stack: from stored answers to what a new touchpoint is held against."""

from __future__ import annotations

import csv
from pathlib import Path
from uuid import uuid4

import pytest
import yaml
from typer.testing import CliRunner, Result

from cli.main import app
from tests.conftest import Running
from tests.journeys import journey

pytestmark = pytest.mark.e2e
SCORES = (1, 2, 3, 3, 4, 5, 6, 6, 7, 7)


def run(stack: Running, home: Path, *arguments: str) -> Result:
    environment = {"ETINCELLE_URL": stack.url, "ETINCELLE_KEY": stack.key, "ETINCELLE_HOME": str(home)}
    return CliRunner().invoke(app, list(arguments), env=environment)


def test_what_is_typical_is_worked_out_and_taken(stack: Running, tmp_path: Path) -> None:
    """Printed as it stands in a journey file, and taken there."""
    places = [f"typical-{uuid4().hex[:12]}" for _ in range(5)]
    file = tmp_path / "answers.csv"
    rows = [
        (place, place, "ces", score, "2024-01-02T03:04:05Z", n)
        for place in places
        for n, score in enumerate(SCORES * 4)
    ]
    with file.open("w", newline="") as text:
        csv.writer(text).writerows([("touchpoint", "owner", "scale", "score", "collected_at", "visit"), *rows])
    assert run(stack, tmp_path, "import", "responses", str(file), "--wait").exit_code == 0
    printed = run(stack, tmp_path, "typical")
    assert printed.exit_code == 0, printed.output
    defaults = yaml.safe_load(printed.stdout)["defaults"]
    assert defaults["detection"]["typical"]["ces"]["shares"][:3] == [10, 10, 20]
    document = journey(places[0], {f"new-{places[0]}": "typical-team"}) | {"defaults": defaults}
    (tmp_path / "journey.yaml").write_text(yaml.safe_dump(document))
    validated = run(stack, tmp_path, "validate", str(tmp_path / "journey.yaml"))
    assert validated.exit_code == 0, validated.output
