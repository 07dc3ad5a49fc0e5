"""The data stack of `infra/data.yaml`, built by moto in process, for the contract tests of the adapters."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

import boto3
from moto import mock_aws
from moto.core import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models import dynamodb_backends

import shared.aws
from shared.dynamo import Table

TEMPLATE = Path(__file__).parents[1] / "infra/data.yaml"
ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_ACCOUNT_ID_ENDPOINT_MODE": "disabled",
}


@contextmanager
def data_stack() -> Iterator[None]:
    """Tables, queues and topic of the template, under stage `test`, and nothing else. It answers boto3 only."""
    by_boto3 = patch.object(shared.aws, "client", lambda service, *_: boto3.client(service))
    with patch.dict("os.environ", ENVIRONMENT), by_boto3, mock_aws():
        boto3.client("cloudformation").create_stack(
            StackName="data",
            TemplateBody=TEMPLATE.read_text(),
            Parameters=[{"ParameterKey": "Stage", "ParameterValue": "test"}],
        )
        without_streams()
        yield


def without_streams() -> None:
    """Nobody reads the tables' streams here, and moto would copy all that is in them at every transaction."""
    for table in dynamodb_backends[DEFAULT_ACCOUNT_ID][ENVIRONMENT["AWS_DEFAULT_REGION"]].tables.values():
        table.stream_shard = None


def table(name: str) -> Table:
    """A table of the data stack."""
    return Table(boto3.client("dynamodb"), f"etincelle-test-{name}")
