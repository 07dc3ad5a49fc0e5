"""Who may be told of an alert: the subscriptions that want it, each with its owner and its step."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from shared.catalogue import Catalogue, Owner, Subscription, Touchpoint, Way
from shared.events import News, WeeklyEvent
from shared.receivers import subscription_of

AT_ONCE = 0
UNASKED: dict[str, tuple[Way, ...]] = {
    "case": ("email", "slack", "teams", "sms"),
    "outreach": ("email", "slack", "teams"),
    "weekly": ("email",),
}
"""The ways by which teams are told of what is no alert, without having named its kind."""
LAST = 1000
"""The step of whoever watches over the journey: after everybody in the chain."""


@dataclass(frozen=True)
class Subscriber:
    """A subscription and whose it is. step: 0 is told at once, the others in turn while nobody acknowledges."""

    owner: Owner
    subscription: Subscription
    step: int = AT_ONCE

    @property
    def name(self) -> str:
        """Its name among those of all owners; an id is unique with its owner only, and holds no slash."""
        return f"{self.owner.id}/{self.subscription.id}"


def audience(event: News, catalogue: Catalogue) -> list[Subscriber]:
    """Every subscription that wants the alert, each once, as the registry has it now, in the order of their steps."""
    touchpoint = catalogue.touchpoint(event.touchpoint)
    owners = [owner for name in event.owners if (owner := catalogue.owner(name))]
    pilot = catalogue.owner(touchpoint.pilot) if touchpoint and touchpoint.pilot else None
    each = [*of_owners(owners), *of_watchers(catalogue.watchers()), *of_pilot(pilot)]
    first: dict[str, Subscriber] = {}
    for one in each:
        if wants(one.subscription, event, touchpoint):
            first.setdefault(one.name, one)
    return sorted(first.values(), key=lambda one: (one.step, one.name))


def listening(event: News, told: Iterable[str], catalogue: Catalogue) -> list[Subscriber]:
    """The audience, and those who were told before: they hear how it goes on, whatever their filters say of it now."""
    wanting = audience(event, catalogue)
    names = {one.name for one in wanting}
    known = (subscriber(name, catalogue) for name in sorted(told) if name not in names)
    return [*wanting, *(one for one in known if one)]


def of_owners(owners: Iterable[Owner]) -> Iterable[Subscriber]:
    for owner in owners:
        for one in owner.subscriptions:
            yield Subscriber(owner, one, owner.chain.index(one.id) if one.id in owner.chain else AT_ONCE)


def of_watchers(owners: Iterable[Owner]) -> Iterable[Subscriber]:
    return (Subscriber(owner, one) for owner in owners for one in owner.subscriptions if one.everywhere)


def of_pilot(pilot: Owner | None) -> Iterable[Subscriber]:
    return (Subscriber(pilot, one, LAST) for one in (pilot.subscriptions if pilot else ()) if pilot)


def wants(subscription: Subscription, event: News, touchpoint: Touchpoint | None) -> bool:
    """Whether the news passes every filter that the subscription names; of a week, which is of many touchpoints, kinds.

    Programs, and those who watch every touchpoint, are told of what is no alert only where they name that kind.
    """
    is_unasked = subscription.kind in UNASKED.get(event.kind, (subscription.kind,))
    if event.kind in UNASKED and event.kind not in subscription.kinds and (not is_unasked or subscription.everywhere):
        return False
    if isinstance(event, WeeklyEvent):
        return not subscription.kinds or event.kind in subscription.kinds
    filters: tuple[tuple[tuple[str, ...], str | None], ...] = (
        (subscription.touchpoints, event.touchpoint),
        (subscription.journeys, event.journey),
        (subscription.kinds, event.kind),
        (subscription.severities, event.severity),
        (subscription.pillars, touchpoint.pillar if touchpoint else None),
    )
    return all(not named or value in named for named, value in filters)


def subscriber(name: str, catalogue: Catalogue) -> Subscriber | None:
    """The subscription of that name as the registry has it now; None where it is gone."""
    owner, one = catalogue.owner(name.partition("/")[0]), subscription_of(name, catalogue)
    return Subscriber(owner, one) if owner and one else None
