"""Shares of bad answers and their intervals, honest at the moment of an alarm.

An alarm picks a bad moment: the answers that set it off look worse than the truth.  The interval of
the share after a change therefore asks how large the change can be for the evidence to have come in
so fast, or so slowly (Siegmund 1978: ordering by the stopping time), and not what the answers alone
would say.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import erfc, exp, sqrt

from shared.metrics import wilson


@dataclass(frozen=True)
class Share:
    """Bad answers among n, with the 95 % interval [low, high] of their true share, in 0..1."""

    bad: int
    n: int
    low: float
    high: float

    @property
    def share(self) -> float | None:
        """Share of bad answers; None without answers."""
        return self.bad / self.n if self.n else None


def counted(bad: float, n: float) -> Share:
    """The share of a level that nobody picked because it looked bad."""
    return Share(round(bad), round(n), *wilson(bad, n))


def sooner(drift: float, barrier: float, information: float) -> float:
    """Chance that a walk with this drift and unit variance per unit of information passes `barrier`
    before so much information has come in (the inverse Gaussian law).
    """
    if information <= 0:
        return 0.0
    spread = sqrt(information)
    straight = _normal((drift * information - barrier) / spread)
    return straight + exp(min(2 * drift * barrier, 700.0)) * _normal((-drift * information - barrier) / spread)


def _normal(x: float) -> float:
    return 0.5 * erfc(-x / sqrt(2))
