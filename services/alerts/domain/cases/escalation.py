"""Who is told next of a case that is overdue: the owner's chain, one by one, then whoever watches over the journey."""

from __future__ import annotations

from collections.abc import Sequence

from services.alerts.domain.cases.case import Case
from services.alerts.domain.subscribers import AT_ONCE, LAST, Subscriber


def told_now(case: Case, wanting: Sequence[Subscriber]) -> list[Subscriber]:
    """Whom this step tells; empty where nobody is left. wanting: see `subscribers.audience`.

    The first step also reminds those who heard at once that the case is there. Quiet hours are kept by each note: an
    overdue case is not worth anybody's night.
    """
    reminded = [one for one in wanting if one.step == AT_ONCE] if case.level == 0 else []
    return [*reminded, *further(case, wanting)]


def further(case: Case, wanting: Sequence[Subscriber]) -> list[Subscriber]:
    """The next of the chain; past its end, all of the pilot's."""
    left = [one for one in wanting if one.name not in case.told and one.step != AT_ONCE]
    return [one for one in left if one.step != LAST][:1] or left


def is_anybody_left(case: Case, wanting: Sequence[Subscriber], told: Sequence[Subscriber]) -> bool:
    """Whether a further step would tell anybody new."""
    names = case.told | {one.name for one in told}
    return any(one.name not in names and one.step != AT_ONCE for one in wanting)
