"""Whatever somebody writes, a quote of it is known to be theirs."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from shared.causes.finding import shortened
from shared.causes.masking import masked, names_in
from shared.quotes import is_of, trace

WORDS = st.sampled_from(
    ["j'ai", "c'est-à-dire", "Durand", "Mme", "48-77-1234", "12h30", "A1B2C3", "jane@example.com", "!", "…", "(", "•••"]
) | st.sampled_from(["https://shop.example/a/b?c=d", "ßtraße", "İzmir", "店員", "👍", "il", "y", "a"])
SHORT = st.sampled_from(["j'ai", "l'a", "il", "y", "a", "en", "ou", "à", "Lou", "06 12 34 56 78"])
SENTENCES = st.lists(WORDS, min_size=1, max_size=90) | st.lists(SHORT, min_size=50, max_size=90)
TEXTS = SENTENCES.map(" ".join) | st.text(min_size=1, max_size=400)


@given(TEXTS, st.lists(TEXTS, max_size=2))
def test_a_quote_of_a_comment_is_its(comment: str, others: list[str]) -> None:
    """Masked by what all comments show to be names, and cut short."""
    quote = shortened(masked(comment, names_in([comment, *others])))
    assert is_of(quote, [trace(comment, "salt")], "salt")
