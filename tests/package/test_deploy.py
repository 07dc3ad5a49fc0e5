"""What is built comes into an account by the AWS CLI: in order, again without harm, and not at all where it is dry."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from infra.build import lay_down
from infra.paths import BUILD, ROOT, SERVICES, STAGE

AWS = """#!/usr/bin/env python3
import json, os, sys
with open(os.environ["CALLS"], "a") as calls:
    calls.write(json.dumps(sys.argv[1:]) + "\\n")
line = " ".join(sys.argv[1:])
if os.environ.get("FAILS") and os.environ["FAILS"] in line:
    sys.exit("An error occurred (ValidationError): it will not have it")
if "put-parameter" in line:
    open(os.environ["SECRET"], "w").write(sys.stdin.read())
elif "describe-parameters" in line and os.path.exists(os.environ["SECRET"]):
    print("PARAMETERS\\tsecret")
elif "OutputKey=='Artifacts'" in line:
    print("the-bucket")
elif "OutputKey=='Address'" in line:
    print(os.environ.get("ADDRESS", "https://answers.dev.example.com"))
elif "ROLLBACK_COMPLETE" in line:
    print(os.environ.get("HALF", ""))
elif "ROLLBACK_FAILED" in line:
    print(os.environ.get("STUCK", ""))
elif "list-event-source-mappings" in line:
    print(os.environ.get("OFF", ""))
elif "get-caller-identity" in line:
    print("arn:aws:iam::000000000000:user/operator")
"""
CERTIFICATE = "arn:aws:acm:eu-west-1:000000000000:certificate/1"
Deploy = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def deploy(built: dict[str, Path], tmp_path: Path) -> Deploy:
    """Runs `infra.deploy` with an AWS CLI that only notes what it is told."""
    lay_down(STAGE)
    (tmp_path / "aws").write_text(AWS)
    (tmp_path / "aws").chmod(0o755)
    settings = os.environ | {
        "PATH": f"{tmp_path}:{os.environ['PATH']}",
        "CALLS": str(tmp_path / "calls"),
        "SECRET": str(tmp_path / "secret"),
    }

    def run(*options: str, **more: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "infra.deploy", STAGE, *options]
        return subprocess.run(command, cwd=ROOT, env=settings | more, capture_output=True, text=True, check=False)

    return run


def calls(tmp_path: Path) -> list[list[str]]:
    path = tmp_path / "calls"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def stacks(found: list[list[str]]) -> list[str]:
    """The stacks that were made or changed, in order."""
    return [call[call.index("--stack-name") + 1] for call in found if call[:2] == ["cloudformation", "deploy"]]


def test_stacks_come_in_the_order_in_which_they_need_each_other(deploy: Deploy, tmp_path: Path) -> None:
    """The account's, what is kept, the services, the address in front of them, the alarms; each zip to our bucket."""
    done = deploy(DOMAIN="answers.dev.example.com", CERTIFICATE=CERTIFICATE)
    assert done.returncode == 0, done.stderr
    names = [f"etincelle-{STAGE}-{part}" for part in ("data", *SERVICES, "edge", "watch")]
    found = calls(tmp_path)
    assert stacks(found) == ["etincelle-account", *names]
    packaged = [call for call in found if call[:2] == ["cloudformation", "package"]]
    assert [call[call.index("--s3-bucket") + 1] for call in packaged] == ["the-bucket"] * len(SERVICES)
    [edged] = [call for call in found if f"etincelle-{STAGE}-edge" in call and "deploy" in call]
    assert "DomainName=answers.dev.example.com" in edged
    said = done.stdout.splitlines()
    assert said[0] == "as arn:aws:iam::000000000000:user/operator"
    assert said[-1] == f"{STAGE} answers at https://answers.dev.example.com"
    assert not any(line.startswith("links lead to") for line in said)


def test_a_source_that_somebody_switched_off_is_named(deploy: Deploy) -> None:
    """No deployment enables it again, and no alarm hears of it: it hands nothing over."""
    name = f"etincelle-aggregator-{STAGE}-fold"
    done = deploy(OFF="\t".join([f"arn:aws:lambda:eu-west-1:000000000000:function:{name}"] * 2))
    assert [line for line in done.stdout.splitlines() if "disabled" in line and line.startswith(name)] != []
    assert not any("disabled" in line for line in deploy().stdout.splitlines())


def test_the_secret_is_made_once_and_stands_on_no_command_line(deploy: Deploy, tmp_path: Path) -> None:
    """A second deployment finds it; another key would make strangers of all that was hashed."""
    assert deploy().returncode == 0
    secret = (tmp_path / "secret").read_text()
    assert len(secret) >= 43
    assert deploy().returncode == 0
    assert (tmp_path / "secret").read_text() == secret
    assert sum("put-parameter" in call for call in calls(tmp_path)) == 1
    assert secret not in (tmp_path / "calls").read_text()


