"""From a document to the entities other services read: each touchpoint whole, with its survey and its owner.

A document that names no journeys is one journey of its own name, with the one stage `all`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.registry.domain import journey
from services.registry.domain.journey import JourneyDocument
from shared import catalogue

ORDER = ("SURVEY", "OWNER", "JOURNEY", "PRESSURE", "TOUCHPOINT", "PERSON", "ADDRESS")
"""Written in this order: what a touchpoint names is there before it is named."""
ONLY_STAGE = "all"
Name = tuple[str, str]


@dataclass(frozen=True)
class Entry:
    """One entity to be written. kind: of ORDER. removed: it left the document; its facts stay readable."""

    kind: str
    id: str
    value: dict[str, Any]
    removed: bool = False


def compiled(document: JourneyDocument, versions: Mapping[str, int]) -> dict[Name, Entry]:
    """Every entity of a document, by kind and id. versions: of each of its surveys."""
    surveys = {i: survey_value(i, survey, versions[i]) for i, survey in document.surveys.items()}
    owners = {i: owner_value(i, owner, document) for i, owner in document.owners.items()}
    entries = [Entry("SURVEY", i, plain(value)) for i, value in surveys.items()]
    entries += [Entry("OWNER", i, plain(value)) for i, value in owners.items()]
    entries += [Entry("JOURNEY", i, journey_value(i, one, document.lang)) for i, one in document.journeys.items()]
    if document.pressure:
        entries.append(Entry("PRESSURE", "company", document.pressure.model_dump(mode="json", exclude_none=True)))
    for i, touchpoint in document.touchpoints.items():
        entries.append(Entry("TOUCHPOINT", i, plain(touchpoint_value(i, touchpoint, document, surveys, owners))))
    for i, person in document.people.items():
        entries += people_entries(i, person, document.lang)
    return {(entry.kind, entry.id): entry for entry in entries}


def people_entries(identifier: str, person: journey.Person, lang: str) -> list[Entry]:
    """Somebody, and whose their address is."""
    value = catalogue.Person.model_validate({"lang": lang} | person.model_dump(exclude_none=True) | {"id": identifier})
    address = catalogue.address_digest(person.email)
    return [Entry("PERSON", identifier, plain(value)), Entry("ADDRESS", address, {"person": identifier})]


def plain(value: catalogue.Value) -> dict[str, Any]:
    return value.model_dump(mode="json", exclude_none=True)


def survey_value(identifier: str, survey: journey.Survey, version: int) -> catalogue.Survey:
    written = survey.model_dump(mode="json", exclude_none=True)
    return catalogue.Survey.model_validate(written | {"id": identifier, "version": version})


def owner_value(identifier: str, owner: journey.Owner, document: JourneyDocument) -> catalogue.Owner:
    """The owner as the other services read it; subscriptions speak its language unless they say their own."""
    reads = owner.lang or document.lang
    written = owner.model_dump(include={"name", "acknowledge_within_minutes", "chain", "colour", "logo"})
    subscriptions = tuple(
        subscription_value(name, one, reads, document.defaults.time_zone) for name, one in owner.subscriptions.items()
    )
    return catalogue.Owner(id=identifier, lang=reads, subscriptions=subscriptions, **written)


def subscription_value(identifier: str, one: journey.Subscription, lang: str, zone: str) -> catalogue.Subscription:
    written = one.model_dump(exclude_none=True, exclude_defaults=True)
    [way] = [way for way in journey.WAYS if way in written]
    where = {"id": identifier, "kind": way, "target": written.pop(way)}
    return catalogue.Subscription.model_validate({"lang": lang, "time_zone": zone} | written | where)


def journey_value(identifier: str, one: journey.Journey, lang: str) -> dict[str, Any]:
    stages = [{"id": stage, "name": name} for stage, name in one.stages.items()]
    return {"id": identifier, "name": one.name or {lang: identifier}, "stages": stages}


def touchpoint_value(
    identifier: str,
    touchpoint: journey.Touchpoint,
    document: JourneyDocument,
    surveys: Mapping[str, catalogue.Survey],
    owners: Mapping[str, catalogue.Owner],
) -> catalogue.Touchpoint:
    """The touchpoint as the other services read it: with its survey and owner, defaults filled in."""
    staff = touchpoint.staff_survey
    as_written = {"promise", "rest_days", "programme", "ask", "invite", "sampling", "segments", "changes", "cases"}
    journey_id = touchpoint.journey or next(iter(document.journeys), document.name)
    lived = document.journeys.get(journey_id)
    return catalogue.Touchpoint(
        **touchpoint.model_dump(include=as_written, exclude_none=True),
        id=identifier,
        name=touchpoint.name or {document.lang: identifier},
        owner=owners[touchpoint.owner],
        journey=journey_id,
        pilot=lived.pilot if lived else None,
        **({"handoff_days": lived.handoff_days} if lived else {}),
        stage=touchpoint.stage or ONLY_STAGE,
        pillar=touchpoint.pillar,
        channels=touchpoint.channels,
        survey=surveys[touchpoint.survey],
        staff_survey=surveys[staff] if staff else None,
        time_zone=touchpoint.time_zone or document.defaults.time_zone,
        paused=touchpoint.paused,
        detection=detection(touchpoint, document.defaults),
        typical=typical(touchpoint, document),
    )


def detection(touchpoint: journey.Touchpoint, defaults: journey.Defaults) -> dict[str, float | str]:
    """The company's share of false alerts, and what the document, then the touchpoint, set otherwise."""
    both = (touchpoint.detection, defaults.detection)
    own, general = (one.model_dump(exclude={"typical"}, exclude_none=True) for one in both)
    return {"share_false": defaults.share_false} | general | own


def typical(touchpoint: journey.Touchpoint, document: journey.JourneyDocument) -> dict[str, catalogue.Typical]:
    """On the scales that the touchpoint asks on, as far as it, or else the document, says so."""
    known = document.defaults.detection.typical | touchpoint.detection.typical
    surveys = {touchpoint.survey, touchpoint.staff_survey}
    scales = {survey.scale for name, survey in document.surveys.items() if name in surveys}
    return {name: catalogue.Typical(**one.model_dump()) for name, one in known.items() if name in scales}


def to_write(before: Mapping[Name, Entry], after: Mapping[Name, Entry]) -> list[Entry]:
    """What differs, in an order that never names what is not there; removals last."""
    changed = [entry for name, entry in after.items() if before.get(name) != entry]
    changed.sort(key=lambda entry: ORDER.index(entry.kind))
    return changed + [removal(entry) for name, entry in before.items() if name not in after]


def removal(entry: Entry) -> Entry:
    """A removed touchpoint takes no answers any more, a removed owner is not written to, a person's address is gone."""
    off: dict[str, dict[str, Any]] = {
        "TOUCHPOINT": {"paused": True},
        "OWNER": {"subscriptions": []},
        "PERSON": {"email": ""},
    }
    return Entry(entry.kind, entry.id, entry.value | off.get(entry.kind, {}), removed=True)


def next_version(survey: catalogue.Survey, newest: catalogue.Survey | None) -> int:
    """The version under which a survey is kept: the newest one's, if that asks the very same, else the next."""
    if newest is None:
        return 1
    same = survey.model_copy(update={"version": newest.version}) == newest
    return newest.version if same else newest.version + 1
