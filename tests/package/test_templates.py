"""The templates say what AWS takes, the zips hold what they should, and the same sources give the same bytes."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from infra.build import report
from infra.checks.pins import requirements
from infra.local import bindings
from infra.paths import ROOT, SERVICES, STAGE
from infra.prove.function import template_of
from infra.prove.translate import translated
from infra.templates import functions, read

TWO_WEEKS = 14 * 86_400
CONCURRENCY = 1000
"""How many functions an account may run at once, unless AWS is asked for more."""
NAMED = re.compile(
    r"arn:\$\{AWS::Partition}:[a-z-]+:\$\{AWS::Region}:\$\{AWS::AccountId}:"
    r"([^*]*etincelle[^*]+|(identity|phone-number|pool|sender-id|configuration-set)/)\*?"
)
LINT = (str(Path(sys.executable).parent / "cfn-lint"), "--regions", "eu-west-1", "--format", "json")


def lint(*templates: Path) -> list[dict[str, Any]]:
    """cfn-lint's findings."""
    done = subprocess.run([*LINT, *map(str, templates)], capture_output=True, text=True, check=False)
    assert done.stdout, done.stderr
    findings: list[dict[str, Any]] = json.loads(done.stdout)
    return findings


def test_no_template_gives_cfn_lint_anything_to_say(built: dict[str, Path], tmp_path: Path) -> None:
    """As written, and as SAM translates them, where some faults only then show."""
    plain = [tmp_path / f"{service}.json" for service in SERVICES]
    for service, path in zip(SERVICES, plain, strict=True):
        path.write_text(json.dumps(translated(template_of(built[service]))))
    written = [out / "sam.yaml" for out in built.values()]
    assert lint(ROOT / "infra" / "data.yaml", ROOT / "infra" / "athena.yaml", *written, *plain) == []


def test_cfn_lint_would_say_something(tmp_path: Path) -> None:
    """The check above can fail: a misspelt resource is found."""
    (tmp_path / "wrong.json").write_text('{"Resources": {"Fold": {"Properties": {"Timeout": 3}}}}')
    assert lint(tmp_path / "wrong.json") != []


