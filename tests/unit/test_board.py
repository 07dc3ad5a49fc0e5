"""The board by example: few touchpoints, many, together, over."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from itertools import permutations

from services.aggregator.domain import board
from services.aggregator.domain.board import Decision, Fact, Rules, needed
from services.aggregator.domain.detection.interval import Share
from services.aggregator.domain.detection.transition import Flood, Transition
from services.aggregator.domain.sentence import Setting, sentence

DAY = 86400
TUESDAY = 1_700_438_400 + DAY + 14 * 3600


def transition(kind: str, at: int, e_value: float) -> Transition:
    """A transition that began on Tuesday 14:00 UTC."""
    before, after = Share(80, 1000, 0.06, 0.1), Share(46, 240, 0.1, 0.3)
    return Transition(kind, at, TUESDAY, (TUESDAY, TUESDAY), before, after, e_value, 1.0, 1.0, "1")


def fact(name: str, kind: str, at: int, e_value: float) -> Fact:
    """What the account of that name said."""
    return Fact(name, transition(kind, at, e_value))


def decide(facts: Iterable[Fact], rules: Rules) -> tuple[Decision, ...]:
    """What is published under rules that never change."""
    return board.decide(facts, lambda _: rules)


def names(decisions: tuple[Decision, ...]) -> list[tuple[str, str]]:
    """What was published, in order."""
    return [(d.touchpoint, d.kind) for d in decisions]


def test_a_single_touchpoint_publishes_what_its_account_raises() -> None:
    """With one touchpoint the account's own threshold is the promise."""
    assert names(decide([fact("till", "raised", 1, 4.1)], Rules(touchpoints=1))) == [("till", "raised")]


def test_among_many_one_alert_needs_evidence_of_n_over_the_share() -> None:
    """At 100 touchpoints and 5 %, the first alert needs 2,000: one side of the edge and the other."""
    rules = Rules(touchpoints=100)
    assert needed(rules, 1) == 2000
    assert decide([fact("till", "raised", 1, 1999.9)], rules) == ()
    assert names(decide([fact("till", "raised", 1, 2000)], rules)) == [("till", "raised")]


def test_two_alerts_together_need_half_each() -> None:
    """Evidence that would not do alone does when two touchpoints have it."""
    facts = [fact("a", "raised", 1, 1000), fact("b", "raised", 2, 1000)]
    assert decide(facts[:1], Rules(touchpoints=100)) == ()
    published = decide(facts, Rules(touchpoints=100))
    assert names(published) == [("a", "raised"), ("b", "raised")]
    assert {d.at for d in published} == {2}


def test_a_suspicion_is_published_when_it_has_grown_strong_enough() -> None:
    """The transition that sufficed is the one that is published."""
    facts = [fact("a", "raised", 1, 5), fact("a", "strengthened", 2, 2500), fact("a", "strengthened", 3, 9999)]
    published, stronger = decide(facts, Rules(touchpoints=100))
    assert (stronger.kind, stronger.at) == ("strengthened", 3)
    assert (published.at, published.transition.e_value) == (2, 2500)


def test_a_suspicion_that_ends_unpublished_is_never_mentioned() -> None:
    """No resolution of an alert nobody saw, and its evidence is gone."""
    facts = [fact("a", "raised", 1, 1500), fact("a", "resolved", 2, 1), fact("b", "raised", 3, 1500)]
    assert decide(facts, Rules(touchpoints=100)) == ()


def test_a_published_alert_is_resolved_once() -> None:
    """Raised, then resolved, in order."""
    facts = [fact("a", "raised", 1, 5000), fact("a", "resolved", 2, 1)]
    assert names(decide(facts, Rules(touchpoints=100))) == [("a", "raised"), ("a", "resolved")]


def test_alerts_older_than_the_patience_no_longer_help() -> None:
    """91 days later the next alert needs as much evidence as a first one."""
    first = fact("a", "raised", 1, 5000)
    assert len(decide([first, fact("b", "raised", 89 * DAY, 1000)], Rules(touchpoints=100))) == 2
    assert len(decide([first, fact("b", "raised", 91 * DAY, 1000)], Rules(touchpoints=100))) == 1


def test_the_order_in_which_touchpoints_are_processed_does_not_matter() -> None:
    """Every order of the same facts publishes the same."""
    facts = [
        fact("a", "raised", 1, 900),
        fact("b", "raised", 1, 1200),
        fact("c", "raised", 2, 700),
        fact("b", "strengthened", 2, 3000),
        fact("a", "resolved", 3, 1),
    ]
    expected = decide(facts, Rules(touchpoints=100))
    assert expected
    assert all(decide(order, Rules(touchpoints=100)) == expected for order in permutations(facts))


def test_the_sentence_says_it_in_french() -> None:
    """Narrow no-break spaces before % and inside guillemets, local hour."""
    said = sentence(transition("raised", TUESDAY + DAY, 12345.0), Setting("drop", "paiement", "", "UTC"), "fr")
    assert said == (
        "Depuis mardi 14\u00a0h, 19\u202f% de mauvaises réponses à «\u202fpaiement\u202f», contre 8\u202f% "
        "d’ordinaire\u00a0; 240 réponses\u00a0; une chance sur 10\u202f000 que ce soit le hasard."
    )


def test_the_sentence_says_it_in_english_at_local_time() -> None:
    """The same alert in English, an hour later in Paris."""
    said = sentence(transition("raised", TUESDAY + DAY, 12345.0), Setting("drop", "checkout", "", "Europe/Paris"), "en")
    assert said == (
        "Since Tuesday 15:00, 19% bad answers at “checkout”, against 8% as a rule; "
        "240 answers; one chance in 10,000 that this is luck."
    )


def test_an_old_start_is_given_by_its_date() -> None:
    """Ten days later, Tuesday alone would mislead."""
    said = sentence(transition("resolved", TUESDAY + 10 * DAY, 5.0), Setting("drop", "checkout", "", "UTC"), "en")
    assert "Tuesday 21 November" in said


def test_the_sentence_names_the_flood_it_rests_on() -> None:
    """One day has a date, several have a span."""
    first = date(2024, 3, 1)
    one = replace(transition("raised", TUESDAY + DAY, 12345.0), flood=Flood((first,), 9.7))
    assert "Mais le 1er mars, il est venu 10 fois plus de réponses" in sentence(
        one, Setting("drop", "paiement", "", "UTC"), "fr"
    )
    several = replace(one, flood=Flood((first, date(2024, 3, 4)), 4.2))
    assert "But from 1 March to 4 March, 4 times as many answers" in sentence(
        several, Setting("drop", "checkout", "", "UTC"), "en"
    )
