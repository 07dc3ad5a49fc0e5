"""Student's law by way of the normal one (Wallace 1959, *Ann. Math. Stat.* 30; its simpler form).

Good to 4 % of the quantile from 2 degrees of freedom on, to 0.5 % from 5 on, and on the careful side: SciPy, which
has it exactly, weighs more than the rest of the function. A test holds it against SciPy.
"""

from __future__ import annotations

from math import copysign, exp, log1p, sqrt
from statistics import NormalDist

NORMAL = 300.0
"""Degrees of freedom from which on the law is taken for the normal one."""


def quantile(z: float, df: float) -> float:
    """The value that Student's law passes as rarely as the normal law passes z. df: at least 1."""
    if df >= NORMAL:
        return z
    scaled = z * shrink(df)
    return copysign(sqrt(df * (exp(scaled * scaled / df) - 1)), z)


def chance_below(t: float, df: float) -> float:
    """The chance of a value below t."""
    z = t if df >= NORMAL else copysign(sqrt(df * log1p(t * t / df)), t) / shrink(df)
    return NormalDist().cdf(z)


def shrink(df: float) -> float:
    return (8 * df + 3) / (8 * df + 1)
