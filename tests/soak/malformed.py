"""Everything that can be wrong with what comes in, made from what is right: one generator for every function.

Truncated, of wrong types, huge, empty, nested without end, from another source, and with characters nobody types.
"""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlencode

HUGE = "x" * 200_000
WRONG: tuple[Any, ...] = (
    None, True, False, 0, -1, 2**70, 1e308, 0.1, "", " ", "\0", "\ud800", "é" * 300, "null", "2024-13-45T99:00:00Z",
    "0001-01-01T00:00:00Z", "2024-03-01", "#", "a#b", "../../etc", "<script>", HUGE, [], {}, [[]], [None], {"": ""},
    {"a": {"b": {"c": []}}}, ["x"] * 2000, "٣", "-0", "1e9999", "𝟙",
)  # fmt: skip
"""Values of no type, of every type, and of none that was meant."""
ELSEWHERE: tuple[Any, ...] = (
    {"Records": [{"eventSource": "aws:s3", "s3": {"bucket": {"name": "b"}, "object": {"key": "k"}}}]},
    {"Type": "SubscriptionConfirmation", "Token": "t", "SubscribeURL": "https://example.com"},
    {"Type": "Notification", "Message": "hello", "TopicArn": "arn:aws:sns:eu-west-1:000000000000:another"},
    {"version": "0", "source": "aws.ec2", "detail-type": "EC2 Instance State-change", "detail": {"state": "stopped"}},
    {"eventType": "Open", "mail": {"tags": {}}, "open": {}},
    {"specversion": "1.0", "type": "com.example", "source": "/x", "id": "1", "data": {}},
)
"""Events of others that lead here by mistake."""
TEXTS = ("", " ", "null", "{", "}", "[]", "{}", "0", '"', "NaN", "[" * 50_000, '{"a":' * 20_000, "\ufeff{}", "not JSON")
IMAGES: tuple[dict[str, Any], ...] = (
    {"S": ""}, {"S": "x"}, {"S": HUGE}, {"N": "-1"}, {"N": "1e30"}, {"N": "0.5"}, {"NULL": True}, {"BOOL": True},
    {"M": {}}, {"L": []}, {"L": [{"NULL": True}]}, {"SS": ["a"]}, {"BS": ["eA=="]}, {"B": "eA=="},
)  # fmt: skip
Json = Any


def places(value: Json, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where something stands in it, the whole first."""
    yield at
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, one in inner:
        yield from places(one, (*at, name))


def spoilt(value: Json, draw: random.Random) -> Json:
    """The value with one thing wrong: something replaced, left out, or added."""
    made = copy.deepcopy(value)
    place = draw.choice(list(places(made)))
    if not place:
        return draw.choice(WRONG + ELSEWHERE)
    holder = made
    for name in place[:-1]:
        holder = holder[name]
    match draw.choice(("replace", "replace", "replace", "drop", "wrap")):
        case "drop":
            del holder[place[-1]]
        case "wrap":
            holder[place[-1]] = [holder[place[-1]]]
        case _:
            inside = holder[place[-1]]
            holder[place[-1]] = inner_spoilt(inside, draw) if is_json(inside) else draw.choice(WRONG)
    return made


def is_json(value: Json) -> bool:
    return isinstance(value, str) and value[:1] in ("{", "[")


def inner_spoilt(text: str, draw: random.Random) -> Json:
    """JSON within JSON, as SNS has it: spoilt inside, or altogether."""
    return spoilt_text(text, draw) if draw.random() < 0.8 else draw.choice(WRONG)


def spoilt_text(text: str, draw: random.Random) -> str:
    """A message's body, spoilt as text or as the value that it spells."""
    match draw.choice(("cut", "text", "elsewhere", "value", "value", "value", "value")):
        case "cut":
            return text[: draw.randrange(len(text))] if text else ""
        case "text":
            return draw.choice(TEXTS)
        case "elsewhere":
            return json.dumps(draw.choice(ELSEWHERE))
    return json.dumps(spoilt(json.loads(text), draw))


def spoilt_record(record: Json, draw: random.Random) -> Json:
    """A stream's record whose item is another than we write; its key and its kind stay, so that it is ours to read."""
    made = copy.deepcopy(record)
    images = [made["dynamodb"][name] for name in ("NewImage", "OldImage") if name in made["dynamodb"]]
    image = draw.choice(images)
    name = draw.choice([one for one in image if one not in ("pk", "sk", "kind")])
    value = image[name]
    if draw.random() < 0.3:
        del image[name]
    elif is_json(value.get("S")) and draw.random() < 0.7:
        image[name] = {"S": str(inner_spoilt(value["S"], draw))}
    elif "M" in value and value["M"] and draw.random() < 0.5:
        image[name] = {"M": {inner: draw.choice(IMAGES) for inner in value["M"]}}
    else:
        image[name] = draw.choice(IMAGES)
    return made


BODIES = (
    b"",
    b"{",
    b"[]",
    b"{}",
    b"null",
    b"\xff\xfe",
    b"[" * 20_000,
    b"a=b&a=c",
    b"%",
    b"x" * 400_000,
    b"NaN",
    b'"\\ud800"',
)
PATHS = ("x", "0" * 16, "a#b", "..", "%00", "é", "x" * 2000, " ", "null", "<script>", "-1", "checkout", "web")
QUERIES = ("", "x", "-1", "0", "99999999999", "2024-13-45", "2024-03-01", "null", "é", "x" * 2000, "[]", "\0", "1e9")
KINDS = ("application/json", "application/x-www-form-urlencoded", "text/plain", "multipart/form-data", "", "x/y;z=\0")


def spoilt_request(operation: Any, samples: list[Json], draw: random.Random) -> tuple[str, bytes | None, str]:
    """A request to an operation that nobody would send: path with query, body, and its kind."""
    parts = [quote(draw.choice(PATHS), safe="") if part[:1] == "{" else part for part in operation.path.split("/")]
    named = [*operation.query, "limit", "cursor", "lang"]
    asked = urlencode({name: draw.choice(QUERIES) for name in draw.sample(named, draw.randrange(len(named)))})
    path = "/".join(parts) + (f"?{asked}" if asked else "")
    if operation.method not in ("POST", "PUT", "PATCH"):
        return path, None, ""
    return path, body_of(operation, samples, draw), draw.choice(KINDS[:1] * 4 + KINDS)


def body_of(operation: Any, samples: list[Json], draw: random.Random) -> bytes:
    """Bytes that are nothing; a good body spoilt; or the fields of the operation with wrong values."""
    chosen = draw.random()
    if chosen < 0.25:
        return draw.choice(BODIES)
    if chosen < 0.6 and samples:
        return json.dumps(spoilt(draw.choice(samples), draw)).encode()
    fields = list(getattr(operation.accepts, "model_fields", {})) or ["do", "score", "ticket", "payload", "x"]
    made = {name: draw.choice(WRONG) for name in draw.sample(fields, draw.randrange(len(fields) + 1))}
    if operation.accepts is None:
        return urlencode({name: str(value)[:5000].encode("utf-8", "replace") for name, value in made.items()}).encode()
    return json.dumps([made] if operation.many and draw.random() < 0.5 else made).encode()
