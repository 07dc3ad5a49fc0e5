"""`chalice.json` is the one source: what is wrong in it is refused, and what the services read is in it."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from infra.paths import ROOT, SERVICES
from infra.render import SOURCE, load, rendered, texts

READ = re.compile(r'environment\.(need|get)\("([A-Z_]+)"')
ERASERS = re.compile(r"queues_to\(environment, .+?((?:, \"\w+\")+)\)")
FOR_EVERYBODY = {"STAGE", "LOG_LEVEL", "POWERTOOLS_SERVICE_NAME", "PUBLIC_URL", "PYDANTIC_DISABLE_PLUGINS", "KEPT_DAYS"}


def changed(tmp_path: Path, **services: Any) -> Path:
    """A source like ours, with other services."""
    source = json.loads(SOURCE.read_text()) | {"services": services}
    path = tmp_path / "chalice.json"
    path.write_text(json.dumps(source))
    return path


def test_the_committed_configurations_are_as_rendered() -> None:
    """Nobody edits `.chalice/config.json` by hand."""
    for path, text in texts(load()).items():
        assert path.read_text() == text


def test_what_is_more_particular_wins(tmp_path: Path) -> None:
    """The service over the defaults, the stage over the service, the service's stage over all; mappings merge."""
    service = {
        "lambda_timeout": 7,
        "environment_variables": {"A": "service", "PUBLIC_URL": "service", "LOG_LEVEL": "service"},
        "stages": {"prod": {"environment_variables": {"LOG_LEVEL": "particular {stage} {service}"}}},
    }
    stages = rendered(load(changed(tmp_path, one=service)), "one")["stages"]
    assert stages["prod"]["lambda_timeout"] == 7
    variables = stages["prod"]["environment_variables"]
    assert (variables["A"], variables["STAGE"]) == ("service", "prod")
    assert variables["PUBLIC_URL"] == "https://answers.example.com"
    assert variables["LOG_LEVEL"] == "particular prod one"
    assert stages["dev"]["environment_variables"]["LOG_LEVEL"] == "service"


@pytest.mark.parametrize(
    "wrong",
    [
        {"lambda_timeuot": 10},
        {"lambda_timeout": "ten"},
        {"lambda_timeout": 901},
        {"iam_policy_file": "../elsewhere.json"},
        {"stages": {"production": {}}},
        {"lambda_functions": {"fold": {"memory": 512}}},
    ],
)
def test_what_chalice_would_let_pass_is_refused(tmp_path: Path, wrong: dict[str, Any]) -> None:
    """Misspelt keys, wrong types, stages that nobody has."""
    with pytest.raises((ValidationError, ValueError)):
        load(changed(tmp_path, one=wrong))


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_is_told_what_it_reads_and_no_more(service: str) -> None:
    """Each setting that its wiring needs is set in every stage; each one set is read, or is everybody's."""
    wiring = (ROOT / "services" / service / "wiring.py").read_text()
    if "from shared.secret import" in wiring:
        wiring += (ROOT / "shared" / "secret.py").read_text()
    named = [name for names in ERASERS.findall(wiring) for name in re.findall(r"\w+", names)]
    needed = {f"QUEUE_ERASE_{name.upper()}_URL" for name in named}
    needed |= {name for kind, name in READ.findall(wiring) if kind == "need"}
    read = needed | {name for _, name in READ.findall(wiring)}
    for stage in rendered(load(), service)["stages"].values():
        told = stage["environment_variables"].keys()
        assert needed <= told
        assert told - FOR_EVERYBODY <= read


@pytest.mark.parametrize("service", SERVICES)
def test_every_policy_file_is_there(service: str) -> None:
    """Each function names its own, and each file in infra/iam is some function's."""
    for stage in rendered(load(), service)["stages"].values():
        for function in stage["lambda_functions"].values():
            assert (ROOT / "services" / service / ".chalice" / function["iam_policy_file"]).resolve().is_file()


def test_no_policy_file_is_nobody_s() -> None:
    """A policy that no function uses would mislead who reads it."""
    used = set(re.findall(r"infra/iam/([a-z-]+\.json)", SOURCE.read_text()))
    assert used == {path.name for path in (ROOT / "infra" / "iam").glob("*.json")}


def test_the_manual_s_commands_name_a_restored_table_everywhere(tmp_path: Path) -> None:
    """In every environment and every policy that had the old one, and nothing else of a like name."""
    shutil.copy(SOURCE, tmp_path)
    shutil.copytree(ROOT / "infra" / "iam", tmp_path / "infra" / "iam")
    manual = (ROOT / "docs" / "operate.md").read_text()
    commands = re.findall(r"^ +(sed -i .*-restored.*)$", manual, re.MULTILINE)
    assert len(commands) == 2
    for command in commands:
        subprocess.run(["bash", "-c", command], cwd=tmp_path, check=True)
    before, after = load(SOURCE), load(tmp_path / SOURCE.name)
    for service in SERVICES:
        variables = rendered(after, service)["stages"]["prod"]["environment_variables"]
        former = rendered(before, service)["stages"]["prod"]["environment_variables"]
        renamed = {name: value + "-restored" for name, value in former.items() if name == "TABLE_RESPONSES"}
        assert variables == former | renamed
    for path in (tmp_path / "infra" / "iam").glob("*.json"):
        had = (ROOT / "infra" / "iam" / path.name).read_text()
        table = "table/etincelle-${Stage}-responses"
        assert path.read_text() == had.replace(table, f"{table}-restored")
