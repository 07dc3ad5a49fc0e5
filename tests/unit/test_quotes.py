"""A quote is known again by the words of its comment, however it was masked and cut; another's is not."""

from __future__ import annotations

import pytest

from shared.causes import masking
from shared.causes.finding import shortened
from shared.quotes import is_of, trace

COMMENT = "Madame Durand m'a dit d'attendre, commande 48-77-1234. Rien n'est venu : écrivez à jane@example.com !"
OTHERS = ["Trop cher", "Rien n'est venu", "Madame Durand", "", "Madame Martin m'a dit d'attendre, encore une fois."]


def masked(comment: str) -> str:
    return masking.masked(comment, masking.names_in([comment]))


@pytest.mark.parametrize("quote", [COMMENT, masked(COMMENT), COMMENT.upper(), shortened(masked(COMMENT * 9))])
def test_a_quote_is_known_by_its_comment(quote: str) -> None:
    """As it was written, with names, numbers and addresses masked, in other capitals, or cut short."""
    assert is_of(quote, [trace(COMMENT * 9 if quote.endswith("…") else COMMENT, "salt")], "salt")


@pytest.mark.parametrize("quote", [one for one in OTHERS if one])
def test_a_quote_of_others_is_left_alone(quote: str) -> None:
    """Even where all of its words stand somewhere in the comment."""
    assert not is_of(quote, [trace(COMMENT, "salt")], "salt")


def test_a_trace_says_nothing_without_its_salt() -> None:
    """In another erasure the same comment has another one."""
    assert trace(COMMENT, "salt") != trace(COMMENT, "another")
    assert not is_of(COMMENT, [trace(COMMENT, "salt")], "another")


def test_what_is_masked_whole_is_cut_out() -> None:
    """Whose it is cannot be told, so it may be theirs."""
    assert is_of(masking.MASK, [trace(COMMENT, "salt")], "salt")
