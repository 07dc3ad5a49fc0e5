"""What a kiosk hands in: answers it kept while nobody could be reached, each stored once, at its own time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, PlainValidator, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from services.collector.channels.kiosk import rules
from services.collector.domain.links import Link
from services.collector.domain.responses import PAUSED, Receipt, Response
from services.collector.usecases.ports import Deps
from services.collector.usecases.visits import Visit, visit
from shared import bodies
from shared.catalogue import ID
from shared.errors import Gone, NotFound
from shared.fields import RFC_3339, TimeSchema
from shared.scales import scale
from shared.times import parse_time

MOST_ANSWERS = 100
"""In one batch: DynamoDB's transaction. A kiosk sends 50."""
ScaleName = Literal["nps", "csat", "ces", "stars", "thumbs"]


def device_time(value: Any) -> datetime:
    """What a device's clock says, however wrong: a tablet that lost its battery lives in 1970."""
    if not isinstance(value, str) or not RFC_3339.fullmatch(value):
        raise PydanticCustomError("not_a_time", "a time is written as in 2024-03-01T09:30:00Z (RFC 3339)")
    try:
        return parse_time(value.upper())
    except (ValueError, OverflowError):
        raise PydanticCustomError("not_a_time", "there is no such day or time") from None


DeviceTime = Annotated[datetime, PlainValidator(device_time), TimeSchema]
Milliseconds = Annotated[int, Field(ge=0, le=rules.MINUTE_MS)]


class Tap(BaseModel):
    """One answer as the device kept it, with the question that was on the screen."""

    model_config = ConfigDict(defer_build=True, strict=True, extra="forbid", frozen=True)

    id: str = Field(
        pattern=r"^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$",
        description="a random UUID made by the device: the same one is stored once",
    )
    link: str = Field(pattern=r"^[0-9a-f]{32}$", description="the link by which the question was shown")
    touchpoint: str = Field(description="the touchpoint that was asked about")
    survey: str = Field(pattern=rf"^{ID.pattern}$", description="the survey that was shown")
    survey_version: int = Field(ge=1, le=999_999)
    scale: ScaleName
    score: int
    lang: str = Field(pattern=r"^[a-z]{2,3}$", description="the language the screen was in")
    at: DeviceTime = Field(description="when the person answered, by the device's clock")
    ago_ms: list[Milliseconds] = Field(
        default_factory=list, max_length=60, description="how long before it the device took each answer of that minute"
    )

    @field_validator("touchpoint")
    @classmethod
    def is_this_one(cls, touchpoint: str, info: ValidationInfo) -> str:
        if touchpoint != info.context:
            raise PydanticCustomError("other_touchpoint", "this link leads to another touchpoint")
        return touchpoint

    @field_validator("score")
    @classmethod
    def is_on_the_scale(cls, score: int, info: ValidationInfo) -> int:
        if "scale" in info.data and not scale(info.data["scale"]).has(score):
            raise PydanticCustomError("off_scale", "the score is not on the scale")
        return score


class Batch(BaseModel):
    """Answers that a kiosk kept. sent_at: what its clock says as it sends them."""

    model_config = ConfigDict(defer_build=True, strict=True, extra="forbid", frozen=True)

    sent_at: DeviceTime
    answers: list[Tap] = Field(min_length=1, max_length=MOST_ANSWERS)

    @field_validator("answers")
    @classmethod
    def are_different(cls, answers: list[Tap]) -> list[Tap]:
        if len({tap.id for tap in answers}) < len(answers):
            raise PydanticCustomError("same_id", "two answers have the same id")
        return answers


@dataclass(frozen=True)
class Delivery:
    """A batch with what is known as it arrives. origins: by id, the links by which the questions were shown."""

    batch: Batch
    visited: Visit
    origins: Mapping[str, Link]
    now: datetime


def visit_kiosk(code: str, deps: Deps) -> Visit:
    """What a device finds that opens its link. Raises NotFound, also for a link of another channel.

    A single link is an invited customer's: it leads to the page, and takes their one answer there.
    """
    visited = visit(code, deps)
    if visited.link.channel != "kiosk" or visited.link.mode == "single":
        raise NotFound("there is no such kiosk")
    return visited


def how_many(sent: Any) -> int:
    """How many answers a batch carries, as far as it is one."""
    answers = sent.get("answers") if isinstance(sent, dict) else None
    return len(answers) if isinstance(answers, list) else 1


def take(visited: Visit, sent: Any, deps: Deps) -> list[Receipt]:
    """Stores a batch, each answer once. sent: the body's JSON value.

    Raises Gone where the link is revoked or has expired; InvalidInput naming every wrong field.
    """
    if visited.state in ("revoked", "expired"):
        raise Gone("this link takes no more answers")
    batch = bodies.parse_as(Batch, sent, visited.touchpoint.id)
    delivery = Delivery(batch, visited, origins(batch, visited, deps), deps.now().astimezone(UTC))
    responses = [response_of(tap, delivery) for tap in batch.answers]
    added = deps.responses.add(responses)
    return [
        Receipt(one.response_id, "stored" if is_new else "already_stored")
        for one, is_new in zip(responses, added, strict=True)
    ]


def origins(batch: Batch, visited: Visit, deps: Deps) -> dict[str, Link]:
    """The links that the answers name, as far as they are kiosks' of this touchpoint: one that was revoked, too.

    A device that got a new link hands in what it took by the old one; the id of an answer stays the same.
    """
    known = {visited.link.link_id: visited.link}
    for name in {tap.link for tap in batch.answers} - set(known):
        link = deps.links.get(name)
        if link is not None and (link.channel, link.touchpoint) == ("kiosk", visited.link.touchpoint):
            known[name] = link
    return known


def response_of(tap: Tap, delivery: Delivery) -> Response:
    """What is stored of an answer. An answer to a question that is no longer asked is kept, but does not count."""
    touchpoint, here = delivery.visited.touchpoint, delivery.visited.link
    link = delivery.origins.get(tap.link, here)
    survey = touchpoint.survey_for(link.audience)
    taken = rules.taken_at(tap.at, delivery.batch.sent_at, delivery.now)
    handed_in_by = {} if link == here else {"handed_in_by": here.link_id}
    is_asked = (tap.survey, tap.scale) == (survey.id, survey.scale)
    return Response(
        response_id=f"kiosk:{tap.link}:{tap.id}",
        touchpoint=touchpoint.id,
        owner=touchpoint.owner.id,
        survey=tap.survey,
        survey_version=tap.survey_version,
        scale=tap.scale,
        score=tap.score,
        audience=link.audience,
        channel="kiosk",
        collected_at=taken.at,
        stored_at=delivery.now,
        lang=tap.lang,
        not_counted_because=because(tap.ago_ms, is_asked=is_asked, is_paused=touchpoint.paused),
        evidence={"form": "kiosk", "clock": taken.clock} | link.evidence | handed_in_by,
    )


def because(ago_ms: Sequence[int], *, is_asked: bool, is_paused: bool) -> str | None:
    if is_paused:
        return PAUSED
    if not is_asked:
        return rules.OLD_SURVEY
    return rules.BURST if rules.is_burst(ago_ms) else None