def test_a_second_deployment_runs_the_same_commands(deploy: Deploy, tmp_path: Path) -> None:
    """Each of them changes what differs and nothing else."""
    deploy()
    first = calls(tmp_path)
    (tmp_path / "calls").unlink()
    deploy()
    assert calls(tmp_path) == [call for call in first if "put-parameter" not in call]


def test_where_one_stack_fails_the_next_is_not_touched(deploy: Deploy, tmp_path: Path) -> None:
    """It says which command failed, and what AWS said."""
    done = deploy(FAILS=f"deploy --stack-name etincelle-{STAGE}-alerts")
    assert done.returncode != 0
    assert "it will not have it" in done.stderr
    assert stacks(calls(tmp_path))[-1] == f"etincelle-{STAGE}-alerts"


def test_a_stack_whose_making_was_taken_back_is_made_anew(deploy: Deploy, tmp_path: Path) -> None:
    """AWS changes no stack that is rolled back before it was ever whole; it is deleted first, and waited for."""
    half = f"etincelle-{STAGE}-edge"
    assert deploy(HALF=half).returncode == 0
    found = [call[1:] for call in calls(tmp_path) if half in call and call[0] == "cloudformation"]
    assert found[0] == ["delete-stack", "--stack-name", half]
    assert found[1] == ["wait", "stack-delete-complete", "--stack-name", half]
    assert found[2][0] == "deploy"


def test_a_stack_that_could_not_be_taken_back_is_left_to_people(deploy: Deploy, tmp_path: Path) -> None:
    """Its tables are protected: nothing is run, and it says where the manual says what to do."""
    stuck = f"etincelle-{STAGE}-data"
    done = deploy(STUCK=stuck)
    assert done.returncode != 0
    assert stuck in done.stderr
    heading = done.stderr.rpartition("docs/operate.md#")[2].strip()
    headings = [line for line in (ROOT / "docs" / "operate.md").read_text().splitlines() if line.startswith("#")]
    assert heading in {line.strip("# ").lower().replace(" ", "-") for line in headings}
    assert stacks(calls(tmp_path)) == []


def test_a_dry_run_validates_prints_and_calls_nothing(deploy: Deploy, tmp_path: Path) -> None:
    """What it prints are the commands, the account's bucket by a name."""
    done = deploy("--dry")
    assert done.returncode == 0, done.stderr
    assert calls(tmp_path) == []
    printed = [line for line in done.stdout.splitlines() if line.startswith("aws cloudformation deploy")]
    assert len(printed) == len(SERVICES) + 4
    assert all("--s3-bucket $BUCKET" in line for line in printed[1:])


def test_a_template_with_a_fault_is_not_deployed(deploy: Deploy, tmp_path: Path) -> None:
    """Though those before it passed: a changed template is looked at again."""
    assert deploy("--dry").returncode == 0
    template = BUILD / STAGE / "account.yaml"
    template.write_text(template.read_text().replace("AWS::S3::Bucket\n", "AWS::S3::Bukket\n"))
    done = deploy()
    assert done.returncode != 0
    assert "Bukket" in done.stderr
    assert calls(tmp_path) == []


def test_a_stage_that_is_not_built_is_not_deployed() -> None:
    """It says what is missing."""
    command = [sys.executable, "-m", "infra.deploy", "nowhere"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "run make package STAGE=nowhere" in done.stderr


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"DOMAIN": "answers.dev.example.com"}, "DOMAIN and CERTIFICATE go together"),
        ({"CERTIFICATE": CERTIFICATE}, "DOMAIN and CERTIFICATE go together"),
        (
            {"DOMAIN": "other.example.com", "CERTIFICATE": CERTIFICATE},
            "links would lead to https://answers.dev.example.com, not to https://other.example.com",
        ),
    ],
)
def test_a_name_that_links_would_not_lead_to_is_refused(
    deploy: Deploy, tmp_path: Path, settings: dict[str, str], says: str
) -> None:
    """Before anything is called; people would be sent to somebody else's address."""
    done = deploy(**settings)
    assert done.returncode != 0
    assert says in done.stderr
    assert calls(tmp_path) == []


def test_without_a_name_it_says_where_links_lead(deploy: Deploy) -> None:
    """As API Gateway's own address is known only once it is there."""
    done = deploy(ADDRESS="https://a1b2.execute-api.eu-west-1.amazonaws.com/dev")
    assert done.returncode == 0, done.stderr
    assert "links lead to https://answers.dev.example.com: set PUBLIC_URL" in done.stdout


def test_a_machine_without_the_aws_cli_is_told_so(deploy: Deploy) -> None:
    """In a sentence, not by a trace."""
    done = deploy(PATH="/nowhere")
    assert done.returncode != 0
    assert done.stderr.strip() == "the AWS CLI is not installed: there is no `aws` on the path"
