"""The key material of keyed hashes and signed tokens: one secret for all services."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from shared.aws import AwsRefused
from shared.dynamo import call
from shared.settings import Environment


def secret(environment: Environment, ssm: Callable[[], Any]) -> bytes:
    """The secret from SSM, or from the environment on a laptop. ssm: makes the client, where it is needed."""
    local = environment.get("SECRET", "")
    if local:
        return local.encode()
    return parameter(environment.need("SECRET_PARAMETER"), ssm()).encode()


def parameter(name: str, ssm: Any) -> str:
    """A secret that is kept as a parameter of SSM's. Raises Unavailable."""
    return str(call(ssm.get_parameter, Name=name, WithDecryption=True)["Parameter"]["Value"])


def parameter_if_any(name: str, ssm: Any) -> str:
    """The same; empty where nobody put one there."""
    try:
        return parameter(name, ssm)
    except AwsRefused as refused:
        if refused.code != "ParameterNotFound":
            raise
        return ""
