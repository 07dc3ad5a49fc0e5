"""Calls a function as Lambda would, and reads its partial batch reply as Lambda does."""

from __future__ import annotations

import copy
import logging
from typing import Any

from infra.local.bindings import Binding
from infra.local.context import LambdaContext
from infra.local.environment import STAGE

log = logging.getLogger(__name__)


def invoke(binding: Binding, event: dict[str, Any]) -> Any:
    """The function's reply, or what it raised. The event is the function's own to change."""
    context = LambdaContext(f"etincelle-{binding.service}-{STAGE}-{binding.function}")
    try:
        return binding.handler(copy.deepcopy(event), context)
    except Exception as error:
        log.exception("%s raised", binding.label)
        return error


def failed_items(reply: Any, identifiers: list[str]) -> list[int]:
    """Places of the items a reply names as failed; of all of them where the reply makes no sense to Lambda.

    Nothing, an empty object, and an empty or absent list mean that all went well.
    """
    if not reply:
        return []
    everything = list(range(len(identifiers)))
    if not isinstance(reply, dict):
        return everything if isinstance(reply, list | tuple) else []
    places = {identifier: place for place, identifier in enumerate(identifiers)}
    failures = reply.get("batchItemFailures") or []
    try:
        return [places[failure["itemIdentifier"]] for failure in failures]
    except (KeyError, TypeError):
        return everything
