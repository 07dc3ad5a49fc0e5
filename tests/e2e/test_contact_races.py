"""One person, a thousand who want to ask at once, one place: on an engine whose conditions are atomic.

RACES says how often; 9 where it is not set, three with each crowd, and 20 in `make soak`.
"""

from __future__ import annotations

import multiprocessing
import os
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest

from infra.local.stack import Options, Stack
from services.invitations.domain import identifiers
from services.invitations.domain.people import Person
from tests.e2e import crowd
from tests.e2e.crowd import CHANNELS, Answered

pytestmark = pytest.mark.e2e

PROCESSES = 4
CROWD = 1000
RACES = int(os.environ.get("RACES", "9"))
COUNTRY = "FR"


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The engine with its tables, and none of the services."""
    stack = Stack(Options(tmp_path_factory.mktemp("races"), modules=[]))
    stack.start()
    yield stack.endpoint
    stack.stop()


@pytest.fixture(scope="module")
def pool() -> Iterator[ProcessPoolExecutor]:
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(PROCESSES)
    with ProcessPoolExecutor(PROCESSES, context, crowd.begin, (barrier,)) as processes:
        yield processes


def names(race: int) -> dict[str, list[str]]:
    """The ways in which the person of that race is named, each in several spellings."""
    return {
        "id": [f"customer-{race}"],
        "email": [f"jane.doe.{race}@example.com", f" Jane.Doe.{race}@EXAMPLE.com "],
        "phone": [f"+336123456{race:02}", f"06 12 34 56 {race:02}", f"0033 6 12 34 56 {race:02}"],
    }


def sent(race: int, number: int, kinds: tuple[str, ...]) -> dict[str, Any]:
    """One of the crowd's interactions: by a channel and at a touchpoint of its own."""
    channel = CHANNELS[number % len(CHANNELS)]
    spelled = names(race)
    return {
        "interaction_id": f"race-{race}-{number}",
        "touchpoint": f"by-{channel}",
        "occurred_at": datetime.now(UTC).isoformat(),
        "customer": {kind: spelled[kind][number % len(spelled[kind])] for kind in kinds},
        "channel": channel,
        "country": COUNTRY,
    }


def introduce(endpoint: str, race: int, *named: tuple[str, ...]) -> None:
    """Makes people known by these kinds of names, at a touchpoint that asks nobody."""
    wired = crowd.deps(endpoint)
    for number, kinds in enumerate(named):
        one = sent(race, number, kinds) | {"interaction_id": f"known-{race}-{number}", "touchpoint": "paused"}
        assert crowd.answered(one, wired).reason == "touchpoint_paused"


def crowd_of_one_known(endpoint: str, race: int) -> list[dict[str, Any]]:
    """Someone known by all three names, of which each of the crowd uses one."""
    introduce(endpoint, race, ("id", "email", "phone"))
    kinds = ("id", "email", "phone")
    return [sent(race, number, (kinds[number % 3],)) for number in range(CROWD)]


def crowd_of_nobody_known(_endpoint: str, race: int) -> list[dict[str, Any]]:
    """Somebody whom nobody knows yet: each of the crowd uses two names."""
    pairs = [("id", "email"), ("email", "phone"), ("id", "phone")]
    return [sent(race, number, pairs[number % 3]) for number in range(CROWD)]


def crowd_of_three_who_are_one(endpoint: str, race: int) -> list[dict[str, Any]]:
    """Three people who turn out to be one while the crowd asks."""
    introduce(endpoint, race, ("id",), ("email",), ("phone",))
    return crowd_of_nobody_known(endpoint, race)


CROWDS = ((crowd_of_one_known, 1), (crowd_of_nobody_known, 0), (crowd_of_three_who_are_one, 3))
"""With how many interactions stand there before they begin."""


def race(
    pool: ProcessPoolExecutor, endpoint: str, everybody: list[dict[str, Any]], *, is_careless: bool = False
) -> list[Answered]:
    parts = [everybody[start::PROCESSES] for start in range(PROCESSES)]
    futures = [pool.submit(crowd.ask, endpoint, part, is_careless) for part in parts]
    return [one for future in futures for one in future.result(timeout=120)]


def the_person(endpoint: str, number: int) -> Person:
    people = crowd.deps(endpoint).people
    spelled = names(number)
    found = people.find(
        [
            identifiers.customer_id(spelled["id"][0]),
            identifiers.email(spelled["email"][0]),
            identifiers.phone(spelled["phone"][0]),
        ]
    )
    assert len(found) == 1
    return found[0]


def test_of_a_thousand_at_once_one_is_granted(endpoint: str, pool: ProcessPoolExecutor) -> None:
    """A cap of one, six channels, several names of one person: one may ask, 999 are told why not, in every race."""
    for number in range(RACES):
        gather, known = CROWDS[number % len(CROWDS)]
        everybody = gather(endpoint, number)
        told = race(pool, endpoint, everybody)
        assert {one.interaction_id for one in told} == {one["interaction_id"] for one in everybody}
        assert Counter((one.status, one.state, one.reason) for one in told) == {
            ("accepted", "planned", None): 1,
            ("accepted", "suppressed", "company_cap"): CROWD - 1,
        }
        wired = crowd.deps(endpoint)
        person = the_person(endpoint, number)
        assert len(wired.ledgers.get(person.person_id).counted) == 1
        ids = (person.person_id, *person.merged_from)
        stored = [one for person_id in ids for one in wired.interactions.of_person(person_id)]
        assert len(stored) == CROWD + known


def test_the_race_would_show_an_engine_without_conditions(endpoint: str, pool: ProcessPoolExecutor) -> None:
    """The same crowd where transactions are written whatever stands there: all who had read are granted."""
    told = race(pool, endpoint, crowd_of_one_known(endpoint, 99), is_careless=True)
    assert Counter(one.state for one in told)["planned"] >= crowd.THREADS
