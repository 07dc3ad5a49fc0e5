"""Which of the accounts' alerts are published, so that few of the published ones are false.

Over many touchpoints even one false alert a year each is too many.  The board publishes an alert when
its evidence reaches

    max(own threshold, N / (share_false * (k + 1)))

where N touchpoints are watched and k alerts were published in the last `patience`, the ones that
pass together counted together: e-BH in its online form (Wang and Ramdas 2022; Xu and Ramdas 2023,
e-LOND).  It is valid under any dependence between touchpoints.  With few touchpoints (fewer than
`few`) the accounts' own promise, so many false alerts a year each, already says it, and the board
publishes what they raise.

`decide` is a pure function of all accounts' facts:

    facts: Fact(touchpoint, transition) for every transition an account gave, in any order
    -> Decision(touchpoint, kind, at, transition) in order of event time, then touchpoint

A fact is "raised" (evidence passed the account's threshold), "strengthened" (it doubled since),
"resolved" or "adopted" (it is over).  A decision is "raised", with the transition whose evidence
sufficed, at the event time at which it did, or the end of an alert that was published.  Facts that
come late are simply decided again: `decide` on all of them says what should stand, and a decision
that no longer does is to be withdrawn by the caller.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from itertools import groupby

from services.aggregator.domain.detection.transition import RAISED, STRENGTHENED, Transition


@dataclass(frozen=True)
class Rules:
    """touchpoints: how many are watched, >= 1.  share_false: of the alerts, in 0..1.

    patience_days: how long a published alert counts.  few: below so many touchpoints the accounts'
    own thresholds stand.
    """

    touchpoints: int
    share_false: float = 0.05
    patience_days: float = 90.0
    few: int = 20


@dataclass(frozen=True)
class Fact:
    """What one account said."""

    touchpoint: str
    transition: Transition


@dataclass(frozen=True)
class Decision:
    """What is published about one touchpoint, at unix second `at`."""

    touchpoint: str
    kind: str
    at: int
    transition: Transition


@dataclass(frozen=True)
class Board:
    """What the board remembers: alerts raised but not published, those published, and when."""

    suspected: dict[str, Transition] = field(default_factory=dict)
    published: frozenset[str] = frozenset()
    times: tuple[int, ...] = ()


def decide(facts: Iterable[Fact], rules_at: Callable[[int], Rules]) -> tuple[Decision, ...]:
    """Everything that is published, whatever the order in which the facts are given.

    rules_at: the rules in force at a unix second, as touchpoints are added in time.
    """
    board = Board()
    decisions: list[Decision] = []
    ordered = sorted(facts, key=lambda fact: (fact.transition.at, fact.touchpoint))
    for at, together in groupby(ordered, key=lambda fact: fact.transition.at):
        board, said = told(board, at, tuple(together), rules_at(at))
        decisions += said
    return tuple(decisions)


def told(board: Board, at: int, facts: tuple[Fact, ...], rules: Rules) -> tuple[Board, tuple[Decision, ...]]:
    """The board after all facts of one moment, and what they make it publish."""
    since = at - rules.patience_days * 86400
    board = replace(board, times=tuple(t for t in board.times if t > since))
    ended: list[Decision] = []
    for fact in facts:
        board, said = _heard(board, fact)
        ended += said
    board, raised = _published(board, at, rules)
    return board, tuple(sorted((*ended, *raised), key=lambda d: d.touchpoint))


def needed(rules: Rules, alerts: int) -> float:
    """Evidence an alert needs so that it may be one of `alerts` published; 0 with few touchpoints."""
    if rules.touchpoints < rules.few:
        return 0.0
    return rules.touchpoints / (rules.share_false * alerts)


def _heard(board: Board, fact: Fact) -> tuple[Board, tuple[Decision, ...]]:
    name, said = fact.touchpoint, fact.transition
    if said.kind in (RAISED, STRENGTHENED):
        if name in board.published:
            return board, (Decision(name, said.kind, said.at, said),)
        return replace(board, suspected={**board.suspected, name: said}), ()
    suspected = {key: value for key, value in board.suspected.items() if key != name}
    decision = Decision(name, said.kind, said.at, said)
    was_published = name in board.published
    board = replace(board, suspected=suspected, published=board.published - {name})
    return board, (decision,) if was_published else ()


def _published(board: Board, at: int, rules: Rules) -> tuple[Board, tuple[Decision, ...]]:
    """Publish as many of the suspected as the evidence of all of them together allows."""
    strongest = sorted(board.suspected.items(), key=lambda item: (-item[1].e_value, item[0]))
    chosen = 0
    for rank, (_, transition) in enumerate(strongest, 1):
        if transition.e_value >= needed(rules, len(board.times) + rank):
            chosen = rank
    if not chosen:
        return board, ()
    names = {name for name, _ in strongest[:chosen]}
    suspected = {name: t for name, t in board.suspected.items() if name not in names}
    board = Board(suspected, board.published | names, board.times + (at,) * chosen)
    return board, tuple(Decision(name, RAISED, at, t) for name, t in strongest[:chosen])
