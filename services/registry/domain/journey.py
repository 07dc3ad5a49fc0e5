"""The journey document as people write it: the one source of its shape, of its JSON Schema and of its defaults.

Ids are the keys of mappings. Words may be one text (in the document's `lang`) or a mapping of languages.
What refers to what, and what contradicts what, is in `rules.py`: these models know shapes only.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal, get_args
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationInfo,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from shared.catalogue import Channel, Role, TypicalShare, TypicalWorth
from shared.events import NewsKind, Severity

Pillar = Literal["product", "process", "relationship", "brand"]
ScaleName = Literal["nps", "csat", "ces", "stars", "thumbs"]
CHANNELS: tuple[str, ...] = get_args(Channel)
MOST_OF_A_KIND = 2000
NO_CONTROLS = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$"
WEBHOOK = r"^(https://[^\s/?#@]+|http://(localhost|127\.0\.0\.1|\[::1\])(:\d+)?)([/?#]\S*)?$"
EMAIL = r"^[^\s@<>,;:\"'()\[\]\\]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?\.[A-Za-z0-9-]{2,63}$"
SIGNING = r"^(whsec_[A-Za-z0-9+/]{32,88}={0,2}|xoxb-[A-Za-z0-9-]{10,200}|\*{8})$"
SLACK = r"^([CDG][A-Z0-9]{7,20}|https://[^\s/?#@]+[/?#]\S*|http://(localhost|127\.0\.0\.1|\[::1\])(:\d+)?[/?#]\S*)$"
PHONE = r"^\+[1-9][0-9]{6,14}$"
CLOCK = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"
COLOUR = r"^#[0-9a-fA-F]{6}$"
LOGO = r"^data:image/(png|svg\+xml|webp);base64,[A-Za-z0-9+/]+={0,2}$"
OR_VARIABLE = WithJsonSchema({"type": "string"})
"""In a file a `${NAME}` may stand there, so editors are told of no pattern."""

Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=64)]
Lang = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$", max_length=35)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500, pattern=NO_CONTROLS)]
Line = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120, pattern=r"^[^\x00-\x1f\x7f]*$")
]
Share = Annotated[float, Field(gt=0, lt=1, allow_inf_nan=False, strict=True)]
Count = Annotated[int, Field(ge=1, le=100_000, strict=True)]
Days = Annotated[float, Field(gt=0, le=3650, allow_inf_nan=False, strict=True)]
Minutes = Annotated[float, Field(ge=0, le=525_600, allow_inf_nan=False, strict=True)]
Hours = Annotated[float, Field(gt=0, le=8760, allow_inf_nan=False, strict=True)]
AttributeName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{1,40}$")]
Weight = Annotated[TypicalShare, Field(strict=True)]
Worth = Annotated[TypicalWorth, Field(strict=True)]
Rate = Annotated[float, Field(gt=0, le=10_000, allow_inf_nan=False, strict=True)]
Email = Annotated[str, StringConstraints(pattern=EMAIL, max_length=254), OR_VARIABLE]
Webhook = Annotated[str, StringConstraints(pattern=WEBHOOK, max_length=2000), OR_VARIABLE]
Slack = Annotated[str, StringConstraints(pattern=SLACK, max_length=2000), OR_VARIABLE]
Phone = Annotated[str, StringConstraints(pattern=PHONE), OR_VARIABLE]
Clock = Annotated[str, StringConstraints(pattern=CLOCK)]
Secret = Annotated[str, StringConstraints(pattern=SIGNING), OR_VARIABLE]
Switch = Annotated[bool, Field(strict=True)]


def in_languages(value: Any, info: ValidationInfo) -> Any:
    """One text stands for the document's own language."""
    return {(info.context or {}).get("lang", "en"): value} if isinstance(value, str) else value


def with_kind(value: Any) -> Any:
    """One text stands for where to send: an address of the web, a phone number, else an e-mail."""
    if not isinstance(value, str):
        return value
    if value.lower().startswith(("http:", "https:")):
        return {"webhook": value}
    return {"sms" if value.startswith("+") else "email": value}


def known_time_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ValueError, KeyError, OSError):
        raise PydanticCustomError("time_zone", "is no time zone; write one such as Europe/Paris") from None
    return name


