"""Whether a person is asked after an interaction, by which channel and when; else why not. Pure.

The reasons are looked at in this order, and the first that holds is given: touchpoint_paused · opted_out ·
no_consent · channel_unusable · quarantine · company_cap · programme_cap · channel_cap · not_sampled · quiet_hours.
Where there are several channels, the first by which nothing is in the way; if there is none, the reason is that
of the channel that came furthest in this order, so that whoever came to the draw by any of them is known to have.

Windows roll, and are exact: at the moment of asking, a contact that is exactly as old as the window is long does
not count any more. What is reserved counts from the moment at which it is due. Reminders count like anything else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from services.invitations.domain.interactions import REASONS, Decision, Interaction, Planned, Reason, Share, Suppressed
from services.invitations.domain.invitations import SENT_BY_US, Invitation
from services.invitations.domain.ledger import Contact, Ledger
from services.invitations.domain.people import ADDRESS_KINDS, ALL, Person
from services.invitations.domain.rules import Rules
from shared.catalogue import Cap
from shared.codes import keyed_hash

NextAllowed = Callable[[str, str | None, str, datetime], datetime]
"""(channel, country, time zone, at): the first moment from `at` on at which a message may go out."""
CONTESTED = timedelta(seconds=60)
"""For so long a place that was taken may still be lost to a touchpoint in greater need, unless something was sent."""


@dataclass(frozen=True)
class Case:
    """All that a decision is made from. now: aware UTC. seed: of the draws; the same seed draws the same people."""

    rules: Rules
    person: Person
    ledger: Ledger
    share: Share
    now: datetime
    seed: bytes
    next_allowed: NextAllowed


def decide(interaction: Interaction, case: Case) -> Decision:
    """Whether the person is asked. The same interaction in the same case always gives the same decision."""
    if case.rules.is_paused:
        return Suppressed("touchpoint_paused", case.share.probability)
    channels = channels_for(interaction, case.rules)
    decisions = [decide_by(channel, interaction, case) for channel in channels]
    planned = next((one for one in decisions if isinstance(one, Planned)), None)
    refused = [one for one in decisions if isinstance(one, Suppressed)]
    nowhere = Suppressed("channel_unusable", case.share.probability)
    return planned or max(refused, key=lambda one: REASONS.index(one.reason), default=nowhere)


def channels_for(interaction: Interaction, rules: Rules) -> tuple[str, ...]:
    """Those to try, the preferred one first: the caller's own, or those of the touchpoint by which we send."""
    if interaction.channel is not None:
        return (interaction.channel,)
    return tuple(channel for channel in rules.channels if channel in SENT_BY_US)


def decide_by(channel: str, interaction: Interaction, case: Case) -> Decision:
    due_at = due(channel, interaction, case)
    found = next(refusals(channel, interaction, due_at, case), None)
    return found or Planned(channel, due_at, case.share.probability)


def due(channel: str, interaction: Interaction, case: Case) -> datetime:
    """When the person would be asked. A caller who asks on a channel of their own does so now."""
    if channel not in SENT_BY_US:
        return case.now
    country = interaction.country or case.person.country
    zone = interaction.time_zone or case.person.time_zone or case.rules.time_zone
    return case.next_allowed(channel, country, zone, max(case.now, interaction.occurred_at + case.rules.delay))


def refusals(channel: str, interaction: Interaction, due_at: datetime, case: Case) -> Iterator[Suppressed]:
    """Everything that is in the way of asking by this channel at that time, in the order of the reasons."""
    probability = case.share.probability
    yield from wishes(channel, case, probability)
    rules = rules_for(case)
    others = [one for one in case.ledger.counted if one.touchpoint == rules.touchpoint]
    yield from quarantine(rules, others, due_at, probability)
    yield from caps(channel, rules, case.ledger.counted, due_at, probability)
    if draw(case.seed, interaction.touchpoint, interaction.interaction_id) >= probability:
        yield Suppressed("not_sampled", probability)
    if due_at > interaction.occurred_at + rules.fresh:
        yield Suppressed("quiet_hours", probability, until=due_at, channel=channel)


