"""STOP, START and HELP are understood as people write them, and answers are left alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from shared.wishes import wish

ROWS = json.loads((Path(__file__).parents[2] / "shared/wishes.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("wished", ROWS)
def test_every_word_of_the_file_is_understood(wished: str) -> None:
    """In any case, with a full stop or without."""
    for words in ROWS[wished].values():
        for word in (word for group in words.values() for word in group):
            assert [wish(said) for said in (word, word.lower(), f" {word.title()}. ")] == [wished] * 3, word


@pytest.mark.parametrize(
    "said",
    [
        "stop",
        "Arrêt",
        "ARRÊT !",
        "désabonner",
        "Opt out",
        "opt-out",
        "ｓｔｏｐ",
        "STOP 9",
        "Please unsubscribe me",
        "Don't text me any more",
        "Arrêtez de m'écrire",
        "je ne veux plus recevoir ces messages",
    ],
)
def test_stop_is_understood_however_it_is_said(said: str) -> None:
    """Accents, apostrophes, wide letters; alone, first, or as a phrase."""
    assert wish(said) == "stop"


@pytest.mark.parametrize(
    "said",
    [
        "9",
        "9 super",
        "",
        "?!",
        "The end",
        "end of story, 3",
        "8 please don't stop",
        "starting over",
        "information",
        "non",
    ],
)
def test_an_answer_is_no_wish(said: str) -> None:
    """What only holds such a word inside a sentence is left to whoever reads answers."""
    assert wish(said) is None


def test_who_says_stop_and_start_wants_to_be_left_alone() -> None:
    """STOP is looked for first."""
    assert wish("STOP START") == "stop"
