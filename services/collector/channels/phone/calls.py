"""A caller's key as an Amazon Connect flow hands it over, and the answer it is.

The event is the one that Connect's block "Invoke AWS Lambda function" sends; of its parameters `touchpoint` and
`key` are ours. The reply is flat text, so that the flow can branch on `$.External.status` and say `$.External.message`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from services.collector.channels.phone.words import frame_of, please
from services.collector.domain.answers import Answer, Known
from services.collector.domain.responses import Response
from services.collector.usecases.ports import Deps
from services.collector.usecases.recording import TOUCHPOINT_ID, change, hash_of, response_of
from shared import bodies
from shared.catalogue import Touchpoint
from shared.errors import FieldError, InvalidInput
from shared.scales import Scale

Status = Literal["stored", "already_stored", "unclear"]
E164 = re.compile(r"\+[1-9][0-9]{6,14}")
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")
TEN = "*"
YES, NO = "1", "2"


class Part(BaseModel):
    """A part of the event; Connect sends more, and will send more still."""

    model_config = ConfigDict(defer_build=True, extra="ignore", frozen=True, hide_input_in_errors=True)


class Endpoint(Part):
    Address: str = ""


class ContactData(Part):
    """The call. CustomerEndpoint: null where the caller hides the number."""

    ContactId: str = Field(pattern=r"^[A-Za-z0-9-]{1,100}$")
    CustomerEndpoint: Endpoint | None = None
    LanguageCode: str | None = None


class Parameters(Part):
    """What the flow's block is told to send. key: what was pressed; Connect itself puts `Timeout` where nothing was."""

    touchpoint: str
    key: str = ""
    lang: str | None = None


class Details(Part):
    ContactData: ContactData
    Parameters: Parameters


class Event(Part):
    Details: Details


@dataclass(frozen=True)
class Call:
    """One press of a key in one call. number: E.164, None where it is hidden; lang: the caller's, empty if unknown."""

    contact_id: str
    touchpoint: str
    key: str
    lang: str
    number: str | None


def call_of(event: object) -> Call:
    """The call in Connect's event. Raises InvalidInput naming what the flow does not send as it should."""
    details = bodies.parse_as(Event, event).Details
    contact, sent = details.ContactData, details.Parameters
    lang = sent.lang or contact.LanguageCode or ""
    number = contact.CustomerEndpoint.Address if contact.CustomerEndpoint else ""
    return Call(
        contact_id=contact.ContactId,
        touchpoint=sent.touchpoint,
        key=sent.key,
        lang=lang if LANGUAGE.fullmatch(lang) else "",
        number=number if E164.fullmatch(number) else None,
    )


def answer_by_phone(call: Call, deps: Deps) -> dict[str, str]:
    """Stores what the key means, once for each call; pressed again, it replaces what was pressed before.

    `unclear` where the key is none of the scale's: then the message says which there are. Raises InvalidInput
    where there is no such touchpoint: that is for whoever made the flow to mend.
    """
    touchpoint = deps.catalogue.touchpoint(call.touchpoint) if TOUCHPOINT_ID.fullmatch(call.touchpoint) else None
    if touchpoint is None:
        place = "#/Details/Parameters/touchpoint"
        raise InvalidInput(errors=[FieldError(place, "there is no such touchpoint", "unknown_touchpoint")])
    scale = touchpoint.survey.measure
    score = score_of(call.key, scale)
    if score is None:
        return reply("unclear", please(scale, call.lang))
    return reply(stored(by_key(score, call, touchpoint, deps), deps), frame_of(call.lang).thanks)


def score_of(key: str, scale: Scale) -> int | None:
    """What the key stands for; None where it stands for nothing. `#` may end what was pressed."""
    pressed = key.strip().removesuffix("#")
    if scale.name == "thumbs":
        return {YES: 1, NO: 0, "0": 0}.get(pressed)
    if scale.high == 10 and pressed == TEN:
        return 10
    value = int(pressed) if re.fullmatch("0|[1-9][0-9]?", pressed) else None
    return value if value is not None and scale.has(value) else None


def by_key(score: int, call: Call, touchpoint: Touchpoint, deps: Deps) -> Response:
    """What is stored. Of the number only a keyed hash is kept, as of any customer's id."""
    known = Known(deps.now(), {touchpoint.id: touchpoint})
    fields = {"touchpoint": touchpoint.id, "channel": "phone", "score": score, "lang": call.lang or None}
    answer = bodies.parse_as(Answer, fields, known)
    response = response_of(answer, f"phone:{call.contact_id}", known, {"phone": "key"}, deps.secret)
    return replace(response, customer=hash_of(deps.secret, f"phone:{call.number}" if call.number else None))


def stored(response: Response, deps: Deps) -> Status:
    """What became of it: `stored` where the answer is new or was changed."""
    if deps.responses.add([response]) == [True]:
        return "stored"
    stands = deps.responses.get(response.touchpoint, response.response_id)
    if stands is not None and stands.score == response.score:
        return "already_stored"
    return "stored" if change(response, deps.now(), deps) else "already_stored"


def reply(status: Status, message: str) -> dict[str, str]:
    return {"status": status, "message": message}
