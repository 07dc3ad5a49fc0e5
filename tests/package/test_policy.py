"""The door reads requests and policies as IAM does; otherwise it would prove nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest

from infra.paths import ROOT
from infra.prove.cloud import PSEUDO
from infra.prove.policy import Deed, Policy, deeds

TABLE = "arn:aws:dynamodb:us-east-1:000000000000:table/etincelle-dev-cases"
CASES = "arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/etincelle-${Stage}-cases"


def policy(action: str, resource: Any) -> Policy:
    """One statement that allows one action."""
    return Policy({"Statement": [{"Action": [action], "Resource": [resource]}]}, PSEUDO | {"Stage": "dev"})


def test_an_action_is_allowed_on_its_resource_only() -> None:
    """Neither another action, nor another table, nor the table's index."""
    allowing = policy("dynamodb:Query", {"Fn::Sub": CASES})
    assert allowing.allows(Deed("dynamodb:Query", TABLE))
    assert not allowing.allows(Deed("dynamodb:Scan", TABLE))
    assert not allowing.allows(Deed("dynamodb:Query", TABLE + "-old"))
    assert not allowing.allows(Deed("dynamodb:Query", TABLE + "/index/state"))


@pytest.mark.parametrize(
    ("target", "request_", "done"),
    [
        ("DynamoDB_20120810.GetItem", {"TableName": "etincelle-dev-cases"}, [Deed("dynamodb:GetItem", TABLE)]),
        (
            "DynamoDB_20120810.Query",
            {"TableName": "etincelle-dev-cases", "IndexName": "state"},
            [Deed("dynamodb:Query", f"{TABLE}/index/state")],
        ),
        (
            "DynamoDB_20120810.TransactWriteItems",
            {"TransactItems": [{"Put": {"TableName": "etincelle-dev-cases"}}]},
            [Deed("dynamodb:PutItem", TABLE)],
        ),
        (
            "DynamoDB_20120810.BatchGetItem",
            {"RequestItems": {"etincelle-dev-cases": {"Keys": []}}},
            [Deed("dynamodb:BatchGetItem", TABLE)],
        ),
        (
            "AmazonSQS.SendMessageBatch",
            {"QueueUrl": "https://sqs.us-east-1.amazonaws.com/000000000000/looks"},
            [Deed("sqs:SendMessage", "arn:aws:sqs:us-east-1:000000000000:looks")],
        ),
        (
            "AmazonSSM.GetParameter",
            {"Name": "/a/b"},
            [Deed("ssm:GetParameter", "arn:aws:ssm:us-east-1:000000000000:parameter/a/b")],
        ),
    ],
)
def test_a_request_is_read_as_what_it_does(target: str, request_: dict[str, Any], done: list[Deed]) -> None:
    """JSON protocols name the operation in a header; a transaction does what its parts do."""
    assert list(deeds("/", target, json.dumps(request_).encode())) == done


def test_a_topic_s_form_and_a_mail_s_path_are_read_too() -> None:
    """SNS speaks in forms, SES in paths."""
    form = b"Action=Publish&TopicArn=arn%3Aaws%3Asns%3Aus-east-1%3A000000000000%3At"
    assert list(deeds("/", "", form)) == [Deed("sns:Publish", "arn:aws:sns:us-east-1:000000000000:t")]
    simple = {"FromEmailAddress": "a@example.com", "Content": {"Simple": {}}}
    mail = "arn:aws:ses:us-east-1:000000000000:identity/a@example.com"
    assert written(simple) == [Deed("ses:SendEmail", mail)]


def test_a_mail_of_our_own_making_takes_a_permission_of_its_own() -> None:
    """SES asks for `SendRawEmail` where the content is raw, whatever the operation is called; and for the set."""
    raw = {"FromEmailAddress": "a@example.com", "Content": {"Raw": {}}, "ConfigurationSetName": "set"}
    ses = "arn:aws:ses:us-east-1:000000000000"
    assert written(raw) == [
        Deed("ses:SendRawEmail", f"{ses}:identity/a@example.com"),
        Deed("ses:SendRawEmail", f"{ses}:configuration-set/set"),
    ]


@pytest.mark.parametrize("role", ["alerts-deliver", "invitations-send"])
def test_who_sends_mail_may_do_so(role: str) -> None:
    """Both write the whole message themselves."""
    document = json.loads((ROOT / "infra" / "iam" / f"{role}.json").read_text())
    allowed = Policy(document, PSEUDO | {"Stage": "dev"})
    assert all(allowed.allows(deed) for deed in written({"FromEmailAddress": "a@example.com", "Content": {"Raw": {}}}))


@pytest.mark.parametrize(
    ("role", "table", "uses"),
    [
        ("aggregator-fold", "friction", ("UpdateItem", "Query", "BatchGetItem")),
        ("aggregator-follow", "friction", ("UpdateItem", "Query", "BatchGetItem")),
        ("invitations-tally", "contacts", ("UpdateItem", "Query")),
    ],
)
def test_who_adds_to_sets_may_ask_for_their_last_piece(role: str, table: str, uses: tuple[str, ...]) -> None:
    """Which it does only once a piece is full; and folds read claims together."""
    document = json.loads((ROOT / "infra" / "iam" / f"{role}.json").read_text())
    allowed = Policy(document, PSEUDO | {"Stage": "dev"})
    place = TABLE.replace("-cases", f"-{table}")
    assert all(allowed.allows(Deed(f"dynamodb:{use}", place)) for use in uses)


def written(mail: dict[str, Any]) -> list[Deed]:
    return list(deeds("/v2/email/outbound-emails", "", json.dumps(mail).encode()))