def test_every_event_source_gives_back_what_failed_alone(templates: dict[str, dict[str, Any]]) -> None:
    """Streams and queues all report item by item, and a stream's hopeless records are set aside."""
    for event in event_sources(templates):
        if event["Type"] == "Schedule":
            continue
        assert event["Properties"]["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
        if event["Type"] == "DynamoDB":
            assert event["Properties"]["BisectBatchOnFunctionError"] is True
            assert event["Properties"]["DestinationConfig"]["OnFailure"]["Destination"] == {"Ref": "StreamDeadQueue"}


def test_what_becomes_of_text_messages_is_heard_with_their_context(templates: dict[str, dict[str, Any]]) -> None:
    """By a topic: what the event bus is told of them names neither our message nor the number."""
    made = {name: one.get("Properties", {}) for name, one in templates["invitations"]["Resources"].items()}
    [destination] = made["TextConfiguration"]["EventDestinations"]
    topic = destination["SnsDestination"]["TopicArn"]
    assert (made["TextEventsSubscription"]["TopicArn"], made["TextEventsPolicy"]["Topics"]) == (topic, [topic])
    [may] = made["TextEventsPolicy"]["PolicyDocument"]["Statement"]
    assert may["Principal"] == {"Service": "sms-voice.amazonaws.com"}
    assert made["TextEventsSubscription"]["Endpoint"] == made["OutcomesRule"]["Targets"][0]["Arn"]
    senders = [one["Condition"] for one in made["OutcomesQueuePolicy"]["PolicyDocument"]["Statement"]]
    assert {"ArnEquals": {"aws:SourceArn": topic}} in senders
    assert made["OutcomesRule"]["EventPattern"]["source"] == ["aws.ses"], "each event comes once"


def caught(pattern: Any, value: Any) -> bool:
    """Whether a rule of the event bus takes an event; of what is a list in it, one part is enough."""
    if isinstance(pattern, dict):
        return isinstance(value, dict) and all(caught(rule, value.get(key)) for key, rule in pattern.items())
    return any(one in pattern for one in (value if isinstance(value, list) else [value]))


def test_each_stage_hears_of_its_own_mail_alone(templates: dict[str, dict[str, Any]]) -> None:
    """All stages and applications of an account have one bus, on which SES also says what it thinks of the account."""
    pattern = resolved(templates["invitations"]["Resources"]["OutcomesRule"]["Properties"]["EventPattern"], "prod")

    def told(set_: str) -> dict[str, Any]:
        mail = {"messageId": "m-1", "tags": {"ses:configuration-set": [set_], "step": ["1"]}}
        return {"source": "aws.ses", "detail-type": "Email Bounced", "detail": {"eventType": "Bounce", "mail": mail}}

    assert caught(pattern, told("etincelle-prod"))
    assert not caught(pattern, told("etincelle-staging"))
    assert not caught(pattern, told("newsletter"))
    assert not caught(
        pattern, {"source": "aws.ses", "detail-type": "Sending Status Disabled", "detail": {"version": "1"}}
    )


def test_each_stage_hears_of_its_own_interactions_alone() -> None:
    """The source names the stage: nobody is invited twice, by the stage and by the one it was tried on."""
    [made] = [
        resolved(one["Properties"]["EventPattern"], "prod")
        for one in read(ROOT / "infra" / "data.yaml")["Resources"].values()
        if one["Type"] == "AWS::Events::Rule"
    ]
    assert caught(made, {"source": "etincelle.prod", "detail-type": "interaction", "detail": {}})
    assert not caught(made, {"source": "etincelle.staging", "detail-type": "interaction", "detail": {}})


def resolved(pattern: Any, stage: str) -> Any:
    """As CloudFormation puts the stage in."""
    text = re.sub(r'\{"Fn::Sub": ("[^"]*")}', r"\1", json.dumps(pattern))
    return json.loads(text.replace("${Stage}", stage))


def test_an_account_that_never_had_an_api_gets_one_thing_of_api_gateway_first() -> None:
    """Its settings cannot be made before."""
    made = read(ROOT / "infra" / "account.yaml")["Resources"]
    [account] = [one for one in made.values() if one["Type"] == "AWS::ApiGateway::Account"]
    assert made[account["DependsOn"]]["Type"].startswith("AWS::ApiGateway::")


def test_no_placeholder_is_left(built: dict[str, Path]) -> None:
    """Every source named in app.py by a placeholder has its true ARN in the template."""
    for out in built.values():
        text = (out / "sam.yaml").read_text()
        assert "000000000000" not in text
        assert "{stage}" not in text


def test_no_role_may_touch_everything(templates: dict[str, dict[str, Any]]) -> None:
    """Each function has a role of its own; each statement names its actions, and its resources where these have names.

    A `*` ends a resource at the most, behind the kind of thing: an index, a stream, a number of the account's.
    """
    for template in templates.values():
        roles = [properties["Role"]["Fn::GetAtt"][0] for properties in functions(template).values()]
        assert len(roles) == len(set(roles))
        for role in roles:
            [policy] = template["Resources"][role]["Properties"]["Policies"]
            for statement in policy["PolicyDocument"]["Statement"]:
                assert "*" not in "".join(statement["Action"])
                assert all(NAMED.fullmatch(resource["Fn::Sub"]) for resource in statement["Resource"])


def test_every_function_writes_to_a_log_that_ends(templates: dict[str, dict[str, Any]]) -> None:
    """Its log group is in the template, with a retention."""
    for template in templates.values():
        for properties in functions(template).values():
            group = template["Resources"][properties["LoggingConfig"]["LogGroup"]["Ref"]]
            assert group["Properties"]["RetentionInDays"] > 0


def test_every_queue_is_encrypted_and_has_an_end() -> None:
    """Each that work is taken from sets aside, after some attempts, what cannot be done, for longer than it waits."""
    made = read(ROOT / "infra" / "data.yaml")["Resources"]
    queues = {name: one["Properties"] for name, one in made.items() if one["Type"] == "AWS::SQS::Queue"}
    assert all(queue["SqsManagedSseEnabled"] is True for queue in queues.values())
    for name, queue in queues.items():
        if not queue["QueueName"]["Fn::Sub"].endswith("-dead"):
            redrive = queue["RedrivePolicy"]
            assert redrive["deadLetterTargetArn"] == {"Fn::GetAtt": [name.replace("Queue", "DeadQueue"), "Arn"]}
            assert queues[name.replace("Queue", "DeadQueue")]["MessageRetentionPeriod"] == TWO_WEEKS


def test_no_backlog_takes_the_functions_that_answer_people(templates: dict[str, dict[str, Any]]) -> None:
    """Every queue's source has a bound, and all together leave half of what an account may run at once."""
    sources = [event["Properties"] for event in event_sources(templates) if event["Type"] == "SQS"]
    assert sum(source["ScalingConfig"]["MaximumConcurrency"] for source in sources) <= CONCURRENCY / 2


def test_a_visibility_timeout_is_six_times_the_function_s(templates: dict[str, dict[str, Any]]) -> None:
    """As AWS asks: a message must not come back while its function may still be at it."""
    hidden = visibility_timeouts()
    seen = set()
    for template in templates.values():
        for properties in functions(template).values():
            for event in properties.get("Events", {}).values():
                if event["Type"] == "SQS":
                    place = template["Parameters"][event["Properties"]["Queue"]["Ref"]]["Default"]
                    seen.add(queue := place.rpartition("/")[2])
                    assert properties["Timeout"] * 6 <= hidden[queue], queue
    assert seen == {queue for queue in hidden if not queue.endswith("-dead")}


def visibility_timeouts() -> dict[str, int]:
    """Seconds in the cloud, by the queues' short names; 30 where a queue says nothing."""
    resources = yaml.load((ROOT / "infra" / "data.yaml").read_text(), Loader=bindings.Template)["Resources"].values()
    queues = [one["Properties"] for one in resources if one["Type"] == "AWS::SQS::Queue"]
    return {
        one["QueueName"]["Fn::Sub"].removeprefix("etincelle-${Stage}-"): one.get(
            "VisibilityTimeout", {"Fn::If": ["OnLaptop", 10, 30]}
        )["Fn::If"][2]
        for one in queues
    }


def test_a_zip_holds_the_service_and_no_other(built: dict[str, Path]) -> None:
    """Its own package, what is shared, its wheels; no other service, no boto3, nothing of the checkout beside."""
    for service, out in built.items():
        with zipfile.ZipFile(out / "deployment.zip") as archive:
            names = archive.namelist()
            assert {entry.external_attr >> 16 for entry in archive.infolist()} == {0o100644}
        tops = {name.split("/")[0] for name in names}
        assert {"app.py", "chalice", "shared", "services", "pydantic"} <= tops
        assert not tops & {"boto3", "botocore", "tests", "infra", "cli", "requirements.in"}
        rooms = {name.split("/")[1] for name in names if name.startswith("services/")} - {"__init__.py", "__pycache__"}
        assert rooms == {service}


def test_every_module_in_a_zip_is_compiled(built: dict[str, Path]) -> None:
    """A module without its compiled file would cost a cold start."""
    with zipfile.ZipFile(built["collector"] / "deployment.zip") as archive:
        names = set(archive.namelist())
    for name in names:
        folder, _, module = name.rpartition("/")
        if module.endswith(".py"):
            assert f"{folder}/__pycache__/{module[:-3]}.cpython-311.pyc".lstrip("/") in names


def test_the_same_sources_give_the_same_bytes(built: dict[str, Path], tmp_path: Path) -> None:
    """Built again by another process, under another umask and with another seed of hashes."""
    first = report(built["collector"])
    settings = os.environ | {"PYTHONHASHSEED": "7", "TMPDIR": str(tmp_path)}
    command = [sys.executable, "-m", "infra.build", "collector", STAGE]
    again = subprocess.run(command, cwd=ROOT, env=settings, umask=0o077, capture_output=True, text=True, check=True)
    assert again.stdout.strip() == first


def test_a_stage_that_is_not_there_is_not_built() -> None:
    """It says which there are."""
    command = [sys.executable, "-m", "infra.build", "collector", "nowhere"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert done.stderr == "chalice.json has no stage nowhere, only dev, prod\n"


def test_a_zip_is_made_of_what_now_stands_in_the_checkout(built: dict[str, Path]) -> None:
    """No earlier package is used again, and app.py, which Lambda calls, is there once."""
    for service, out in built.items():
        with zipfile.ZipFile(out / "deployment.zip") as archive:
            packed = {name: archive.read(name) for name in archive.namelist() if name.endswith(".py")}
        room = f"services/{service}"
        here = {path.relative_to(ROOT).as_posix(): path.read_bytes() for path in (ROOT / room).rglob("*.py")}
        assert packed["app.py"] == here.pop(f"{room}/app.py")
        assert {name: text for name, text in packed.items() if name.startswith(f"{room}/")} == here


def event_sources(templates: dict[str, dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Every source that is no HTTP."""
    for template in templates.values():
        for properties in functions(template).values():
            yield from (event for event in properties.get("Events", {}).values() if event["Type"] != "Api")


def test_there_are_event_sources(templates: dict[str, dict[str, Any]]) -> None:
    """Streams, queues and schedules, of each of which what is said above is said."""
    assert {event["Type"] for event in event_sources(templates)} == {"DynamoDB", "SQS", "Schedule"}


def test_every_zip_has_a_bill_of_what_is_in_it(built: dict[str, Path]) -> None:
    """In CycloneDX: what its lock pins, at the locked versions, each with a licence, and Chalice beside."""
    for service, out in built.items():
        bill = json.loads((out / "bill.json").read_text())
        assert (bill["bomFormat"], bill["metadata"]["component"]["name"]) == ("CycloneDX", f"etincelle-{service}")
        pinned, _ = requirements(ROOT / "services" / service / "requirements.lock")
        listed = {part["name"]: part["version"] for part in bill["components"]}
        assert listed.pop("chalice")
        assert listed == pinned
        assert all(part["licenses"] for part in bill["components"])


@pytest.mark.parametrize("service", SERVICES)
def test_a_zip_is_small(built: dict[str, Path], service: str) -> None:
    """At most 10 MB: what is loaded on a cold start."""
    assert (built[service] / "deployment.zip").stat().st_size < 10_000_000
