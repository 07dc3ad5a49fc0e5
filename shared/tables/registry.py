"""Keys of the table `registry`: who owns what.

| to find | partition key | sort key |
|---|---|---|
| a touchpoint, with its survey and owner | `TOUCHPOINT#id` | `CURRENT` (`touchpoint_key`) |
| a version of a survey, as it was used | `SURVEY#id` | `VERSION#000012` (`survey_version_key`) |
| a document's newest version | `DOCUMENT#name` | `HEAD` (`document_head_key`) |
| a document as it was | `DOCUMENT#name` | `VERSION#000012` (`document_version_key`) |
| every touchpoint, owner, survey, journey and document there is, by id | `INDEX` | `TOUCHPOINT#id`, `OWNER#id` … (`index_key`) |
| an owner | `OWNER#id` | `CURRENT` (`owner_key`) |
| which document was applied last, over all, and by whom | `TURN` | `0000000000012` (`turn_key`) |
| an API key by its digest | `KEY#sha256` | `KEY` (`api_key_key`) |
| every API key's id and digest | `KEYS` | `id` (`api_key_index_key`) |
"""

from __future__ import annotations

from shared.tables import key

INDEX = "INDEX"
KEYS = "KEYS"
TURN = "TURN"
Key = tuple[str, str]


def touchpoint_key(touchpoint: str) -> Key:
    return key("TOUCHPOINT", touchpoint), "CURRENT"


def owner_key(owner: str) -> Key:
    return key("OWNER", owner), "CURRENT"


def survey_version_key(survey: str, version: int) -> Key:
    return key("SURVEY", survey), key("VERSION", f"{version:06}")


def document_head_key(name: str) -> Key:
    return key("DOCUMENT", name), "HEAD"


def document_version_key(name: str, version: int) -> Key:
    return key("DOCUMENT", name), key("VERSION", f"{version:06}")


def index_key(kind: str, identifier: str) -> Key:
    """kind: TOUCHPOINT, OWNER, SURVEY, JOURNEY, PRESSURE or DOCUMENT."""
    return INDEX, key(kind, identifier)


def turn_key(turn: int) -> Key:
    """turn: from 1; every document applied, whichever it is, takes the next."""
    return TURN, key(f"{turn:013}")


def api_key_key(digest: str) -> Key:
    return key("KEY", digest), "KEY"


def api_key_index_key(key_id: str) -> Key:
    return KEYS, key(key_id)
