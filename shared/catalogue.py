"""The journey as the other services read it: touchpoints with their survey and owner, remembered for a while."""

from __future__ import annotations

import re
from datetime import date
from hashlib import sha256
from typing import Annotated, Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field

from shared.scales import Scale, scale
from shared.severity import Severity

Audience = Literal["customer", "staff"]
AUDIENCES: tuple[Audience, ...] = ("customer", "staff")
Channel = Literal["web", "widget", "email", "sms", "qr", "kiosk", "phone", "agent", "paper", "api", "import"]
CHANNELS: tuple[Channel, ...] = Channel.__args__  # type: ignore[attr-defined]
"""In this order for ever: a channel is stored as its place here. New ones go to the end."""
Role = Literal["pilot", "owner", "front_line"]
ROLES: tuple[Role, ...] = Role.__args__  # type: ignore[attr-defined]
Way = Literal["email", "webhook", "slack", "teams", "sms"]
ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
"""What the registry takes for an id; anything else is nobody's, and no key is made of it."""
SMALLEST_STAFF_GROUP = 5
"""Fewer staff answers than this are not shown: the team would know who said what."""
TypicalShare = Annotated[float, Field(ge=1e-6, le=1e9, allow_inf_nan=False)]
TypicalWorth = Annotated[float, Field(ge=1, le=1000, allow_inf_nan=False)]
Words = dict[str, str]
"""The same words in several languages: `{"en": "…", "fr": "…"}`."""


class Value(BaseModel):
    """A frozen value read from the registry."""

    model_config = ConfigDict(defer_build=True, frozen=True, extra="ignore", hide_input_in_errors=True)


class QuietHours(Value):
    """From `start` to `end` (HH:MM, local) nothing is sent but what is of these severities."""

    start: str
    end: str
    weekends: bool = False
    except_for: tuple[Severity, ...] = ("high",)


class Digest(Value):
    """News gathered into one message a day, or a week (Mondays), at HH:MM local."""

    every: Literal["day", "week"]
    at: str = "08:00"
    except_for: tuple[Severity, ...] = ()


class Subscription(Value):
    """Somebody told of friction. target: an address, a URL, a Slack channel's id or a phone number, by `kind`.

    touchpoints, journeys, pillars, kinds, severities: of these only, where any are named.
    everywhere: of every owner's touchpoints, not only of its own owner's.
    """

    id: str
    kind: Way
    target: str
    lang: str = "en"
    secret: str | None = None
    former_secret: str | None = None
    everywhere: bool = False
    touchpoints: tuple[str, ...] = ()
    journeys: tuple[str, ...] = ()
    pillars: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    severities: tuple[Severity, ...] = ()
    digest: Digest | None = None
    quiet_hours: QuietHours | None = None
    time_zone: str = "UTC"


class Owner(Value):
    """The team accountable for touchpoints. colour: `#rrggbb`; logo: a `data:` address of a picture.

    chain: ids of its subscriptions told one after the other while nobody acknowledges; the others are told at once.
    """

    id: str
    name: str
    lang: str = "en"
    subscriptions: tuple[Subscription, ...] = ()
    acknowledge_within_minutes: int | None = None
    chain: tuple[str, ...] = ()
    colour: str | None = None
    logo: str | None = None


class Person(Value):
    """Somebody who signs in. owner: their team; touchpoints: where a front-line person works.

    sessions: what their sessions were begun under; another number ends them.
    """

    id: str
    email: str
    role: Role
    owner: str | None = None
    touchpoints: tuple[str, ...] = ()
    lang: str = "en"
    sessions: int = 1


class Promise(Value):
    """What the touchpoint promises, as a measurable target: at most this share of bad answers."""

    text: Words
    bad_at_most: float


class FollowUp(Value):
    """One more question, to those whose answer is bad, not bad, or any. choices: by id; none: a text answers it."""

    when: Literal["bad", "good", "any"] = "bad"
    question: Words
    choices: dict[str, Words] = Field(default_factory=dict)


class Survey(Value):
    """One version of a survey: its question in every language it has. Never changed once used."""

    id: str
    version: int
    scale: str
    question: Words
    low_label: Words = Field(default_factory=dict)
    high_label: Words = Field(default_factory=dict)
    comment: Words = Field(default_factory=dict)
    thanks: Words = Field(default_factory=dict)
    bad_at_most: int | None = None
    follow_up: FollowUp | None = None

    @property
    def measure(self) -> Scale:
        """The scale of the answers, with the survey's own cut between bad and not, where it has one."""
        base = scale(self.scale)
        if self.bad_at_most is None:
            return base
        return Scale(base.name, base.low, base.high, self.bad_at_most)

    @property
    def languages(self) -> list[str]:
        return list(self.question)

    def follow_up_to(self, score: int) -> FollowUp | None:
        """The one more question that a person who gave this score is asked. Raises ValueError off the scale."""
        if self.follow_up is None or self.follow_up.when == "any":
            return self.follow_up
        is_asked = self.measure.is_bad(score) == (self.follow_up.when == "bad")
        return self.follow_up if is_asked else None