def decide_reminder(invitation: Invitation, due_at: datetime, case: Case) -> Decision:
    """Whether the person may be reminded of an invitation at that time: by their wishes, and by the caps.

    Nothing is drawn again, and the rest after the invitation is no matter: the reminder belongs to it.
    """
    found = next(wishes(invitation.channel, case, invitation.probability), None) or next(
        caps(invitation.channel, rules_for(case), case.ledger.counted, due_at, invitation.probability), None
    )
    return found or Planned(invitation.channel, due_at, invitation.probability)


def rules_for(case: Case) -> Rules:
    return case.rules.for_less_often() if case.person.less_often else case.rules


def wishes(channel: str, case: Case, probability: float) -> Iterator[Suppressed]:
    """What the person said, and whether they can be reached."""
    if case.person.has_opted_out(channel):
        yield Suppressed("opted_out", probability, channel=channel)
    if not has_consent(case.person, channel, case.rules.consent_needed):
        yield Suppressed("no_consent", probability, channel=channel)
    if channel in ADDRESS_KINDS and case.person.address(channel) is None:
        yield Suppressed("channel_unusable", probability, channel=channel)


def has_consent(person: Person, channel: str, needed: frozenset[str]) -> bool:
    """Whether consent is in order: given for this channel where it is needed, and nowhere refused outright."""
    if person.consent is None or not person.consent:
        return person.consent is None and channel not in needed
    return channel not in needed or bool(person.consent & {channel, ALL})


def quarantine(rules: Rules, contacts: Iterable[Contact], at: datetime, probability: float) -> Iterator[Suppressed]:
    """contacts: those of this touchpoint that count."""
    last = max((one.at for one in contacts), default=None)
    if rules.rest and last and at < last + rules.rest:
        yield Suppressed("quarantine", probability, rules.touchpoint, last + rules.rest)


def caps(channel: str, rules: Rules, counted: list[Contact], at: datetime, probability: float) -> Iterator[Suppressed]:
    """counted: all that count, by time."""
    in_programme = [one for one in counted if one.programme == rules.programme]
    by_channel = [one for one in counted if one.channel == channel]
    yield from full("company_cap", rules.company_cap, counted, at, probability)
    yield from full("programme_cap", rules.programme_cap, in_programme, at, probability)
    for refusal in full("channel_cap", rules.channel_caps.get(channel), by_channel, at, probability):
        yield replace(refusal, channel=channel)


def full(
    reason: Reason, cap: Cap | None, contacts: list[Contact], at: datetime, probability: float
) -> Iterator[Suppressed]:
    """Where the cap is reached: whose contact is the next to be old enough, and when."""
    if cap is None:
        return
    window = timedelta(days=cap.days)
    counting = [one for one in contacts if one.at + window > at]
    if len(counting) >= cap.at_most:
        first = counting[len(counting) - cap.at_most]
        yield Suppressed(reason, probability, first.touchpoint, first.at + window)


def draw(seed: bytes, touchpoint: str, interaction_id: str) -> float:
    """A number in [0, 1), evenly spread over interactions, and for each always the same."""
    return int(keyed_hash(seed, "draw", f"{touchpoint}:{interaction_id}")[:13], 16) / 16**13


def to_displace(interaction: Interaction, case: Case) -> tuple[Contact, Planned] | None:
    """Whose place a refused interaction may have, if its touchpoint needs answers more; None if nobody's.

    Only a place taken just now, by an invitation that we send and have not yet sent. Whether that is still so is
    for whoever writes it to make sure of. Of several, the place of the least need.
    """
    for contact in sorted(contested(case), key=lambda one: (one.need, one.at)):
        others = tuple(one for one in case.ledger.contacts if one is not contact)
        decision = decide(interaction, replace(case, ledger=replace(case.ledger, contacts=others)))
        if isinstance(decision, Planned):
            return contact, decision
    return None


def contested(case: Case) -> Iterator[Contact]:
    for contact in case.ledger.counted:
        is_just_taken = contact.state == "reserved" and case.now - contact.reserved_at < CONTESTED
        is_ours_to_send = contact.step == 1 and contact.channel in SENT_BY_US
        if is_just_taken and is_ours_to_send and contact.need < case.share.need:
            yield contact
