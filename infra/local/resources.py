"""Builds what `infra/data.yaml` describes in the engine, by the engine's own CloudFormation: the cloud's template."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import ClientError

from infra.local.environment import REGION, SENDER, STAGE, TABLES, credentials, name

TEMPLATE = Path(__file__).parents[1] / "data.yaml"
STACK = f"etincelle-{STAGE}-data"
DONE = ("CREATE_COMPLETE", "UPDATE_COMPLETE")
SECONDS = 30.0


class NotBuilt(Exception):
    """The engine could not build the template's resources."""


def client(service: str, endpoint: str) -> Any:
    """A boto3 client of the engine, whatever AWS accounts this machine knows."""
    settings = credentials(endpoint)
    return boto3.client(
        service,
        endpoint_url=endpoint,
        region_name=REGION,
        aws_access_key_id=settings["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=settings["AWS_SECRET_ACCESS_KEY"],
    )


def build(endpoint: str) -> None:
    """Makes what is missing and changes what differs; what is there keeps its data. Raises NotBuilt."""
    formation = client("cloudformation", endpoint)
    request = {
        "StackName": STACK,
        "TemplateBody": TEMPLATE.read_text(),
        "Parameters": [{"ParameterKey": "Stage", "ParameterValue": STAGE}],
    }
    if status(formation) is None:
        formation.create_stack(**request)
    else:
        update(formation, request)
    wait(formation)
    finish(endpoint)


def update(formation: Any, request: dict[str, Any]) -> None:
    try:
        formation.update_stack(**request)
    except ClientError as error:
        if "No updates are to be performed" not in str(error):
            raise NotBuilt(str(error)) from error


def status(formation: Any) -> str | None:
    """The stack's status; None where there is no stack."""
    try:
        return str(formation.describe_stacks(StackName=STACK)["Stacks"][0]["StackStatus"])
    except ClientError:
        return None


def wait(formation: Any) -> None:
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        now = status(formation)
        if now in DONE:
            return
        if now is None or "FAILED" in now or "ROLLBACK" in now:
            raise NotBuilt(reasons(formation))
        time.sleep(0.02)
    raise NotBuilt(f"the engine did not build {TEMPLATE.name} in {SECONDS:.0f} s")


def reasons(formation: Any) -> str:
    events = formation.describe_stack_events(StackName=STACK)["StackEvents"]
    failed = [each for each in events if "FAILED" in each["ResourceStatus"]]
    return "; ".join(f"{each['LogicalResourceId']}: {each.get('ResourceStatusReason')}" for each in failed)


def finish(endpoint: str) -> None:
    """What the engine's CloudFormation leaves out: items that expire, and the sender's address, verified."""
    tables = client("dynamodb", endpoint)
    for table in map(name, TABLES):
        described = tables.describe_time_to_live(TableName=table)["TimeToLiveDescription"]
        if described["TimeToLiveStatus"] == "DISABLED":
            expiry = {"Enabled": True, "AttributeName": "expires_at"}
            tables.update_time_to_live(TableName=table, TimeToLiveSpecification=expiry)
    mail = client("sesv2", endpoint)
    known = [identity["IdentityName"] for identity in mail.list_email_identities()["EmailIdentities"]]
    if SENDER not in known:
        mail.create_email_identity(EmailIdentity=SENDER)
