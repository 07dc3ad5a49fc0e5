"""A score in a link's address: a person's first movement confirms it, a machine that opens every link does not."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.collector.domain.openings import SWEEP_WITHIN
from tests.collector import World, touchpoint
from tests.http import Reply
from tests.unit.test_page_form import FORM, answer, visit


@pytest.fixture
def world() -> World:
    return World()


def mailed(world: World, **more: object) -> str:
    return world.link(mode="single", channel="email", invitation_id="i-1", **more)


def moved(world: World, link: str, score: int) -> Reply:
    """The page sends that it saw a first movement."""
    return world.ask("POST", f"{link}/seen?lang=fr", f"score={score}", FORM)


def test_a_first_movement_confirms_the_score_of_the_address(world: World) -> None:
    """201; the answer counts, and says by what it was confirmed."""
    link = mailed(world)
    visit(world, f"{link}?s=9")
    assert moved(world, link, 9).status == 201
    [stored] = world.stored
    assert (stored.score, stored.channel, stored.lang, stored.is_counted) == (9, "email", "fr", True)
    assert stored.evidence["confirmed_by"] == "input"
    assert "form" not in stored.evidence


def test_send_after_a_movement_is_the_persons_own_word(world: World) -> None:
    """The same answer, with the comment, confirmed by the form from then on; a later movement changes nothing."""
    link = mailed(world)
    visit(world, f"{link}?s=9")
    moved(world, link, 9)
    answer(world, link, score="7", comment="Well")
    assert moved(world, link, 9).status == 200
    [stored] = world.stored
    assert (stored.score, stored.comment, stored.revision) == (7, "Well", 2)
    assert stored.evidence["form"] == "page"
    assert "confirmed_by" not in stored.evidence


def test_a_movement_for_what_stands_already_changes_nothing(world: World) -> None:
    """The page was opened again: 201, the same revision; for another score than was sent, only Send will do."""
    link = mailed(world)
    visit(world, f"{link}?s=9")
    assert [moved(world, link, 9).status for _ in range(3)] == [201] * 3
    assert [one.revision for one in world.stored] == [1]
    assert "Your answer is kept" in visit(world, f"{link}?s=9").body.partition("</p>")[2].partition("<form")[0]
    answer(world, link, score="9")
    world.now += timedelta(minutes=1)
    other = visit(world, f"{link}?s=4")
    assert ("<script" in other.body, "Your answer is kept" in other.body) == (False, False)
    assert 'value="4" required checked' in other.body


def test_another_score_chosen_before_send_takes_the_place_of_the_first(world: World) -> None:
    """The page tells of each press on a score; the last one stays."""
    link = mailed(world)
    visit(world, f"{link}?s=9")
    assert [moved(world, link, score).status for score in (9, 4)] == [201, 201]
    assert [(one.score, one.revision) for one in world.stored] == [(4, 2)]


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_sweep_confirms_nothing(world: World, method: str) -> None:
    """Two different scores within ten seconds: no movement counts any more, only Send does."""
    link = mailed(world)
    for score in (3, 9):
        world.ask(method, f"{link}?s={score}", headers={})
        world.now += SWEEP_WITHIN / 2
    assert "<script" not in visit(world, f"{link}?s=9").body
    world.now += timedelta(minutes=30)
    assert moved(world, link, 9).status == 200
    assert world.stored == []
    answer(world, link, score="6")
    assert [(one.score, one.is_counted) for one in world.stored] == [(6, True)]


def test_two_scores_with_more_than_ten_seconds_between_are_a_person(world: World) -> None:
    """Somebody went back to the message and pressed another one; ten seconds exactly are a sweep."""
    link, swept = mailed(world), world.link(mode="single", channel="email")
    for address, wait in ((link, SWEEP_WITHIN + timedelta(microseconds=1)), (swept, SWEEP_WITHIN)):
        visit(world, f"{address}?s=3")
        world.now += wait
        visit(world, f"{address}?s=9")
    assert (moved(world, link, 9).status, moved(world, swept, 9).status) == (201, 200)


def test_the_same_score_opened_twice_is_no_sweep(world: World) -> None:
    """Reloading, or a preview before the person."""
    link = mailed(world)
    for _ in range(3):
        visit(world, f"{link}?s=9")
    assert moved(world, link, 9).status == 201


@pytest.mark.parametrize(("address", "because"), [("?s=2", "sweep"), ("?skip=1", "trap"), ("?s=9&skip=1", "trap")])
def test_what_shows_a_machine_takes_a_confirmed_score_out_of_the_figures(
    world: World, address: str, because: str
) -> None:
    """It stays stored, with the reason; the person's own Send counts again."""
    link = mailed(world)
    visit(world, f"{link}?s=9")
    moved(world, link, 9)
    visit(world, link + address)
    [stored] = world.stored
    assert (stored.is_counted, stored.not_counted_because, stored.revision) == (False, because, 2)
    assert moved(world, link, 9).status == 200
    answer(world, link, score="9")
    [stored] = world.stored
    assert (stored.is_counted, stored.revision) == (True, 3)


