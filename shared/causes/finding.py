"""The causes of an alert: from the answers before and since a change to what the alert says of it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from shared.causes import masking, segments, words
from shared.causes.answers import Given, Reading
from shared.causes.exact import Table
from shared.causes.segments import Found, cuts_of, segments_of
from shared.causes.tokens import folded, terms
from shared.causes.words import Document, Excess
from shared.events import Causes, CausesRead, ExcessSegment, ExcessWord, Share
from shared.metrics import wilson

MOST_NAMED = 5
"""Segments, and words."""
MOST_EXAMPLES = 2
MOST_SAMPLES = 3
LONGEST_EXAMPLE = 280
SMALLEST_STAFF_GROUP = 5


@dataclass(frozen=True)
class Explained:
    """The causes, and comments that show them best, masked, oldest first."""

    causes: Causes
    sample_comments: list[str]


@dataclass(frozen=True)
class Written:
    """An answer with a comment, the comment masked, and its terms."""

    answer: Given
    shown: str
    terms: Document


def explained(before: Reading, after: Reading, audience: str) -> Explained:
    """What changed. Equal answers give equal causes, in whatever order they come.

    Of staff nothing is said by segment, no word that fewer than five of them wrote, and no comment is shown: a team
    would know who wrote it.
    """
    old, new = in_order(before.answers), in_order(after.answers)
    texts_before, texts_after = written(old, new)
    found = [] if audience == "staff" else segments.worsened(old, new)[:MOST_NAMED]
    least = SMALLEST_STAFF_GROUP if audience == "staff" else words.LEAST_SINCE
    content = [one.comment for one in (*old, *new) if one.comment and not one.is_bad]
    said = words.excess([one.terms for one in texts_before], [one.terms for one in texts_after], content)
    said = [one for one in said if one.after >= least][:MOST_NAMED]
    shown = [] if audience == "staff" else sorted(texts_after, key=lambda one: one.answer.lot)
    causes = Causes(
        segments=[segment_said(one, shown, cuts_of([*old, *new])) for one in found],
        words=[word_said(one, shown) for one in said],
        read=CausesRead(
            before=len(old),
            after=len(new),
            comments_before=len(texts_before),
            comments_after=len(texts_after),
            is_whole=before.is_whole and after.is_whole,
        ),
    )
    return Explained(causes, samples(shown, said, found, cuts_of([*old, *new])))


def in_order(answers: Iterable[Given]) -> list[Given]:
    return sorted(answers, key=lambda one: (one.collected_at, one.response_id))


def written(before: list[Given], after: list[Given]) -> tuple[list[Written], list[Written]]:
    """The bad answers with a comment; what is a name in any comment of all is masked in each, and is no term."""
    everything = [*before, *after]
    values = {value for one in everything for value in one.attributes.values() if isinstance(value, str)}
    names = masking.names_in((one.comment for one in everything if one.comment), values)
    read = {one.response_id: told(one, names) for one in everything if one.comment and one.is_bad}
    sides = ([read[one.response_id] for one in side if one.response_id in read] for side in (before, after))
    return next(sides), next(sides)


def told(answer: Given, names: frozenset[str]) -> Written:
    shown = masking.masked(answer.comment or "", names)
    return Written(answer, shown, terms(shown))


def segment_said(found: Found, bad: Sequence[Written], cuts: Mapping[str, Sequence[float]]) -> ExcessSegment:
    holding = (one for one in bad if found.segment in segments_of(one.answer, cuts))
    return ExcessSegment(
        attribute=found.segment.attribute,
        value=found.segment.value,
        before=share(found.before if found.before[1] >= segments.SMALLEST_GROUP else (0, 0, 0, 0)),
        after=share(found.after),
        test=found.test,
        q_value=float(f"{found.q_value:.3g}"),
        examples=examples(holding),
    )


def word_said(found: Excess, bad: Sequence[Written]) -> ExcessWord:
    return ExcessWord(
        text=found.text,
        before=found.before,
        after=found.after,
        q_value=float(f"{found.q_value:.3g}"),
        examples=examples(one for one in bad if found.key in one.terms),
    )


def share(table: Table) -> Share:
    bad, n = table[:2]
    low, high = wilson(bad, n)
    return Share(bad=bad, n=n, low=round(low, 4), high=round(high, 4))


def examples(holding: Iterable[Written]) -> list[str]:
    """The first different comments, each short enough to be read."""
    found = dict.fromkeys(shortened(one.shown) for one in holding)
    return list(found)[:MOST_EXAMPLES]


def shortened(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LONGEST_EXAMPLE else line[: LONGEST_EXAMPLE - 1].rstrip() + "…"


def samples(
    bad: Sequence[Written], said: Sequence[Excess], found: Sequence[Found], cuts: Mapping[str, Sequence[float]]
) -> list[str]:
    """Up to three different comments of bad answers: those that show most of the causes, oldest first."""
    wanted = {one.segment for one in found}

    def causes_in(one: Written) -> int:
        return sum(word.key in one.terms for word in said) + len(wanted & set(segments_of(one.answer, cuts)))

    chosen: dict[str, Written] = {}
    for one in sorted(bad, key=lambda each: (-causes_in(each), each.answer.lot)):
        chosen.setdefault(folded(shortened(one.shown)), replace(one, shown=shortened(one.shown)))
    first = list(chosen.values())[:MOST_SAMPLES]
    return [one.shown for one in sorted(first, key=lambda one: (one.answer.collected_at, one.answer.response_id))]
