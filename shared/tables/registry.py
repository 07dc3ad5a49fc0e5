"""Keys of the table `registry`: who owns what.

| to find | partition key | sort key |
|---|---|---|
| a touchpoint, with its survey and owner | `TOUCHPOINT#id` | `CURRENT` (`touchpoint_key`) |
| a version of a survey, as it was used | `SURVEY#id` | `VERSION#000012` (`survey_version_key`) |
| a document's newest version | `DOCUMENT#name` | `HEAD` (`document_head_key`) |
| a document as it was | `DOCUMENT#name` | `VERSION#000012` (`document_version_key`) |
| every touchpoint, owner, survey, journey and document there is, by id | `INDEX` | `TOUCHPOINT#id`, `OWNER#id` … (`index_key`) |
| an owner | `OWNER#id` | `CURRENT` (`owner_key`) |
| a subscription that was made without a journey file | `OWNER#id` | `SUBSCRIPTION#id` (`subscription_key`, `subscriptions_prefix`) |
| how it was changed | `SUBSCRIPTION#owner#id` | `VERSION#000012` (`subscription_version_key`) |
| every one that was made so | `SUBSCRIPTIONS` | `owner#id` (`subscription_line_key`) |
| somebody who signs in | `PERSON#id` | `CURRENT` (`person_key`) |
| whose an address is, by its digest | `ADDRESS#sha256` | `CURRENT` (`address_key`) |
| when somebody signed in last | `PERSON#id` | `VISIT` (`visit_key`) |
| a link to sign in by, by the keyed hash of its code | `SIGNIN#hash` | `SIGNIN` (`sign_in_key`) |
| how often links were asked for, in a window of time | `LIMIT#hash` | when the window began (`limit_key`) |
| which document was applied last, over all, and by whom | `TURN` | `0000000000012` (`turn_key`) |
| an API key by its digest | `KEY#sha256` | `KEY` (`api_key_key`) |
| every API key's id and digest | `KEYS` | `id` (`api_key_index_key`) |
"""

from __future__ import annotations

from datetime import datetime

from shared.tables import key
from shared.times import key_time

INDEX = "INDEX"
KEYS = "KEYS"
SUBSCRIPTIONS = "SUBSCRIPTIONS"
TURN = "TURN"
Key = tuple[str, str]


def touchpoint_key(touchpoint: str) -> Key:
    return key("TOUCHPOINT", touchpoint), "CURRENT"


def owner_key(owner: str) -> Key:
    return key("OWNER", owner), "CURRENT"


def person_key(person: str) -> Key:
    return key("PERSON", person), "CURRENT"


def address_key(digest: str) -> Key:
    return key("ADDRESS", digest), "CURRENT"


def visit_key(person: str) -> Key:
    return key("PERSON", person), "VISIT"


def sign_in_key(code_hash: str) -> Key:
    return key("SIGNIN", code_hash), "SIGNIN"


def limit_key(what: str, window: datetime) -> Key:
    return key("LIMIT", what), key_time(window)


def subscription_key(owner: str, subscription: str) -> Key:
    return owner_key(owner)[0], key("SUBSCRIPTION", subscription)


def subscriptions_prefix(owner: str) -> Key:
    return subscription_key(owner, "")


def subscription_version_key(owner: str, subscription: str, version: int) -> Key:
    return key("SUBSCRIPTION", owner, subscription), key("VERSION", f"{version:06}")


def subscription_line_key(owner: str, subscription: str) -> Key:
    return SUBSCRIPTIONS, key(owner, subscription)


def survey_version_key(survey: str, version: int) -> Key:
    return key("SURVEY", survey), key("VERSION", f"{version:06}")


def document_head_key(name: str) -> Key:
    return key("DOCUMENT", name), "HEAD"


def document_version_key(name: str, version: int) -> Key:
    return key("DOCUMENT", name), key("VERSION", f"{version:06}")


def index_key(kind: str, identifier: str) -> Key:
    """kind: TOUCHPOINT, OWNER, SURVEY, JOURNEY, PERSON, ADDRESS, PRESSURE or DOCUMENT."""
    return INDEX, key(kind, identifier)


def turn_key(turn: int) -> Key:
    """turn: from 1; every document applied, whichever it is, takes the next."""
    return TURN, key(f"{turn:013}")


def api_key_key(digest: str) -> Key:
    return key("KEY", digest), "KEY"


def api_key_index_key(key_id: str) -> Key:
    return KEYS, key(key_id)
