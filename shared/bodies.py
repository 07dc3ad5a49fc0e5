"""From untrusted bytes to a typed value, or one error that names every wrong field."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import Any, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError

from shared.errors import FieldError, InvalidInput, MalformedBody, TooLarge
from shared.times import parse_time

Model = TypeVar("Model", bound=BaseModel)
LARGEST_BODY = 2_000_000
DEEPEST = 32
MOST_ERRORS = 1000
"""Wrong fields a problem names: Lambda refuses replies beyond 6 MB, and the caller would see a 502."""


def parse_json(raw: bytes, largest: int = LARGEST_BODY) -> Any:
    """The JSON value of a body of at most so many bytes. Raises TooLarge or MalformedBody, saying what is wrong."""
    if len(raw) > largest:
        raise TooLarge(f"the body has {len(raw)} bytes; at most {largest} are taken")
    try:
        text = raw.decode("utf-8")
        value = json.loads(text, parse_constant=refuse_constant)
    except UnicodeDecodeError as error:
        raise MalformedBody(f"the body is not UTF-8: byte {error.start} cannot be read") from None
    except RecursionError:
        raise MalformedBody(f"the body is nested deeper than {DEEPEST} levels") from None
    except ValueError as error:
        raise MalformedBody(f"the body is not JSON: {error}") from None
    refuse_depth(value)
    refuse_half_characters(text, value)
    return value


def refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a JSON number")


def refuse_half_characters(text: str, value: Any) -> None:
    """`"\\ud800"` is legal JSON, but no text: neither UTF-8 nor DynamoDB can write half a surrogate pair."""
    if "\\ud" in text.lower():
        try:
            json.dumps(value, ensure_ascii=False).encode("utf-8")
        except UnicodeEncodeError:
            raise MalformedBody("a text holds half a character (a lone surrogate)") from None


def refuse_depth(value: Any) -> None:
    layer, depth = [value], 0
    while layer := [inner for outer in layer for inner in children(outer)]:
        depth += 1
        if depth > DEEPEST:
            raise MalformedBody(f"the body is nested deeper than {DEEPEST} levels")


def children(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


def parse_as(model: type[Model], value: Any, context: Any = None) -> Model:
    """The typed value. Raises InvalidInput with one entry for each wrong field. context: for its validators."""
    try:
        return model.model_validate(value, context=context)
    except ValidationError as error:
        raise InvalidInput(how_many(error), field_errors(error)) from None


def parse_many(model: type[Model], values: list[Any], context: Any = None) -> list[Model]:
    """Every typed value of a list. Raises InvalidInput with pointers such as `#/3/score`."""
    try:
        return list_of(model).validate_python(values, context=context)
    except ValidationError as error:
        raise InvalidInput(how_many(error), field_errors(error)) from None


@cache
def list_of(model: type[Model]) -> TypeAdapter[list[Model]]:
    return TypeAdapter(list[model])  # type: ignore[valid-type]


def how_many(error: ValidationError) -> str:
    """Said only where not every wrong field can be named."""
    count = error.error_count()
    return f"{count} fields are wrong; the first {MOST_ERRORS} are named" if count > MOST_ERRORS else ""


def parse_query(model: type[Model], parameters: Mapping[str, str]) -> Model:
    """The typed question in a query's parameters. Raises InvalidInput; pointers are such as `query:days`."""
    try:
        return parse_as(model, dict(parameters))
    except InvalidInput as error:
        named = [replace(one, pointer=one.pointer.replace("#/", "query:", 1)) for one in error.errors]
        raise InvalidInput(errors=named) from None


def parse_span(since: str | None, until: str | None, usual: tuple[datetime, datetime]) -> tuple[datetime, datetime]:
    """The ends that a query's `from` and `to` name, each a day (its first moment, UTC) or a time; else the usual ones.

    Aware UTC. Raises InvalidInput naming each that is neither.
    """
    ends = [end(name, text, one) for name, text, one in zip(("from", "to"), (since, until), usual, strict=True)]
    wrong = [one for one in ends if isinstance(one, FieldError)]
    if wrong:
        raise InvalidInput(errors=wrong)
    first, last = (one for one in ends if isinstance(one, datetime))
    return first, last


def end(name: str, text: str | None, usual: datetime) -> datetime | FieldError:
    if text is None:
        return usual
    try:
        return parse_time(f"{text}T00:00:00Z" if len(text) == len("2024-03-01") else text.upper())
    except (ValueError, OverflowError):
        return FieldError(f"query:{name}", "a day or a time, as 2024-03-01 or 2024-03-01T09:30:00Z", "not_a_time")


def field_errors(error: ValidationError) -> list[FieldError]:
    """One entry a wrong field, of so many that the reply stays small; what was sent is not repeated, as it may be
    somebody's words."""
    return [
        FieldError(pointer(found["loc"]), found["msg"].removeprefix("Value error, "), found["type"])
        for found in error.errors(include_url=False, include_context=False, include_input=False)[:MOST_ERRORS]
    ]


def pointer(place: tuple[int | str, ...]) -> str:
    """RFC 6901: `("3", "a/b")` is `#/3/a~1b`. Pydantic's mark of a wrong name, `[key]`, is left out."""
    parts = place[:-1] if place[-1:] == ("[key]",) else place
    return "#" + "".join(f"/{str(p).replace('~', '~0').replace('/', '~1')}" for p in parts)


def several(sent: Any, name: str) -> list[Any] | None:
    """The list that was sent, bare or as `{name: […]}`; None where one value was sent. Raises InvalidInput."""
    if not isinstance(sent, dict) or name not in sent:
        return sent if isinstance(sent, list) else None
    errors = [FieldError(pointer((other,)), "no such field", "extra_forbidden") for other in sent if other != name]
    if not isinstance(sent[name], list):
        errors.insert(0, FieldError(f"#/{name}", "send a list", "list_type"))
    if errors:
        raise InvalidInput(errors=errors)
    return list(sent[name])
