"""How far interactions got: a funnel, counted once whatever comes twice, late or out of order. Pure.

What is known of an interaction is said by marks of 11 bytes, which are kept in a set for each day of each touchpoint:

    byte 0      what is said: its place in `SAID`
    byte 1      place of the channel in `CHANNELS`, 255 for none
    byte 2      place of the reason in `REASONS`, plus 1; 0 for none
    bytes 3–10  hash of the id of the invitation that the interaction leads to

A set has no order and no repeats, so neither leaves a trace. The day is that of the interaction, UTC, whenever the
rest happens. Labels (segments, and whose contact was in the way) are sets of the same hashes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from hashlib import sha256
from typing import Literal

from services.invitations.domain.interactions import REASONS, Decided, Planned, Suppressed
from services.invitations.domain.invitations import Invitation
from shared.catalogue import CHANNELS

Said = Literal["decided", "suppressed", "sent", "delivered", "opened", "answered", "bounced", "expired"]
SAID: tuple[Said, ...] = Said.__args__  # type: ignore[attr-defined]
"""In this order for ever, as they are stored by their place; `suppressed` is said after it had been planned."""
STAGES: tuple[Said, ...] = ("sent", "delivered", "opened", "answered")
"""Each implies those before it: who answers has had the question, whatever the provider told of it."""
NO_CHANNEL = 255
DIGEST = slice(3, 11)
Kind = Literal["segment", "whose"]


@dataclass(frozen=True)
class Label:
    """What some of a day's interactions have in common. segment: name is the attribute's, value its value.

    whose: value is the touchpoint whose contact was in the way.
    """

    kind: Kind
    name: str
    value: str


@dataclass(frozen=True)
class Notice:
    """What one item says: marks of one interaction, and the labels that hold for it."""

    touchpoint: str
    day: date
    marks: frozenset[bytes]
    labels: frozenset[Label] = frozenset()


@dataclass(frozen=True)
class Tally:
    """A day of a touchpoint: all its marks, and by label the hashes of those that have it."""

    day: date
    marks: frozenset[bytes]
    labels: Mapping[Label, frozenset[bytes]] = field(default_factory=dict)


@dataclass(frozen=True)
class Passage:
    """How far one interaction got. reason: why nobody is asked; None where somebody is, or was.

    was_drawn: it came to the draw. was_sampled: and was drawn, whatever happened then.
    """

    digest: bytes
    channel: str | None
    reason: str | None
    was_drawn: bool
    was_sampled: bool
    said: frozenset[Said]


@dataclass(frozen=True)
class Counts:
    """A funnel. happened = planned + all refused; eligible: those that came to the draw; sampled: those drawn."""

    happened: int = 0
    eligible: int = 0
    sampled: int = 0
    planned: int = 0
    sent: int = 0
    delivered: int = 0
    opened: int = 0
    answered: int = 0
    bounced: int = 0
    expired: int = 0
    refused: Mapping[str, int] = field(default_factory=dict)


def digest(invitation_id: str) -> bytes:
    """8 bytes that stand for an interaction among those of a day."""
    return sha256(invitation_id.encode()).digest()[:8]


def mark(said: Said, channel: str | None, reason: str | None, invitation_id: str) -> bytes:
    """The 11 bytes. Raises ValueError for a channel or reason that there is not."""
    place = CHANNELS.index(channel) if channel else NO_CHANNEL
    cause = REASONS.index(reason) + 1 if reason else 0
    return bytes((SAID.index(said), place, cause)) + digest(invitation_id)


def notice_of_decided(decided: Decided, segments: Iterable[str]) -> Notice:
    """What an interaction with its decision says. segments: the touchpoint's."""
    interaction, decision = decided.interaction, decided.decision
    channel = decision.channel or interaction.channel
    reason = decision.reason if isinstance(decision, Suppressed) else None
    said: Said = "suppressed" if reason == "displaced" else "decided"
    attributes = interaction.attributes
    labels = {Label("segment", name, shown(attributes[name])) for name in segments if name in attributes}
    if not isinstance(decision, Planned) and decision.whose:
        labels.add(Label("whose", "touchpoint", decision.whose))
    marks = frozenset({mark(said, channel, reason, decided.invitation_id)})
    return Notice(interaction.touchpoint, day_of(interaction.occurred_at), marks, frozenset(labels))


def shown(value: str | int | float | bool) -> str:
    """A segment's value as people read it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:.15g}" if isinstance(value, float) else str(value)


def notice_of_invitation(invitation: Invitation) -> Notice:
    """What an invitation says of how far it got: everything, each time it changes."""
    said = [stage for stage in STAGES if getattr(invitation, f"{stage}_at") is not None]
    said += [state for state in SAID if state == invitation.state and state in ("suppressed", "bounced", "expired")]
    marks = {mark(one, invitation.channel, reason_of(invitation, one), invitation.invitation_id) for one in said}
    return Notice(invitation.touchpoint, day_of(invitation.occurred_at), frozenset(marks))


def reason_of(invitation: Invitation, said: Said) -> str | None:
    return invitation.reason if said == "suppressed" and invitation.reason in REASONS else None


def day_of(time: datetime) -> date:
    return time.date()


def passages(marks: Iterable[bytes]) -> list[Passage]:
    """How far each interaction got, from all that was said of it."""
    gathered: dict[bytes, list[bytes]] = {}
    for raw in marks:
        gathered.setdefault(raw[DIGEST], []).append(raw)
    return [passage(key, sorted(gathered[key])) for key in gathered]


def passage(key: bytes, marks: list[bytes]) -> Passage:
    """marks: sorted. What was said later goes before what was decided at first, and what was sent before both."""
    said = frozenset(SAID[raw[0]] for raw in marks)
    decided = next((raw for raw in marks if SAID[raw[0]] == "decided"), None)
    later = next((raw for raw in marks if SAID[raw[0]] == "suppressed"), None)
    is_sent = bool(said & set(STAGES))
    was_planned = is_sent or later is not None or decided is None or decided[2] == 0
    first_reason = None if was_planned or decided is None else REASONS[decided[2] - 1]
    late_reason = (REASONS[later[2] - 1] if later[2] else "displaced") if later and not is_sent else None
    places = [raw[1] for raw in reversed(marks) if raw[1] != NO_CHANNEL]
    return Passage(
        digest=key,
        channel=CHANNELS[places[0]] if places else None,
        reason=late_reason or first_reason,
        was_drawn=was_planned or first_reason in ("not_sampled", "quiet_hours"),
        was_sampled=was_planned or first_reason == "quiet_hours",
        said=said,
    )


def counts(found: Iterable[Passage]) -> Counts:
    """The funnel of these interactions."""
    several = list(found)
    reached = Counter(stage for one in several for stage in reached_by(one))
    said = Counter(each for one in several for each in one.said)
    refused = Counter(one.reason for one in several if one.reason)
    return Counts(
        happened=len(several),
        eligible=sum(one.was_drawn for one in several),
        sampled=sum(one.was_sampled for one in several),
        planned=sum(one.reason is None for one in several),
        sent=reached["sent"],
        delivered=reached["delivered"],
        opened=reached["opened"],
        answered=reached["answered"],
        bounced=said["bounced"],
        expired=said["expired"],
        refused=dict(sorted(refused.items())),
    )


def reached_by(one: Passage) -> tuple[Said, ...]:
    """The stages up to the furthest that was reached."""
    furthest = max((place for place, stage in enumerate(STAGES) if stage in one.said), default=-1)
    return STAGES[: furthest + 1]
