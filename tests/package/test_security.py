"""What is deployed is looked at by checkov: nothing it finds goes unexplained, and it does find what is wrong."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from infra.build import lay_down
from infra.checks import security
from infra.checks.security import Finding, Skip
from infra.paths import SERVICES, STAGE

ASSUMED = {
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]
}
ANYTHING = {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
CODE = {"Handler": "app.app", "Runtime": "python3.11", "Role": "r", "Code": {"S3Bucket": "b", "S3Key": "k"}}
PLANTED: dict[str, tuple[str, str, dict[str, Any]]] = {
    "a-bucket-in-the-open": ("CKV_AWS_53", "AWS::S3::Bucket", {}),
    "a-queue-in-plain-text": ("CKV_AWS_27", "AWS::SQS::Queue", {"SqsManagedSseEnabled": False}),
    "a-topic-in-plain-text": ("CKV_AWS_26", "AWS::SNS::Topic", {}),
    "a-table-without-yesterday": ("CKV_AWS_28", "AWS::DynamoDB::Table", {"KeySchema": []}),
    "a-log-without-end": ("CKV_AWS_66", "AWS::Logs::LogGroup", {}),
    "a-key-that-never-turns": ("CKV_AWS_7", "AWS::KMS::Key", {"KeyPolicy": ASSUMED}),
    "a-policy-for-everything": (
        "CKV_AWS_63",
        "AWS::IAM::Role",
        {"AssumeRolePolicyDocument": ASSUMED, "Policies": [{"PolicyName": "all", "PolicyDocument": ANYTHING}]},
    ),
    "a-secret-in-the-environment": (
        "CKV_AWS_45",
        "AWS::Lambda::Function",
        CODE | {"Environment": {"Variables": {"AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"}}},
    ),
}
"""Templates of one fault each: which check must find it, in what."""


@pytest.fixture(scope="module")
def found(built: dict[str, Path]) -> list[Finding]:
    """What checkov finds in the stage."""
    assert built.keys() == set(SERVICES)
    lay_down(STAGE)
    return security.findings(security.of_stage(STAGE))


@pytest.fixture(scope="module")
def listener() -> Iterator[socket.socket]:
    """Stands where checkov is told that the way to the world is."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        yield server


@pytest.fixture(scope="module")
def in_planted(listener: socket.socket) -> list[Finding]:
    """What checkov finds in the planted faults."""
    looked_at = {
        name: {
            "AWSTemplateFormatVersion": "2010-09-09",
            "Resources": {"Planted": {"Type": kind, "Properties": properties}},
        }
        for name, (_, kind, properties) in PLANTED.items()
    }
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(security, "NOWHERE", f"http://127.0.0.1:{listener.getsockname()[1]}")
        return security.findings(looked_at)


def test_nothing_is_found_but_what_stands_with_a_reason(found: list[Finding]) -> None:
    """In no template that is uploaded, as written and as SAM translates it; and every skip still hides something."""
    assert list(security.faults(found, security.skips())) == []


@pytest.mark.parametrize("skip", security.skips(), ids=lambda skip: f"{skip.check} {skip.of}")
def test_a_skip_that_hides_nothing_is_named(found: list[Finding], skip: Skip) -> None:
    """Once what it hid is mended; each of ours would be."""
    mended = [one for one in found if not skip.lets(one)]
    assert list(security.faults(mended, security.skips())) == [
        f"skips.yaml: {skip.check} of {skip.of} hides nothing any more; take it out"
    ]


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_fault_is_found(in_planted: list[Finding], name: str) -> None:
    """No skip of ours lets it stand."""
    check, kind, _ = PLANTED[name]
    wrong = list(security.faults([one for one in in_planted if one.template == name], security.skips()))
    assert any(line.startswith(f"{name}: {kind}.Planted: {check} ") for line in wrong), wrong


def test_checkov_asks_nobody(in_planted: list[Finding], listener: socket.socket) -> None:
    """No connection came to where it is told that the way out is."""
    assert in_planted
    with pytest.raises(BlockingIOError):
        listener.accept()


def test_a_template_that_checkov_passes_over_is_an_error() -> None:
    """Rather than one more that has no faults."""
    with pytest.raises(SystemExit, match="found nothing to look at"):
        security.findings({"empty": {"Resources": {}}})


def test_a_stage_that_is_not_built_is_not_looked_at() -> None:
    """It says what is missing."""
    with pytest.raises(SystemExit, match="run make package STAGE=nowhere"):
        security.of_stage("nowhere")
