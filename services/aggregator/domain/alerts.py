"""Alerts as facts: from an account's transitions to the event that owners receive."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from services.aggregator.domain.answers import Series
from services.aggregator.domain.detection import detector
from services.aggregator.domain.detection.detector import Transition
from services.aggregator.domain.detection.transition import ADOPTED, RAISED, RESOLVED
from services.aggregator.domain.findings import EXPLAINED, origin_of
from services.aggregator.domain.sentence import Setting, sentence
from services.aggregator.domain.signs import SIGNS
from services.aggregator.domain.watching import METHOD
from shared.catalogue import Touchpoint, Words
from shared.events import AlertEvent, AlertKind, Evidence, Flood, Severity, Share
from shared.times import from_unix

LANGUAGES = ("en", "fr")
TOLD_AS_IT_WAS = (
    "revision", "touchpoint_name", "owner", "owners", "journey", "sentence", "causes", "sample_comments", "affected",
    "links",
)  # fmt: skip
"""Fields that say how an alert was told, not what was found: they may change without being news."""


@dataclass(frozen=True)
class AlertFact:
    """An alert as it stands: its event, and the series it is about.

    quotes_until: when the first of the answers that it quotes may go; None as long as it was not written. It is no
        part of what is decided.
    """

    series: Series
    event: AlertEvent
    quotes_until: datetime | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Context:
    """What every alert of a series says besides its transition.

    origins: the touchpoints from which those came whom an alert is about, as far as they are still there.
    """

    series: Series
    touchpoint: Touchpoint
    public_url: str
    origins: Mapping[str, Touchpoint] = field(default_factory=dict)

    def names(self, origin: str | None) -> Words:
        """What the alert is about, in every language an alert speaks: `Delivery`, or `Payment → Delivery`."""
        if origin is None:
            return self.touchpoint.name
        before = self.origins.get(origin)
        return {
            lang: f"{before.named(lang) if before else origin} → {self.touchpoint.named(lang)}"
            for lang in dict.fromkeys((*LANGUAGES, *self.touchpoint.name))
        }

    def owners(self, origin: str | None) -> list[str]:
        """Who is accountable: the touchpoint's owner first; of a hand-off, of both its sides."""
        before = self.origins.get(origin or "")
        return list(dict.fromkeys([self.touchpoint.owner.id, *([before.owner.id] if before else [])]))


def alert_id(kind: str, series: Series, origin: str | None, raised_at: datetime) -> str:
    """An id that the same finding always gets: `drop.checkout.customer.20240301T101500Z`.

    Of a hand-off it says where they came from: `handoff.checkout.basket.20240301T101500Z`.
    """
    return f"{kind}.{series.touchpoint}.{origin or series.audience}.{raised_at:%Y%m%dT%H%M%SZ}"


def revisions(context: Context, transitions: Iterable[Transition]) -> list[AlertFact]:
    """Every alert of the series as it stood after each transition that changed it, in their order."""
    latest: AlertFact | None = None
    stood: list[AlertFact] = []
    for transition in transitions:
        if transition.kind == RAISED:
            latest = raised_alert(context, transition)
        elif latest is None or latest.event.state != "raised":
            continue
        elif transition.kind == EXPLAINED:
            latest = explained_alert(context, latest, transition)
        elif transition.kind in (RESOLVED, ADOPTED):
            latest = resolved_alert(context, latest, transition)
        elif latest.event.flood and not transition.flood:
            latest = confirmed_alert(context, latest, transition)
        else:
            continue
        stood.append(latest)
    return stood


def news(known: Sequence[AlertFact], revisions: Sequence[AlertFact]) -> list[AlertFact]:
    """What has to be written, in order, so that the stored alerts of a series say what was decided.

    An alert that is no longer decided is marked withdrawn, never dropped.
    """
    stored = {fact.event.alert_id: fact for fact in known}
    found: dict[str, list[AlertFact]] = {}
    for fact in revisions:
        found.setdefault(fact.event.alert_id, []).append(fact)
    unwritten = [new for name, facts in found.items() for new in unsaid(stored.get(name), facts)]
    gone = [f for f in known if f.event.alert_id not in found and f.event.state != "withdrawn"]
    return unwritten + [withdrawn(fact) for fact in gone]


def unsaid(stored: AlertFact | None, revisions: Sequence[AlertFact]) -> list[AlertFact]:
    """The revisions of one alert that come after the stored one, numbered after it.

    Where the stored one is none of them, late answers have changed what it says: its last state
    follows, so that subscribers see it is news.
    """
    if stored is None:
        return list(revisions)
    for place, fact in enumerate(revisions):
        if same(stored, fact):
            return numbered(revisions[place + 1 :], stored)
    revision = max(revisions[-1].event.revision, stored.event.revision + 1)
    return [changed(revisions[-1], revision=revision)]


def numbered(revisions: Sequence[AlertFact], stored: AlertFact) -> list[AlertFact]:
    """The revisions with the numbers that follow the stored one's: late answers may have used up their own."""
    return [changed(fact, revision=stored.event.revision + n) for n, fact in enumerate(revisions, 1)]


def same(stored: AlertFact, fact: AlertFact) -> bool:
    """Whether both say that the same was found, whatever the touchpoint was called and whoever owned it."""
    aside = {name: getattr(fact.event, name) for name in TOLD_AS_IT_WAS}
    return changed(stored, **aside) == fact