def test_a_machine_does_not_undo_what_a_person_sent(world: World) -> None:
    """Send stands behind it, whatever opens the links afterwards."""
    link = mailed(world)
    answer(world, link, score="9")
    for score in range(11):
        visit(world, f"{link}?s={score}")
    visit(world, f"{link}?skip=1")
    assert [(one.score, one.is_counted, one.revision) for one in world.stored] == [(9, True, 1)]


def test_a_sweep_noticed_between_reading_and_writing_is_noticed(world: World) -> None:
    """The opening is read again after the write."""
    link = mailed(world)
    visit(world, f"{link}?s=9")
    add = world.responses.add

    def swept_meanwhile(responses: object) -> list[bool]:
        visit(world, f"{link}?s=1")
        return add(responses)  # type: ignore[arg-type]

    world.responses.add = swept_meanwhile  # type: ignore[method-assign]
    assert moved(world, link, 9).status == 200
    assert [one.not_counted_because for one in world.stored] == ["sweep"]


def test_a_movement_without_an_opening_confirms_nothing(world: World) -> None:
    """Nobody came by the message's buttons."""
    link = mailed(world)
    visit(world, link)
    assert moved(world, link, 9).status == 200
    assert (world.stored, world.openings.stored) == ([], {})


def test_an_opening_says_when_and_whose_and_does_not_grow(world: World) -> None:
    """One item a link, one time a score, the first opening kept; only of single links, and only with a score."""
    link = mailed(world)
    for _ in range(3):
        for score in range(11):
            visit(world, f"{link}?s={score}")
            world.now += timedelta(seconds=1)
    visit(world, f"{world.link()}?s=9")
    visit(world, f"{mailed(world)}?s=11")
    [opening] = world.openings.stored.values()
    assert (opening.invitation_id, opening.touchpoint, len(opening.opened)) == ("i-1", "checkout", 11)
    assert opening.first_opened_at == world.now - timedelta(seconds=33)


def test_an_open_link_and_one_that_must_be_sent_have_no_script(world: World) -> None:
    """There only Send counts: the owner can ask for it, link by link."""
    for link in (world.link(), mailed(world, must_send=True)):
        assert "<script" not in visit(world, f"{link}?s=9").body
        assert moved(world, link, 9).status == 200
    assert world.stored == []


def test_a_movement_at_a_link_that_takes_no_answer_is_not_kept(world: World) -> None:
    """Paused, expired or answered: 200, and nothing changes; a foreign page is refused, an unknown link not found."""
    link = mailed(world, expires_at="2024-03-01T11:00:00Z")
    visit(world, f"{link}?s=9")
    world.catalogue.known["checkout"] = touchpoint(paused=True)
    assert moved(world, link, 9).status == 200
    world.catalogue.known["checkout"] = touchpoint()
    foreign = FORM | {"Sec-Fetch-Site": "cross-site"}
    assert world.ask("POST", f"{link}/seen", "score=9", foreign).status == 403
    assert world.ask("POST", "/s/0000000000000000/seen", "score=9", FORM).status == 404
    assert [moved(world, link, score).status for score in (11, -1)] == [200, 200]
    world.now += timedelta(hours=1)
    assert moved(world, link, 9).status == 200
    assert world.stored == []
