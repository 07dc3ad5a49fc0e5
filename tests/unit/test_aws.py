"""Our client of AWS's JSON services says what boto3 says, signs as botocore does, tries again where that is safe."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from threading import Thread
from typing import Any
from unittest.mock import patch

import boto3
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from shared import aws, dynamo
from shared.dynamo import ConditionFailed, Put, Table, transact
from shared.errors import Unavailable
from shared.secret import parameter, parameter_if_any
from shared.settings import Environment
from shared.signing import Signer

NOW = datetime(2024, 3, 1, 10, 0, 5, tzinfo=UTC)
ITEM = {
    "pk": "a",
    "sk": "é",
    "n": 7,
    "share": 0.25,
    "marks": {b"\x00\xff", b"\x01"},
    "raw": b"\xfe",
    "more": {"x": [None, True]},
}


class Server(ThreadingHTTPServer):
    """Answers what it is told to, in turn, the last for ever; keeps what it was asked."""

    daemon_threads = True

    def __init__(self, *replies: tuple[int, Any] | None) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.replies, self.asked = list(replies), list[tuple[dict[str, str], dict[str, Any]]]()
        self.connections: set[Any] = set()
        Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()

    def reply_to(self, _: dict[str, Any]) -> tuple[int, Any] | None:
        return self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]

    @property
    def environment(self) -> Environment:
        url = f"http://127.0.0.1:{self.server_address[1]}"
        keys = {"AWS_ACCESS_KEY_ID": "AKID", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_SESSION_TOKEN": "token"}
        return Environment({"AWS_REGION": "eu-west-1", "AWS_ENDPOINT_URL": url} | keys)

    def client(self, service: str = "dynamodb") -> aws.JsonClient:
        numbers = count(1)
        return aws.client(service, self.environment, lambda: NOW, lambda size: bytes([next(numbers)]) * size)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    def do_POST(self) -> None:
        """Takes the next reply; without one the connection breaks."""
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append(({name.lower(): value for name, value in self.headers.items()}, body))
        self.server.connections.add(self.client_address)
        reply = self.server.reply_to(body)
        if reply is None:
            self.close_connection = True
            return
        content = reply[1].encode() if isinstance(reply[1], str) else json.dumps(reply[1]).encode()
        self.send_response(reply[0])
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *arguments: Any) -> None:
        """Says nothing."""


@pytest.fixture(autouse=True)
def _no_waiting() -> Iterator[None]:
    with patch.object(aws.time, "sleep"):
        yield


def refusal(code: str, **more: Any) -> tuple[int, Any]:
    return 400, {"__type": f"com.amazonaws.dynamodb.v20120810#{code}", "message": "no"} | more


@given(st.binary(max_size=200), st.sampled_from(["", "a token"]), st.sampled_from(["dynamodb", "sqs", "ssm"]))
def test_a_request_is_signed_as_botocore_signs_it(body: bytes, token: str, service: str) -> None:
    """The same Authorization header, whatever the body, with lasting credentials and with temporary ones."""
    signer = Signer("AKID", "secret", token, "eu-west-1", service, lambda: NOW)
    headers = {"content-type": "application/x-amz-json-1.0", "host": f"{service}.example.com", "x-amz-target": "A.B"}
    request = AWSRequest("POST", f"https://{service}.example.com/", headers, data=body)
    with patch("botocore.auth.get_current_datetime", lambda: NOW):
        SigV4Auth(Credentials("AKID", "secret", token or None), service, "eu-west-1").add_auth(request)
    head = signer.head(headers)
    head.of(b"another")
    signed = [tuple(line.split(": ", 1)) for line in head.of(body).split("\r\n")]
    theirs = {name.lower(): value for name, value in request.headers.items()}
    assert signed == [*((name, theirs[name]) for name, _ in signed[:-1]), ("",)]
    assert {name for name, _ in signed[:-1]} == theirs.keys()


def test_an_item_is_written_as_boto3_writes_it_and_read_back() -> None:
    """Numbers, bytes and sets of bytes as in the body that boto3 sends; what comes back are the same values."""
    server = Server((200, {}))
    Table(server.client(), "t").put_new(ITEM)
    endpoint = server.environment.need("AWS_ENDPOINT_URL")
    credentials = {"aws_access_key_id": "AKID", "aws_secret_access_key": "secret"}
    Table(boto3.client("dynamodb", "eu-west-1", endpoint_url=endpoint, **credentials), "t").put_new(ITEM)
    (ours, our_body), (theirs, their_body) = server.asked
    assert our_body == their_body
    assert ours["x-amz-target"] == theirs["x-amz-target"] == "DynamoDB_20120810.PutItem"
    assert ours["content-type"] == theirs["content-type"]
    back = Server((200, {"Item": our_body["Item"]}))
    assert Table(back.client(), "t").get("a", "é") == ITEM


def test_one_connection_serves_call_after_call() -> None:
    """A connection takes two round trips to make, and four with TLS."""
    server = Server((200, {}))
    client = server.client()
    for _ in range(3):
        client.get_item(TableName="t")
    assert len(server.connections) == 1


def cancelled(*codes: str) -> tuple[int, Any]:
    return refusal("TransactionCanceledException", CancellationReasons=[{"Code": code} for code in codes])


PASSING = [
    None,
    (500, ""),
    (503, "<html>"),
    refusal("ThrottlingException"),
    refusal("TransactionConflictException"),
    cancelled("None", "ThrottlingError"),
    cancelled("ProvisionedThroughputExceeded", "ThrottlingError"),
]


@pytest.mark.parametrize("first", PASSING)
def test_what_passes_is_tried_again(first: tuple[int, Any] | None) -> None:
    """A broken connection, a 5xx with whatever body, being throttled, a transaction that has the item in hand."""
    server = Server(first, (200, {"Item": {"pk": {"S": "a"}}}))
    assert Table(server.client(), "t").get("a", "b") == {"pk": "a"}
    assert len(server.asked) == 2


@pytest.mark.parametrize("always", [None, (500, ""), refusal("ProvisionedThroughputExceededException")])
def test_what_does_not_pass_is_unavailable(always: tuple[int, Any] | None) -> None:
    """After five attempts, so that whoever asked may ask again later."""
    server = Server(always)
    with pytest.raises(Unavailable):
        Table(server.client(), "t").get("a", "b")
    assert len(server.asked) == len(aws.WAITS_S) + 1


@pytest.mark.parametrize("codes", [("None", "None"), ("ThrottlingError", "ConditionalCheckFailed")])
def test_a_transaction_that_was_cancelled_for_more_is_not_tried_again(codes: tuple[str, ...]) -> None:
    """What else was wrong with it will be wrong again; what nobody gives a reason for, who knows."""
    server = Server(cancelled(*codes))
    with pytest.raises((ConditionFailed, Unavailable)):
        transact([Put(Table(server.client(), "t"), ITEM, new=True)])
    assert len(server.asked) == 1


def test_a_secret_that_may_not_be_asked_for_just_now_is_asked_for_longer() -> None:
    """SSM takes forty a second of a whole account; where that lasts, whoever wanted it may come again."""
    server, waits = Server(refusal("ThrottlingException")), list[float]()
    with patch.object(aws.time, "sleep", waits.append), pytest.raises(Unavailable):
        parameter("/etincelle/prod/secret", aws.client("ssm", server.environment, lambda: NOW, lambda n: b"\xff" * n))
    assert waits == list(aws.LONG_WAITS_S)
    assert sum(waits) > 3


def test_a_secret_that_nobody_put_there_is_empty_where_it_may_be() -> None:
    """And only then: whoever may not read it has a mistake to mend."""
    server = Server(refusal("ParameterNotFound"), refusal("AccessDeniedException"))
    assert parameter_if_any("/etincelle/prod/slack-signing-secret", server.client("ssm")) == ""
    with pytest.raises(aws.AwsRefused, match="AccessDeniedException"):
        parameter_if_any("/etincelle/prod/slack-signing-secret", server.client("ssm"))


def test_a_refusal_is_not_tried_again() -> None:
    """That a condition failed is an answer; it says what stands there."""
    server = Server(refusal("ConditionalCheckFailedException", Item={"pk": {"S": "a"}, "raw": {"B": "/g=="}}))
    with pytest.raises(ConditionFailed) as failed:
        Table(server.client(), "t").put_new(ITEM)
    assert failed.value.existing == {"pk": "a", "raw": b"\xfe"}
    assert len(server.asked) == 1


def test_a_mistake_of_ours_is_told_as_aws_tells_it() -> None:
    """Neither hidden nor tried again."""
    server = Server(refusal("AccessDeniedException"))
    with pytest.raises(aws.AwsRefused, match="PutItem: AccessDeniedException: no"):
        Table(server.client(), "t").put_new(ITEM)
    assert len(server.asked) == 1


def test_a_transaction_tried_again_is_the_same_one_and_the_next_is_another() -> None:
    """By its token: AWS would else take the second try of a transaction for a race with the first."""
    server = Server((500, ""), (200, {}))
    table = Table(server.client(), "t")
    for _ in range(2):
        transact([Put(table, ITEM, new=True)])
    tokens = [body["ClientRequestToken"] for _, body in server.asked]
    assert tokens[0] == tokens[1] != tokens[2]
    assert len(tokens[0]) == 32


def test_why_a_transaction_was_cancelled_is_told_by_place() -> None:
    """The second of two failed its condition."""
    server = Server(
        refusal(
            "TransactionCanceledException", CancellationReasons=[{"Code": "None"}, {"Code": "ConditionalCheckFailed"}]
        )
    )
    table = Table(server.client(), "t")
    with pytest.raises(ConditionFailed) as failed:
        transact([Put(table, ITEM, new=True), Put(table, ITEM, new=True)])
    assert failed.value.places == (1,)


def test_queues_and_parameters_are_asked_in_their_own_words() -> None:
    """SQS and SSM speak the same protocol under other names."""
    server = Server((200, {"Parameter": {"Value": "s"}}))
    server.client("sqs").send_message(QueueUrl="q", MessageBody="m")
    assert server.client("ssm").get_parameter(Name="n", WithDecryption=True)["Parameter"]["Value"] == "s"
    targets = [headers["x-amz-target"] for headers, _ in server.asked]
    assert targets == ["AmazonSQS.SendMessage", "AmazonSSM.GetParameter"]
    assert [headers["content-type"][-3:] for headers, _ in server.asked] == ["1.0", "1.1"]


def test_without_an_endpoint_of_our_own_it_is_amazon_s() -> None:
    """Over TLS, in the function's region; China's has a domain of its own."""
    keys = {"AWS_ACCESS_KEY_ID": "AKID", "AWS_SECRET_ACCESS_KEY": "secret"}
    hosts = []
    for region in ("eu-west-3", "cn-north-1"):
        client = aws.client("dynamodb", Environment(keys | {"AWS_REGION": region}), lambda: NOW, bytes)
        hosts.append((client._endpoint.url, client._endpoint.connect().port))
    assert hosts == [
        ("https://dynamodb.eu-west-3.amazonaws.com", 443),
        ("https://dynamodb.cn-north-1.amazonaws.com.cn", 443),
    ]


def test_what_boto3_raises_is_translated_all_the_same() -> None:
    """SNS and SES are called by boto3: its refusals and its broken connections mean what ours do."""
    client = boto3.client(
        "sns",
        "eu-west-1",
        endpoint_url="http://127.0.0.1:9",
        aws_access_key_id="AKID",
        aws_secret_access_key="secret",
        config=Config(retries={"total_max_attempts": 1}),
    )
    with pytest.raises(Unavailable):
        dynamo.call(client.publish, TopicArn="arn:aws:sns:eu-west-1:000000000000:t", Message="m")

    def refuses(**_: Any) -> None:
        raise ClientError({"Error": {"Code": "ThrottlingException"}}, "Publish")

    with pytest.raises(Unavailable):
        dynamo.call(refuses)
