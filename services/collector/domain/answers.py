"""From what was sent to a typed answer, or every wrong field at once; the same for the API and the page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from shared import fields
from shared.catalogue import Audience, Channel, Survey
from shared.fields import (
    MOST_ATTRIBUTES,
    AttributeName,
    AttributeValue,
    CustomerId,
    Identifier,
    KnownTouchpoint,
    Past,
    Text,
)

LONGEST_COMMENT = 4000


@dataclass(frozen=True)
class Known(fields.Known):
    """What an answer is checked against: the time, and the touchpoints it may name."""

    def survey(self, sent: Mapping[str, Any]) -> Survey | None:
        """The survey that answers with these (valid) fields answer; None where that is not known."""
        touchpoint = self.touchpoints.get(sent.get("touchpoint", ""))
        return touchpoint.survey_for(sent.get("audience", "customer")) if touchpoint else None


def known(info: ValidationInfo) -> Known:
    assert isinstance(info.context, Known), "answers are parsed against what is known"
    return info.context


class Answer(BaseModel):
    """One answer to one question, as it is sent. Only `touchpoint` and `score` are needed."""

    model_config = ConfigDict(defer_build=True, strict=True, extra="forbid", frozen=True)

    touchpoint: KnownTouchpoint = Field(description="id of the touchpoint that was asked about")
    audience: Audience = Field("customer", description="who answers; staff may have a survey of their own")
    score: int = Field(description="a whole number on the survey's scale")
    scale: str | None = Field(None, description="checked against the survey's scale, where it is given")
    response_id: Identifier | None = Field(
        None, description="the sender's own id: the same id at the same touchpoint is stored once"
    )
    collected_at: Past | None = Field(None, description="when the person answered; now, where it is absent")
    invited_at: Past | None = Field(None, description="when the person was asked")
    channel: Channel = Field("api", description="how the person answered")
    lang: str | None = Field(None, pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$", description="BCP 47 tag")
    comment: Text | None = Field(None, max_length=LONGEST_COMMENT)
    follow_up: str | None = Field(None, description="id of the choice made in answer to the follow-up question")
    follow_up_text: Text | None = Field(None, max_length=LONGEST_COMMENT, description="or the answer in own words")
    call_back: bool = Field(False, description="the person would like to be called back")
    customer_id: CustomerId | None = Field(None, description="kept only as a keyed hash, never as it is sent")
    survey_version: int | None = Field(None, ge=1, le=999_999, description="of the question; the current one if absent")
    attributes: dict[AttributeName, AttributeValue] = Field(default_factory=dict, max_length=MOST_ATTRIBUTES)

    @field_validator("score")
    @classmethod
    def is_on_the_scale(cls, score: int, info: ValidationInfo) -> int:
        survey = known(info).survey(info.data)
        if survey and not survey.measure.has(score):
            ends = {"name": survey.scale, "low": survey.measure.low, "high": survey.measure.high}
            raise PydanticCustomError("off_scale", "the scale {name} runs from {low} to {high}", ends)
        return score

    @field_validator("scale")
    @classmethod
    def is_the_scale_of_the_survey(cls, scale: str | None, info: ValidationInfo) -> str | None:
        survey = known(info).survey(info.data)
        if survey and scale is not None and scale != survey.scale:
            raise PydanticCustomError("scale_mismatch", "this touchpoint's scale is {name}", {"name": survey.scale})
        return scale

    @field_validator("follow_up")
    @classmethod
    def is_a_choice_of_the_survey(cls, choice: str | None, info: ValidationInfo) -> str | None:
        survey = known(info).survey(info.data)
        if survey and choice is not None and not (survey.follow_up and choice in survey.follow_up.choices):
            raise PydanticCustomError("unknown_choice", "the survey's follow-up question has no such choice")
        return choice

    @field_validator("follow_up_text")
    @classmethod
    def has_a_follow_up_question(cls, text: str | None, info: ValidationInfo) -> str | None:
        survey = known(info).survey(info.data)
        if survey and text is not None and survey.follow_up is None:
            raise PydanticCustomError("no_follow_up", "this survey has no follow-up question")
        return text