class Ask(Value):
    """When people are asked after an interaction. Past `fresh_hours` after it, nobody is."""

    delay_minutes: float = 0
    fresh_hours: float = 72
    remind_after_hours: float | None = None
    expires_days: float = 30


class Sampling(Value):
    """How many are asked; exactly one is given. half_width: of the 95 % interval of a month's share of bad answers."""

    answers_per_week: int | None = None
    half_width: float | None = None
    share: float | None = None


class Typical(Value):
    """How people answer as a rule, before a touchpoint's own answers are known.

    shares: of each score, from the worst to the best, in any unit, all > 0. worth: outweighed by so many own answers.
    """

    shares: tuple[TypicalShare, ...]
    worth: TypicalWorth


class CaseRules(Value):
    """Which single answers open a case, and how it is put right. No answer does where none of the first four is given.

    when: every bad score; scores_at_most: this score and those below. words: found in the comment as whole words.
    call_back: the person may wish to be called back, which opens one. causes: what a case may be closed with, by id.
    """

    when: Literal["bad"] | None = None
    scores_at_most: int | None = None
    words: tuple[str, ...] = ()
    call_back: bool = False
    due_hours: float = 48
    escalate_every_hours: float = 24
    causes: dict[str, Words] = Field(default_factory=dict)


class Changed(Value):
    """What was done, on that day, about what people said."""

    on: date
    text: Words


class Touchpoint(Value):
    """A moment we ask about, with all that answering it takes: one read of the registry.

    pilot: the owner who watches over its journey, where there is one. handoff_days: how far back in the journey a
    touchpoint may lie from which customers are said to come to this one; 0: where they come from is not kept.
    """

    id: str
    name: Words
    owner: Owner
    journey: str
    stage: str
    pillar: Literal["product", "process", "relationship", "brand"]
    channels: tuple[Channel, ...]
    survey: Survey
    staff_survey: Survey | None = None
    promise: Promise | None = None
    time_zone: str = "UTC"
    paused: bool = False
    rest_days: float | None = None
    programme: str | None = None
    ask: Ask = Ask()
    invite: Words = Field(default_factory=dict)
    sampling: Sampling | None = None
    segments: tuple[str, ...] = ()
    changes: tuple[Changed, ...] = ()
    cases: CaseRules | None = None
    pilot: str | None = None
    handoff_days: float = 7
    detection: dict[str, float | str] = Field(default_factory=dict)
    typical: dict[str, Typical] = Field(default_factory=dict)

    def survey_for(self, audience: str) -> Survey:
        """The survey asked of customers, or of staff; the customers' where staff have none of their own."""
        return self.staff_survey or self.survey if audience == "staff" else self.survey

    def named(self, lang: str) -> str:
        return words(self.name, lang)


class Cap(Value):
    """At most so many contacts of one person in so many rolling days."""

    at_most: int
    days: float


class Pressure(Value):
    """How often a person may be asked, over all teams. programmes: caps by programme; rest_days: of a touchpoint.

    consent_needed: channels by which only a person who consented is asked.
    """

    company: Cap | None = None
    channels: dict[Channel, Cap] = Field(default_factory=dict)
    programmes: dict[str, Cap] = Field(default_factory=dict)
    rest_days: float | None = None
    consent_needed: tuple[Channel, ...] = ()


class People(Protocol):
    """Who may sign in, as the registry knows it."""

    def person(self, person: str) -> Person | None: ...

    def person_at(self, email: str) -> Person | None:
        """Whose address it is, however it is capitalised."""
        ...


class Catalogue(Protocol):
    """The registry, read only. What can be no id names nothing."""

    def touchpoint(self, touchpoint: str) -> Touchpoint | None: ...

    def touchpoints(self) -> list[str]:
        """The ids of every touchpoint there is, sorted."""
        ...

    def owned(self) -> list[tuple[str, str]]:
        """Every touchpoint there is with its owner, both ids, by touchpoint."""
        ...

    def owner(self, owner: str) -> Owner | None: ...

    def watchers(self) -> list[Owner]:
        """Owners with a subscription to every owner's touchpoints."""
        ...

    def pressure(self) -> Pressure:
        """The company's rules; none of them where no document has any."""
        ...


def address_digest(email: str) -> str:
    """By which a person is found: one for all ways to write the address. Addresses stand in the registry anyway."""
    return sha256(email.strip().casefold().encode()).hexdigest()


def words(text: Words, lang: str) -> str:
    """The words in that language; else in English; else in the first there is; else nothing."""
    base = lang.split("-")[0]
    for wanted in (lang, base, "en"):
        if wanted in text:
            return text[wanted]
    return next(iter(text.values()), "")