def withdrawn(fact: AlertFact) -> AlertFact:
    return changed(fact, state="withdrawn", resolved_because="withdrawn", revision=fact.event.revision + 1)


def changed(fact: AlertFact, **fields: Any) -> AlertFact:
    """The same alert with these fields of its event."""
    return replace(fact, event=fact.event.model_copy(update=fields))


def raised_alert(context: Context, transition: Transition) -> AlertFact:
    """The alert that the raising transition makes."""
    series, touchpoint = context.series, context.touchpoint
    raised_at, origin = from_unix(transition.at), origin_of(series, transition) or None
    kind = kind_of(series, origin)
    event = AlertEvent(
        alert_id=alert_id(kind, series, origin, raised_at),
        revision=1,
        kind=kind,
        state="raised",
        touchpoint=touchpoint.id,
        touchpoint_name=context.names(origin),
        origin=origin,
        audience=series.audience,
        scale=series.scale_name,
        owner=touchpoint.owner.id,
        owners=context.owners(origin),
        journey=touchpoint.journey,
        severity=severity(transition),
        raised_at=raised_at,
        change_started_at=from_unix(transition.change_started_at),
        change_started_between=(
            from_unix(transition.change_interval[0]),
            from_unix(transition.change_interval[1]),
        ),
        n=transition.after.n,
        before=share_of(transition.before),
        after=share_of(transition.after),
        otherwise=otherwise_of(transition),
        seen_first=getattr(transition, "seen_first", None) or None,
        evidence=evidence_of(transition),
        sentence=sentences(context, kind, transition, origin),
        flood=flood_of(transition),
        links=links_of(context, alert_id(kind, series, origin, raised_at)),
    )
    return AlertFact(series, event)


def confirmed_alert(context: Context, fact: AlertFact, transition: Transition) -> AlertFact:
    """The alert once its evidence no longer rests on a flood of good answers before it."""
    return changed(
        fact,
        n=transition.after.n,
        severity=severity(transition),
        before=share_of(transition.before),
        after=share_of(transition.after),
        evidence=evidence_of(transition),
        sentence=sentences(context, fact.event.kind, transition, fact.event.origin),
        flood=None,
        revision=fact.event.revision + 1,
    )


def links_of(context: Context, name: str) -> dict[str, str]:
    """Where more is told: the touchpoint's report, the causes until now, and of customers whom to turn to."""
    alert = f"{context.public_url}/v1/alerts/{name}"
    links = {"report": f"{context.public_url}/v1/touchpoints/{context.touchpoint.id}/report"}
    links["causes"] = f"{alert}/causes"
    return links if context.series.audience == "staff" else links | {"outreach": f"{alert}/outreach"}


def resolved_alert(context: Context, fact: AlertFact, transition: Transition) -> AlertFact:
    """The alert once the level is back, or once the worse level has become the usual one."""
    return changed(
        fact,
        state="resolved",
        resolved_at=from_unix(transition.at),
        resolved_because="adopted" if transition.kind == ADOPTED else "recovered",
        sentence=sentences(context, fact.event.kind, transition, fact.event.origin),
        revision=fact.event.revision + 1,
    )


def explained_alert(context: Context, fact: AlertFact, transition: Transition) -> AlertFact:
    """The touchpoint's own alert, once it is known that it is about those who came from one other touchpoint."""
    origin = origin_of(context.series, transition)
    return changed(
        fact,
        explained_by=origin,
        sentence=sentences(context, fact.event.kind, transition, origin),
        revision=fact.event.revision + 1,
    )


def kind_of(series: Series, origin: str | None) -> AlertKind:
    if origin is not None:
        return "handoff"
    if series.source == "promise":
        return "promise"
    told = next((sign for sign in SIGNS if sign == series.source), None)
    if told is not None:
        return told
    return "staff" if series.audience == "staff" else "drop"


def otherwise_of(transition: Transition) -> Share | None:
    found = getattr(transition, "otherwise", None)
    return share_of(found) if found else None


def severity(transition: Transition) -> Severity:
    """By how many more answers are bad: 25 points or more is high, 10 or more medium; low where a flood explains it.

    A promise has no answers before; it is held against its target.
    """
    if transition.flood:
        return "low"
    before = transition.before.share
    worse = (transition.after.share or 0.0) - (transition.before.low if before is None else before)
    if worse >= 0.25:
        return "high"
    return "medium" if worse >= 0.10 else "low"


def share_of(share: detector.Share) -> Share:
    return Share(bad=share.bad, n=share.n, low=round(share.low, 4), high=round(share.high, 4))


def flood_of(transition: Transition) -> Flood | None:
    found = transition.flood
    return Flood(first=found.days[0], last=found.days[-1], times=round(found.times, 1)) if found else None


def evidence_of(transition: Transition) -> Evidence:
    return Evidence(
        method=METHOD,
        e_value=float(f"{transition.e_value:.4g}"),
        false_alarms_per_year=transition.false_alarms_per_year,
        settings_version=transition.version,
    )


def sentences(context: Context, kind: AlertKind, transition: Transition, origin: str | None) -> dict[str, str]:
    """What happened in one sentence, in every language an alert speaks. origin: from where those came whom it is
    about, None for everybody."""
    touchpoint, before = context.touchpoint, context.origins.get(origin or "")
    return {
        lang: sentence(
            transition,
            Setting(kind, touchpoint.named(lang), before.named(lang) if before else origin or "", touchpoint.time_zone),
            lang,
        )
        for lang in LANGUAGES
    }
