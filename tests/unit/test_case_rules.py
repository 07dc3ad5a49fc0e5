"""Which answers open a case: the score, the words, the wish to be called back; each side of every edge."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.alerts.domain.cases.answers import AGE_AT_MOST, Answer, case_id_of, reasons_of
from services.alerts.domain.cases.words import found
from shared.catalogue import CaseRules
from tests.cases import CAUSES, SECRET, answer, place


def reasons(given: Answer, **rules: object) -> tuple[str, ...]:
    return reasons_of(given, place(CaseRules.model_validate({"causes": CAUSES} | rules)))


@pytest.mark.parametrize(("score", "expected"), [(1, ("score",)), (2, ("score",)), (3, ()), (5, ())])
def test_every_bad_score_where_the_rules_say_so(score: int, expected: tuple[str, ...]) -> None:
    """On csat 2 is bad and 3 is not."""
    assert reasons(answer(score=score), when="bad") == expected


@pytest.mark.parametrize(("score", "expected"), [(1, ("score",)), (3, ("score",)), (4, ())])
def test_a_score_at_or_below_the_one_that_is_named(score: int, expected: tuple[str, ...]) -> None:
    """Whatever the survey holds for bad."""
    assert reasons(answer(score=score), scores_at_most=3) == expected


def test_a_named_score_says_nothing_of_answers_on_another_scale() -> None:
    """An answer given while the touchpoint had another survey: 3 of 10 is not 3 of 5."""
    assert reasons(answer(score=3, scale="nps"), scores_at_most=3) == ()
    assert reasons(answer(score=3, scale="nps"), when="bad") == ("score",)


def test_the_wish_to_be_called_back_counts_where_it_is_offered() -> None:
    """And only there."""
    wish = answer(score=5, call_back=True)
    assert reasons(wish, call_back=True) == ("call_back",)
    assert reasons(wish, when="bad") == ()


def test_every_reason_is_named() -> None:
    """In a fixed order."""
    given = answer(score=1, comment="Un accident !", call_back=True)
    assert reasons(given, when="bad", words=["accident"], call_back=True) == ("score", "words", "call_back")


@pytest.mark.parametrize(
    "given",
    [
        answer(is_counted=False),
        answer(audience="staff"),
        answer(collected_at=answer().stored_at - AGE_AT_MOST - timedelta(seconds=1)),
    ],
    ids=["not counted", "staff", "history"],
)
def test_what_opens_no_case_however_bad(given: Answer) -> None:
    """Machines, staff, and answers that are imported long after they were given."""
    assert reasons(given, when="bad") == ()


def test_an_answer_of_three_days_ago_still_opens_one() -> None:
    """Cards are keyed in on Monday."""
    assert reasons(answer(collected_at=answer().stored_at - AGE_AT_MOST), when="bad") == ("score",)


def test_a_touchpoint_without_rules_opens_none() -> None:
    """Nobody asked for it."""
    assert reasons_of(answer(), place(None)) == ()


@pytest.mark.parametrize(
    ("word", "comment"),
    [
        ("accident", "J'ai eu un ACCIDENT."),
        ("blessé", "ma mère s'est BLESSEE, blesse !"),
        ("remboursement", "l’attente du remboursement…"),
        ("accident", "l'accident"),
        ("Straße", "auf der STRASSE gefallen"),
        ("cœur", "mal au COEUR"),
        ("très déçu", "Vraiment tres   decu."),
        ("İstanbul", "istanbul'da oldu"),
        ("حادث", "وقع حادث أمام المتجر"),
        ("авария", "Была АВАРИЯ на складе"),
        ("ΑΤΎΧΗΜΑ", "ένα ατύχημα"),
        ("事故", "店の前で事故がありました"),
        ("อุบัติเหตุ", "เกิดอุบัติเหตุหน้าร้าน"),
        ("ａｃｃｉｄｅｎｔ", "an accident"),
    ],
)
def test_a_word_is_found_whole_in_any_script(word: str, comment: str) -> None:
    """Whatever its capitals, accents and width."""
    assert found([word], comment) == [word]


@pytest.mark.parametrize(
    ("word", "comment"),
    [("accident", "accidentel"), ("cher", "acheter"), ("déçu", "déçus"), ("!!", "!!"), ("très déçu", "très, pas déçu")],
)
def test_a_part_of_a_word_is_none(word: str, comment: str) -> None:
    """Nor are two words that do not stand together, nor signs."""
    assert found([word], comment) == []


def test_the_id_of_a_case_is_its_answers_and_nobody_elses() -> None:
    """The same each time; another touchpoint's answer of the same id, or another secret, gives another."""
    mine = case_id_of(SECRET, answer())
    assert mine == case_id_of(SECRET, answer(score=5, revision=7))
    others = {case_id_of(SECRET, answer("r-2")), case_id_of(SECRET, answer(touchpoint="x")), case_id_of(b"y", answer())}
    assert mine not in others
    assert len(mine) == 16
