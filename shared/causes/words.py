"""Words and phrases that people write more often since a change (Monroe, Colaresi and Quinn 2008). Pure.

Compared are comments of bad answers, before and since: that there are more of them is known, and all that people
write when they are not content would else be named. Each comment counts a word once. The log-odds that a comment
has the word are drawn towards no difference by an informative Dirichlet prior: as if the word had been seen in
`PRIOR` further comments on either side as often as over all. So words that everybody uses all the time need no list
to be left out, and rare ones need more than one loud person. What holds sentences together can still be more frequent
since by chance, or because it stands in what people now complain of: a word is named alone only where it is long
enough, and those who are content write it less.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from math import log, sqrt
from unicodedata import normalize

from shared.causes.exact import normal_tail, q_values
from shared.causes.segments import FALSE_SHARE
from shared.causes.tokens import APOSTROPHES, Term, folded, is_unparted, terms

PRIOR = 10.0
LEAST_SEEN = 4
"""Comments, on both sides together; what is rarer is not tested."""
LEAST_SINCE = 3
COMMON = 0.08
"""A word in so large a share of the comments before makes no phrase: `the delivery` says no more than `delivery`."""
SHORTEST = 3
"""Letters of a word that is named alone: the shorter a word, the more it is used, in any language (Zipf 1935)."""
EVERYDAY = 0.5
"""A word that those who are content write so often, measured by those who are not since, tells of nothing wrong."""
MOST_OVERLAP = 0.8
"""A word that stands in so large a share of its comments within a phrase that is named is not named beside it."""
Document = Mapping[str, Term]


@dataclass(frozen=True)
class Excess:
    """A word or phrase. before, after: comments that have it. z: its log-odds over their standard error."""

    key: str
    text: str
    parts: tuple[str, ...]
    before: int
    after: int
    z: float
    q_value: float


def excess(before: Sequence[Document], after: Sequence[Document], content: Sequence[str] = ()) -> list[Excess]:
    """What is written more often since, the strongest first.

    before, after: the terms of each comment of a bad answer; content: the comments of the others.
    """
    old, new = (Counter(key for one in documents for key in one) for documents in (before, after))
    parts = {key: term.parts for one in (*before, *after) for key, term in one.items()}
    common = common_words(before or after)
    tested = [
        key
        for key in sorted(old.keys() | new.keys())
        if old[key] + new[key] >= LEAST_SEEN and (len(parts[key]) == 1 or not common & set(parts[key]))
    ]
    scores = [log_odds(old[key], len(before), new[key], len(after)) for key in tested]
    chances = q_values([normal_tail(z) for z in scores])
    named = {
        key: Excess(key, "", parts[key], old[key], new[key], z, q)
        for key, z, q in zip(tested, scores, chances, strict=True)
        if q <= FALSE_SHARE and new[key] >= LEAST_SINCE
    }
    spoken = spellings(after, named)
    ordered = sorted((spelt(one, spoken) for one in named.values()), key=lambda one: (-one.z, one.key))
    return chained([one for one in without_overlap(ordered) if not is_everyday(one, len(after), content)])


def log_odds(old: int, old_n: int, new: int, new_n: int) -> float:
    """The z-score of a word in `new` of `new_n` comments since, and in `old` of `old_n` before."""
    share = (old + new) / (old_n + new_n)
    since, ere = new + PRIOR * share, old + PRIOR * share
    without_since, without_ere = new_n - new + PRIOR * (1 - share), old_n - old + PRIOR * (1 - share)
    if min(without_since, without_ere) <= 0:
        return 0.0
    return (log(since / without_since) - log(ere / without_ere)) / sqrt(1 / since + 1 / ere)


def is_everyday(one: Excess, after: int, content: Sequence[str]) -> bool:
    """Whether it is a word that holds sentences together, whatever they tell of. after: comments since."""
    if len(one.parts) > 1:
        return False
    if len(normalize("NFD", one.key)) < SHORTEST and not is_unparted(one.key):
        return True
    allowed = EVERYDAY * one.after / after * len(content)
    having = (text for text in content if one.key in APOSTROPHES.sub("", folded(text)) and one.key in terms(text))
    return next(islice(having, int(allowed), None), None) is not None


def common_words(documents: Sequence[Document]) -> set[str]:
    seen = Counter(key for one in documents for key, term in one.items() if not term.is_phrase)
    return {key for key, n in seen.items() if n > COMMON * len(documents) and n > LEAST_SINCE}


def without_overlap(ordered: Sequence[Excess]) -> list[Excess]:
    """Each thing said once: a phrase, or the word that it is part of, whichever says more.

    A phrase that holds nearly all of a word's comments goes before the word; else the word goes before it.
    """
    by_key = {one.key: one for one in ordered}
    gone: set[str] = set()
    for phrase in (one for one in ordered if len(one.parts) > 1):
        words = [by_key[part] for part in phrase.parts if part in by_key]
        within = [word for word in words if phrase.after >= MOST_OVERLAP * word.after]
        gone |= {word.key for word in within} if len(within) == len(words) else {phrase.key}
    return [one for one in ordered if one.key not in gone]


def chained(ordered: Sequence[Excess]) -> list[Excess]:
    """With `livraison en` and `en retard` told as one: phrases that overlap, in nearly as many comments."""
    told: list[Excess] = []
    for one in ordered:
        link = next((place for place, other in enumerate(told) if chain(other, one)), None)
        if link is None:
            told.append(one)
        else:
            told[link] = chain(told[link], one) or told[link]
    return told


def chain(first: Excess, second: Excess) -> Excess | None:
    """Both as one, under the key of the first; None where they do not overlap."""
    few, many = sorted((first.after, second.after))
    if min(len(first.parts), len(second.parts)) < 2 or " " not in second.key or few < MOST_OVERLAP * many:
        return None
    for left, right in ((first, second), (second, first)):
        if left.parts[-1] == right.parts[0]:
            text = f"{left.text} {right.text.partition(' ')[2]}"
            return replace(first, text=text, parts=(*left.parts, *right.parts[1:]))
    return None


def spellings(documents: Iterable[Document], named: Mapping[str, Excess]) -> dict[str, Counter[str]]:
    """How those that are named are written, and how often."""
    found: dict[str, Counter[str]] = {key: Counter() for key in named}
    for one in documents:
        for key in one.keys() & named.keys():
            found[key][one[key].text] += 1
    return found


def spelt(one: Excess, spoken: Mapping[str, Counter[str]]) -> Excess:
    """With its most frequent spelling; of several, the longest in bytes, which is the one with its accents."""
    spelling = max(spoken[one.key].items(), key=lambda item: (item[1], len(item[0].encode()), item[0]))[0]
    return replace(one, text=spelling)
