"""Whom a touchpoint's own alert is about: everybody, or those who came from one other touchpoint."""

from __future__ import annotations

import random

import pytest

from services.aggregator.domain.attributing import Blame, Group, blame

USUAL = {"": 300, "basket": 600, "search": 600}


def groups(since: dict[str, tuple[int, int]], usual: float = 0.1) -> dict[str, Group]:
    """Groups that were usual before, with bad answers of so many since."""
    return {name: Group(round(usual * n), n, *since.get(name, (0, 0))) for name, n in USUAL.items()}


def drawn(seed: int, bad: dict[str, float], answers: int) -> dict[str, Group]:
    """Groups of whom so many answered since, each with its share of bad answers."""
    chance = random.Random(seed)
    since = {name: [0, 0] for name in USUAL}
    for _ in range(answers):
        name = chance.choices(list(USUAL), [1, 2, 2])[0]
        since[name][0] += chance.random() < bad.get(name, 0.1)
        since[name][1] += 1
    return groups({name: (bad, n) for name, (bad, n) in since.items()})


def test_it_is_about_those_who_alone_fare_worse() -> None:
    """Nine of sixteen who came from there were bad, and of all others as few as ever."""
    assert blame(groups({"": (1, 8), "basket": (9, 16), "search": (2, 16)})) == Blame("basket")


def test_it_is_about_everybody_where_all_fare_worse_alike() -> None:
    """Half of each group."""
    assert blame(groups({"": (4, 8), "basket": (8, 16), "search": (8, 16)})) == Blame()


@pytest.mark.parametrize("since", [{}, {"": (5, 9)}, {"": (5, 9), "basket": (1, 9)}])
def test_where_nobody_is_known_to_fare_worse_on_the_way_no_way_is_blamed(since: dict[str, tuple[int, int]]) -> None:
    """Nothing was answered; or those who came from nowhere fare worse."""
    assert blame(groups(since)).origin == ""


def test_where_nobody_comes_from_anywhere_it_is_about_everybody() -> None:
    """There is no way to blame."""
    assert blame({"": Group(30, 300, 9, 20)}) == Blame()


def test_those_who_always_fared_worse_are_not_blamed_for_it() -> None:
    """Of those from the basket one in two was bad before, as since; it is everybody else who got worse."""
    before = {"": Group(10, 100, 5, 10), "basket": Group(100, 200, 13, 20), "search": Group(20, 200, 10, 20)}
    assert blame(before) == Blame()


def test_of_one_answer_it_is_open() -> None:
    """Somebody who came from the basket was unhappy, and nobody else has answered: who knows."""
    assert blame(groups({"basket": (1, 1)})) == Blame(is_open=True)


def test_few_answers_tell_the_stories_apart() -> None:
    """Thirty answers since, 200 seeded times each: nearly never the wrong story; else it is the right one, or open."""
    on_the_way = [blame(drawn(seed, {"basket": 0.45}, 30)) for seed in range(200)]
    everywhere = [blame(drawn(seed, dict.fromkeys(USUAL, 0.45), 30)) for seed in range(200)]
    right = on_the_way.count(Blame("basket")), everywhere.count(Blame())
    wrong = sum(one.origin == "search" or one == Blame() for one in on_the_way), sum(bool(o.origin) for o in everywhere)
    print(f"of 200: on the way {right[0]} right, {wrong[0]} wrong; everywhere {right[1]} right, {wrong[1]} wrong")
    assert min(right) >= 150
    assert max(wrong) <= 14


def test_names_and_their_order_do_not_matter() -> None:
    """The same groups backwards."""
    made = drawn(3, {"search": 0.5}, 60)
    assert blame(dict(reversed(made.items()))) == blame(made) == Blame("search")
