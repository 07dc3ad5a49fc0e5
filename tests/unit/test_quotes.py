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


LONG = (
    "J'ai dû y aller 2 fois car on m'a dit qu'il n'y a pas de colis, et là on me dit non, il est ici. Je l'ai vu, il "
    "est là, et on n'a pas su où il est. J'en ai eu ma dose, on se f. de moi, et ça ne va pas du tout."
)
"""As long as a quote may be, and of more words than a trace has."""


@pytest.mark.parametrize("comment", [LONG, f"{LONG} Écrivez à jane.doe@example.com, au plus vite.", LONG * 3])
def test_a_quote_of_more_words_than_a_trace_has_is_known_by_those(comment: str) -> None:
    """Quoted whole, or cut short; but not where one word of them is another."""
    quote = shortened(masked(comment))
    assert len(quote) > 200
    assert is_of(quote, [trace(comment, "salt")], "salt")
    assert not is_of(quote, [trace(comment.replace("colis", "paquet"), "salt")], "salt")


def test_a_mask_at_the_end_of_a_trace_stands_for_a_few_words_only() -> None:
    """A long comment is not taken for whatever is quoted that begins with a name."""
    long = "tout va mal ici " * 20
    hidden = "tout va mal ici " * 14 + "Appelez www.a.example/b/c/d/e/f/g/h svp"
    assert is_of(masked(hidden), [trace(hidden, "salt")], "salt")
    assert not is_of(f"{masking.MASK} a été désagréable", [trace(long, "salt")], "salt")


def test_a_trace_says_nothing_without_its_salt() -> None:
    """In another erasure the same comment has another one."""
    assert trace(COMMENT, "salt") != trace(COMMENT, "another")
    assert not is_of(COMMENT, [trace(COMMENT, "salt")], "another")


def test_what_is_masked_whole_is_cut_out() -> None:
    """Whose it is cannot be told, so it may be theirs."""
    assert is_of(masking.MASK, [trace(COMMENT, "salt")], "salt")
