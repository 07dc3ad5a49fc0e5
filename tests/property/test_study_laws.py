"""Figures that are kept are functions of the facts: independent runs and a recomputation give the same bytes."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st

from services.aggregator import usecases
from services.aggregator.adapters.findings import TableAlerts, TableEvidence
from services.aggregator.adapters.marks import TableMarks
from services.aggregator.adapters.outcomes import TableEnds
from services.aggregator.adapters.passers import TablePassers
from services.aggregator.adapters.studies import TableStudies
from services.aggregator.adapters.traces import TableTraces
from services.aggregator.adapters.watches import TableWatches
from services.aggregator.domain.answers import answer_of
from services.aggregator.usecases import Deps
from services.collector.adapters.responses import item_of
from services.collector.domain.responses import Response
from services.invitations.adapters.outcomes import TableOutcomes
from services.invitations.domain.outcomes import Outcome
from shared.causes.answers_table import TableGiven
from shared.dynamo import Item, Table, unmarshal_item
from tests import fakes
from tests.deliveries import deliveries
from tests.soak.dynamodb import MemoryDynamoDB
from tests.unit.test_aggregator import deps_at
from tests.worlds import START

PLACES = ("basket", "checkout", "parcel")
DAYS = 120
TODAY = (START + timedelta(days=DAYS)).date()
BEFORE = TODAY - timedelta(days=9)
AFTERWARDS = START + timedelta(days=DAYS, hours=2)


@dataclass(frozen=True)
class Facts:
    """Stored responses, and outcomes."""

    responses: list[Item]
    outcomes: list[Outcome]


@cache
def facts() -> Facts:
    """A customer in two places, one in three unhappy at the first and likelier to leave."""
    chance = random.Random(4)
    responses, outcomes = [], []
    for number in range(300):
        since = chance.choice((0, 0, 0, DAYS - 28))
        at, is_bad = START + timedelta(days=since + chance.uniform(0, 27)), chance.random() < 0.35
        for place, later in zip(chance.sample(PLACES, 2), (0, 5), strict=True):
            score = chance.choice((1, 2)) if is_bad and not later else chance.choice((3, 4, 5))
            responses.append(item_of(response(f"{place}-{number}", place, at + timedelta(hours=later), score, number)))
        if chance.random() < (0.5 if is_bad else 0.1):
            left = at + timedelta(days=chance.uniform(1, 60))
            outcomes.append(Outcome(f"o{number}", "p", "churned", left, left, 50.0 + number, "EUR", f"c{number}"))
    return Facts(responses, outcomes)


def response(name: str, touchpoint: str, at: object, score: int, number: int) -> Response:
    beside = {"owner": f"{touchpoint}-team", "survey": "csat", "survey_version": 1, "audience": "customer"}
    when = {"collected_at": at, "stored_at": at}
    made = {"response_id": name, "touchpoint": touchpoint, "scale": "csat", "score": score, "channel": "web"}
    return Response(**made, **beside, **when, customer=f"c{number}")  # type: ignore[arg-type]


class Company:
    """One run: tables of its own, filled in an order of its own."""

    def __init__(self) -> None:
        self.memory = MemoryDynamoDB("test")
        friction, responses, contacts = (Table(self.memory, f"etincelle-test-{name}") for name in NAMES)
        self.responses, self.outcomes = responses, TableOutcomes(contacts)
        self.deps: Deps = replace(
            deps_at(AFTERWARDS),
            marks=TableMarks(friction),
            traces=TableTraces(friction),
            watches=TableWatches(friction),
            evidence=TableEvidence(friction),
            alerts=TableAlerts(friction, lambda: AFTERWARDS),
            studies=TableStudies(friction, lambda: AFTERWARDS),
            responses=TableGiven(responses),
            passers=TablePassers(contacts),
            ends=TableEnds(contacts),
            catalogue=fakes.FakeCatalogue({name: fakes.touchpoint(name, owner=f"{name}-team") for name in PLACES}),
        )

    def live(self, batches: Sequence[Sequence[int]]) -> None:
        """Stores responses, tells the stream of them batch by batch, and looks at what that made after each."""
        for batch in batches:
            items = [facts().responses[place] for place in batch]
            for item in items:
                self.responses.put(item)
            usecases.fold([answer_of(item) for item in items], self.deps)
        for outcome in reversed(facts().outcomes):
            self.outcomes.add(outcome)
        for series in sorted({answer_of(item).series for item in facts().responses}, key=lambda one: one.partition):
            usecases.look(series, self.deps)

    def studied(self, day: date) -> dict[tuple[str, str], str]:
        """What is kept of that day, as text, by its place in the table."""
        usecases.study(day, self.deps)
        items = map(unmarshal_item, self.memory.tables["etincelle-test-friction"].items())
        return {(item["pk"], item["sk"]): item["figure"] for item in items if item.get("day") == day.isoformat()}


NAMES = ("friction", "responses", "contacts")


@cache
def in_one_go() -> tuple[dict[tuple[str, str], str], dict[tuple[str, str], str]]:
    company = Company()
    company.live([range(len(facts().responses))])
    return company.studied(TODAY), company.studied(BEFORE)


def test_the_study_of_this_world_tells_something() -> None:
    """Else equal bytes would say little: a value at each touchpoint, and four lists."""
    today, before = in_one_go()
    values = [text for (pk, _), text in today.items() if pk.startswith("VALUE#")]
    assert len(values) == 3
    assert all('"value_at_risk"' in text for text in values)
    assert len(today) - len(values) == 4
    assert today != before


@settings(max_examples=40, deadline=None)
@given(st.deferred(lambda: deliveries(len(facts().responses), most_batches=25)))
def test_any_delivery_of_the_same_responses_gives_the_same_bytes(batches: list[list[int]]) -> None:
    """Of today, and of a day that is past, in a run of its own."""
    company = Company()
    company.live(batches)
    assert (company.studied(TODAY), company.studied(BEFORE)) == in_one_go()


def test_made_again_after_more_has_happened_a_past_day_has_the_same_bytes() -> None:
    """What came in before that day began is all that is in it."""
    company = Company()
    early = [n for n, item in enumerate(facts().responses) if item["collected_at"][:10] < BEFORE.isoformat()]
    late = [n for n in range(len(facts().responses)) if n not in set(early)]
    company.live([early])
    first = company.studied(BEFORE)
    company.live([late])
    assert company.studied(BEFORE) == first == in_one_go()[1]