Words = Annotated[
    dict[Lang, Text],
    Field(min_length=1, max_length=40),
    BeforeValidator(in_languages, json_schema_input_type=Text | dict[Lang, Text]),
]
TimeZone = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z0-9_+/-]+$", max_length=64), AfterValidator(known_time_zone)
]


class Part(BaseModel):
    """A part of the document: frozen; what it does not know is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", title=None)


class QuietHours(Part):
    """Hours of a day in which nothing is sent; what comes up waits for their end."""

    start: Clock = Field(description="such as 20:00")
    end: Clock = Field(description="such as 07:30, of the next day where it is not after the start")
    weekends: Switch = Field(False, description="true: Saturday and Sunday are quiet all day")
    except_for: tuple[Severity, ...] = Field(("high",), description="severities that are told all the same")


class Digest(Part):
    """News gathered into one message."""

    every: Literal["day", "week"] = Field(description="a week's comes on Mondays")
    at: Clock = "08:00"
    except_for: tuple[Severity, ...] = Field((), description="severities that are told at once all the same")


WAYS = ("email", "webhook", "slack", "teams", "sms")


class Subscription(Part):
    """Somebody told of friction: where, of what, when. Exactly one of email, webhook, slack, teams and sms."""

    email: Email | None = Field(None, description="an e-mail address")
    webhook: Webhook | None = Field(None, description="an https address, posted to as Standard Webhooks has it")
    slack: Slack | None = Field(
        None, description="a channel's id, with a bot's token as secret; or an incoming webhook"
    )
    teams: Webhook | None = Field(None, description="the address of a Teams workflow that takes Adaptive Cards")
    sms: Phone | None = Field(None, description="a phone number such as +33612345678")
    lang: Lang | None = Field(None, description="the owner's, where it is left out")
    secret: Secret | None = Field(
        None,
        description="of a webhook: whsec_ and at least 24 bytes in base64; of a Slack bot, its token. Never shown",
    )
    former_secret: Secret | None = Field(
        None, description="signs a webhook too, while its receiver changes over to the new one"
    )
    everywhere: Switch = Field(False, description="true: of every owner's touchpoints, not of this owner's only")
    touchpoints: tuple[Id, ...] = Field((), max_length=200, description="of these only")
    journeys: tuple[Id, ...] = Field((), max_length=50, description="of these only")
    pillars: tuple[Pillar, ...] = Field((), description="of these only")
    kinds: tuple[NewsKind, ...] = Field(
        (), description="of these only; a webhook, or who watches everywhere, hears of cases only where `case` is named"
    )
    severities: tuple[Severity, ...] = Field((), description="of these only")
    digest: Digest | None = Field(None, description="gathered; at once, where it is left out")
    quiet_hours: QuietHours | None = None
    time_zone: TimeZone | None = Field(None, description="of its hours; the document's, where it is left out")


class Owner(Part):
    """A team, accountable for touchpoints."""

    name: Line = Field(description="as people call the team")
    lang: Lang | None = Field(None, description="what the team reads; the document's, where it is left out")
    colour: Annotated[str, StringConstraints(pattern=COLOUR)] | None = Field(
        None, description="of its pages, such as #b3400f; text stays readable whichever it is"
    )
    logo: Annotated[str, StringConstraints(pattern=LOGO, max_length=8000)] | None = Field(
        None, description="a small picture as a data: address (PNG, SVG or WebP), at most 8,000 characters"
    )
    subscriptions: dict[
        Id, Annotated[Subscription, BeforeValidator(with_kind, json_schema_input_type=str | Subscription)]
    ] = Field(default_factory=dict, max_length=20, description="who is told of friction, by id")
    acknowledge_within_minutes: Annotated[int, Field(ge=5, le=100_000, strict=True)] | None = Field(
        None, description="an alert that nobody takes on by then goes on to the next; never, where it is left out"
    )
    chain: tuple[Id, ...] = Field(
        (), max_length=10, description="subscriptions of this owner told one after the other; all the others at once"
    )


class Journey(Part):
    """What a customer goes through, in stages, in their order."""

    name: Words | None = None
    stages: dict[Id, Words] = Field(min_length=1, max_length=50, description="in the customer's order, by id")
    pilot: Id | None = Field(None, description="the owner told of what its team did not acknowledge in time")
    handoff_days: float = Field(
        7, ge=0, le=30, description="who was at another touchpoint so recently came from there; 0: this is not kept"
    )


class FollowUp(Part):
    """One more question, asked of those whose answer calls for it, once their score is safe."""

    when: Literal["bad", "good", "any"] = Field(
        "bad", description="asked after a bad answer, after any other, or always"
    )
    question: Words
    choices: dict[Id, Words] = Field(
        default_factory=dict, max_length=12, description="to choose one from, by id; the comment alone, where left out"
    )


class Survey(Part):
    """One question on one scale. Changing it makes its next version; answers keep the one they were given to."""

    scale: ScaleName = Field(description="nps 0 to 10, csat 1 to 5, ces 1 to 7, stars 1 to 5, thumbs 0 or 1")
    question: Words
    low_label: Words | None = Field(None, description="what the worst answer means")
    high_label: Words | None = Field(None, description="what the best answer means")
    comment: Words | None = Field(None, description="asks for a comment")
    thanks: Words | None = Field(None, description="said when the answer is stored")
    follow_up: FollowUp | None = Field(None, description="one more question, where the answer calls for it")
    bad_at_most: Annotated[int, Field(strict=True)] | None = Field(
        None, description="an answer at or below this is bad; nps 6, csat 2, ces 3, stars 2, thumbs 0 where left out"
    )


class Promise(Part):
    """What the touchpoint promises, as a measurable target."""

    text: Words
    bad_at_most: Share = Field(description="the share of bad answers that still keeps the promise: 8 % is 0.08")


class Typical(Part):
    """How people answer as a rule on one scale."""

    shares: tuple[Weight, ...] = Field(
        description="of each score, from the worst to the best, in any unit; each more than 0"
    )
    worth: Worth = Field(60, description="outweighed by so many answers of the touchpoint's own")


class Detection(Part):
    """How touchy the friction detector is."""

    false_alarms_per_year: Rate | None = Field(None, description="false alerts a touchpoint may give a year; 1")
    patience_days: Days | None = Field(None, description="how long evidence is remembered; 90")
    least_answers: Count | None = Field(None, description="no alert from fewer answers than this; 3")
    adopt_days: Days | None = Field(None, description="a worse level that lasts so long becomes the usual; 28")
    resolve_per_year: Rate | None = Field(None, description="early closings a year of an open alert; 4")
    typical: dict[ScaleName, Typical] = Field(
        default_factory=dict,
        description="by scale, what a new touchpoint is taken to be like until it has answers of its own; "
        "`etincelle typical` works it out from all you have",
    )


class Ask(Part):
    """When people are asked after an interaction, by e-mail or text message."""

    delay_minutes: Minutes = Field(0, description="how long after the interaction")
    fresh_hours: Hours = Field(72, description="later than this after the interaction, nobody is asked")
    remind_after_hours: Hours | None = Field(None, description="one reminder to who has not answered; none if left out")
    expires_days: Days = Field(30, description="how long the link takes an answer")


class Sampling(Part):
    """How many are asked: exactly one of the three. Everybody, where there is none."""

    answers_per_week: Count | None = Field(None, description="ask as many as bring about so many answers a week")
    half_width: Share | None = Field(
        None, description="ask as many as bring the 95 % interval of a month's share of bad answers to ± this"
    )
    share: Annotated[float, Field(gt=0, le=1, allow_inf_nan=False, strict=True)] | None = Field(
        None, description="ask this share of people"
    )


class Changed(Part):
    """What was done about what people said."""

    on: Annotated[date, Field(strict=False)]
    text: Words


class Cases(Part):
    """Which single answers open a case, and how it is put right."""

    when: Literal["bad"] | None = Field(None, description="every bad answer opens one")
    scores_at_most: Annotated[int, Field(strict=True)] | None = Field(
        None, description="an answer at or below this score opens one"
    )
    words: tuple[Line, ...] = Field(
        (), max_length=200, description="any of these in the comment opens one; capitals and accents make no difference"
    )
    call_back: Switch = Field(False, description="true: people may ask to be called back, which opens one")
    due_hours: Hours = Field(48, description="after so many hours a case that is not closed is overdue")
    escalate_every_hours: Hours = Field(24, description="how long each of the chain has, once it is overdue")
    causes: dict[Id, Words] = Field(min_length=1, max_length=30, description="what a case is closed with, by id")


class Touchpoint(Part):
    """A moment we ask about."""

    name: Words | None = Field(None, description="the id, where it is left out")
    owner: Id = Field(description="the id of the team accountable")
    journey: Id | None = Field(None, description="where there is only one journey it may be left out")
    stage: Id | None = Field(None, description="a stage of that journey")
    pillar: Pillar = "process"
    channels: tuple[Channel, ...] = Field(("web", "api", "import"), min_length=1, description="how people are asked")
    survey: Id = Field(description="the id of the survey customers are asked")
    staff_survey: Id | None = Field(None, description="the id of the survey staff are asked about the same moment")
    promise: Promise | None = None
    time_zone: TimeZone | None = Field(None, description="such as Europe/Paris; the document's, where it is left out")
    paused: Switch = Field(False, description="true: nobody is asked; what still comes in is kept, not counted")
    rest_days: Days | None = Field(None, description="days before the same person is asked here again")
    programme: Id | None = Field(None, description="touchpoints of one programme share a cap; see `pressure`")
    ask: Ask = Ask()
    invite: Words | None = Field(None, description="said in messages above the question")
    sampling: Sampling | None = None
    segments: tuple[AttributeName, ...] = Field(
        (), max_length=5, description="attributes by whose values the funnel is shown, and figures are told apart"
    )
    changes: tuple[Changed, ...] = Field(
        (), max_length=20, description="what was done about answers; the thanks show it"
    )
    cases: Cases | None = Field(None, description="none are opened, where it is left out")
    detection: Detection = Detection()


class Person(Part):
    """Somebody who signs in to the pages, by a link that comes to their address."""

    email: Annotated[str, StringConstraints(pattern=EMAIL, max_length=254)]
    role: Role = Field(
        description="a pilot sees everything; an owner every figure, and people at its own touchpoints only; "
        "front_line the figures of its touchpoints"
    )
    owner: Id | None = Field(None, description="the team; of owner and front_line")
    touchpoints: tuple[Id, ...] = Field((), max_length=200, description="where they work; of front_line")
    lang: Lang | None = Field(None, description="what they read: en or fr; the document's, where it is left out")
    sessions: Count = Field(1, description="another number ends their sessions")


class Cap(Part):
    """At most so many invitations of one person in so many days."""

    at_most: Count
    days: Days


class Pressure(Part):
    """How often a person may be asked, over all teams; only one document may say so."""

    company: Cap | None = None
    channels: dict[Channel, Cap] = Field(default_factory=dict)
    programmes: dict[Id, Cap] = Field(default_factory=dict, max_length=MOST_OF_A_KIND)
    consent_needed: tuple[Channel, ...] = Field((), description="channels by which only who consented is asked")
    rest_days: Days | None = Field(None, description="days before the same touchpoint asks a person again")


class Defaults(Part):
    """What holds where a touchpoint says nothing else."""

    time_zone: TimeZone = "UTC"
    share_false: Share = Field(0.05, description="of all alerts, at most this share may be false")
    detection: Detection = Detection()


class JourneyDocument(Part):
    """A journey as code: who owns what, what is asked where, what is promised."""

    name: Id = Field(description="of this document; another document cannot use the ids it uses")
    lang: Lang = Field("en", description="the language of words written without one")
    defaults: Defaults = Defaults()
    owners: dict[Id, Owner] = Field(default_factory=dict, max_length=MOST_OF_A_KIND)
    journeys: dict[Id, Journey] = Field(default_factory=dict, max_length=MOST_OF_A_KIND)
    surveys: dict[Id, Survey] = Field(default_factory=dict, max_length=MOST_OF_A_KIND)
    touchpoints: dict[Id, Touchpoint] = Field(default_factory=dict, max_length=MOST_OF_A_KIND)
    people: dict[Id, Person] = Field(
        default_factory=dict, max_length=MOST_OF_A_KIND, description="who signs in to the pages, by id"
    )
    pressure: Pressure | None = None

    def canonical(self) -> dict[str, Any]:
        """The document with every word in its language and no default spelt out; equal documents give equal values."""
        return self.model_dump(mode="json", exclude_defaults=True)


def journey_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) by which editors complete and check a journey file."""
    schema = JourneyDocument.model_json_schema(mode="validation")
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "https://etincelle.dev/journey.schema.json",
    }
    return head | schema
