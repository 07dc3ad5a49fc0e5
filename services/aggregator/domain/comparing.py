"""Those who came from one touchpoint against those who did not: each answer is compared with one of the others.

Answers are taken in order of time; each is paired with the newest one of the other side that waits. Who is paired
with whom depends on when they answered, never on what. So whatever moves the whole touchpoint, a bad day or a busy
hour, moves both of a pair, and as long as what sets the two sides apart stays as it is, so does the share of pairs
in which the one who came from there fared worse. That share is watched, like any other, by an account of evidence.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

MOST_WAITING = 8
WAITS_CELLS = 3 * 288
"""Three days: an answer is compared with none that is older."""
Waiting = deque[tuple[int, int]]


def queue() -> Waiting:
    return deque(maxlen=MOST_WAITING)


@dataclass
class Comparison:
    """Answers (cell, level) that wait for one of the other side, newest last; changed in place as cells are stepped."""

    mine: Waiting = field(default_factory=queue)
    others: Waiting = field(default_factory=queue)

    def compare(self, cell: int, answers: Iterable[tuple[int, bool]]) -> tuple[int, int]:
        """Of one cell's pairs, in how many the one who came from there fared worse, and better; equals say nothing.

        answers: level (0 is the worst) and whether they came from there, in an order that the levels do not decide.
        """
        worse = better = 0
        for level, is_mine in answers:
            own, other = (self.mine, self.others) if is_mine else (self.others, self.mine)
            if other and other[-1][0] < cell - WAITS_CELLS:
                other.clear()
            if not other:
                own.append((cell, level))
                continue
            rival = other.pop()[1]
            behind = level - rival if is_mine else rival - level
            worse += behind < 0
            better += behind > 0
        return worse, better
