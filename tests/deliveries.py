"""What a stream may do to facts on their way: mixed up, repeated, cut into batches anywhere."""

from __future__ import annotations

from hypothesis import strategies as st


@st.composite
def deliveries(draw: st.DrawFn, facts: int, most_batches: int = 30) -> list[list[int]]:
    """Places of so many facts in batches: each at least once, in any order, cut anywhere, some again."""
    places = draw(st.permutations(range(facts)))
    again = draw(st.lists(st.sampled_from(range(facts)), max_size=60))
    sent = [*places, *again]
    cuts = sorted(draw(st.sets(st.integers(1, len(sent) - 1), max_size=most_batches)))
    return [sent[a:b] for a, b in zip([0, *cuts], [*cuts, len(sent)], strict=True)]
