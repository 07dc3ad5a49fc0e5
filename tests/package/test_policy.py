"""The door reads requests and policies as IAM does; otherwise it would prove nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest

from infra.paths import ROOT
from infra.prove.cloud import PSEUDO
from infra.prove.policy import Deed, Policy, deeds

TABLE = "arn:aws:dynamodb:us-east-1:000000000000:table/etincelle-dev-cases"
KEY = {"pk": {"S": "CASE#1"}, "sk": {"S": "CASE"}}
CASES = "arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/etincelle-${Stage}-cases"


def policy(action: str, resource: Any, **more: Any) -> Policy:
    """One statement that allows one action."""
    return Policy({"Statement": [{"Action": [action], "Resource": [resource]} | more]}, PSEUDO | {"Stage": "dev"})


def test_an_action_is_allowed_on_its_resource_only() -> None:
    """Neither another action, nor another table, nor the table's index."""
    allowing = policy("dynamodb:Query", {"Fn::Sub": CASES})
    assert allowing.allows(Deed("dynamodb:Query", TABLE))
    assert not allowing.allows(Deed("dynamodb:Scan", TABLE))
    assert not allowing.allows(Deed("dynamodb:Query", TABLE + "-old"))
    assert not allowing.allows(Deed("dynamodb:Query", TABLE + "/index/state"))


def test_an_action_may_be_allowed_on_some_partitions_only() -> None:
    """Every partition that is named must be one of them."""
    only = {"Condition": {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["CASE#*", "PASS#*"]}}}
    allowing = policy("dynamodb:Query", {"Fn::Sub": CASES}, **only)
    assert allowing.allows(Deed("dynamodb:Query", TABLE, ("CASE#1", "PASS#2")))
    assert not allowing.allows(Deed("dynamodb:Query", TABLE, ("CASE#1", "ALERT#2")))


def test_a_condition_of_another_kind_is_not_taken_for_understood() -> None:
    """Else it would be passed over, and the proof would prove nothing."""
    with pytest.raises(AssertionError, match="not understood"):
        policy("dynamodb:Query", {"Fn::Sub": CASES}, Condition={"StringEquals": {"dynamodb:Select": ["COUNT"]}})


@pytest.mark.parametrize(
    ("target", "request_", "done"),
    [
        (
            "DynamoDB_20120810.GetItem",
            {"TableName": "etincelle-dev-cases", "Key": KEY},
            [Deed("dynamodb:GetItem", TABLE, ("CASE#1",))],
        ),
        (
            "DynamoDB_20120810.Query",
            {
                "TableName": "etincelle-dev-cases",
                "IndexName": "state",
                "KeyConditionExpression": "#pk = :pk",
                "ExpressionAttributeValues": {":pk": {"S": "OPEN"}},
            },
            [Deed("dynamodb:Query", f"{TABLE}/index/state", ("OPEN",))],
        ),
        ("DynamoDB_20120810.Scan", {"TableName": "etincelle-dev-cases"}, [Deed("dynamodb:Scan", TABLE)]),
        (
            "DynamoDB_20120810.TransactWriteItems",
            {
                "TransactItems": [
                    {"Put": {"TableName": "etincelle-dev-cases", "Item": KEY}},
                    {"ConditionCheck": {"TableName": "etincelle-dev-cases", "Key": KEY}},
                ]
            },
            [Deed("dynamodb:PutItem", TABLE, ("CASE#1",)), Deed("dynamodb:ConditionCheckItem", TABLE, ("CASE#1",))],
        ),
        (
            "DynamoDB_20120810.BatchGetItem",
            {"RequestItems": {"etincelle-dev-cases": {"Keys": [KEY]}}},
            [Deed("dynamodb:BatchGetItem", TABLE, ("CASE#1",))],
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


@pytest.mark.parametrize(
    ("role", "set_"),
    [("alerts-deliver", "company"), ("registry-api", "company"), ("invitations-send", "etincelle-dev")],
)
def test_who_sends_mail_may_do_so(role: str, set_: str) -> None:
    """By the set of settings that they name, or by their sender's default, which may be any: SES asks for it too."""
    document = json.loads((ROOT / "infra" / "iam" / f"{role}.json").read_text())
    allowed = Policy(document, PSEUDO | {"Stage": "dev"})
    mail = {"FromEmailAddress": "a@example.com", "Content": {"Raw": {}}, "ConfigurationSetName": set_}
    assert all(allowed.allows(deed) for deed in written(mail))


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
