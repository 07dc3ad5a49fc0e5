"""The friction detector: an account of evidence per touchpoint, stepped over complete cells.

    account = open_account(SCALES["csat"], settings)
    account, transitions = step(account, cell, (0, 1, 0, 2, 5), settings)

The account bets, in proportion to calendar time, that from now on answers are worse than usual by
one of a few tilts.  With nothing wrong its evidence is at most 1 on average, whatever the scale, the
level and the volume, so the threshold is the promised rate of false alerts (Shin, Ramdas, Rinaldo
2022, *E-detectors*).  It is a value: nothing here reads a clock, draws a number or keeps state, and
an account's transitions depend on its own cells and the settings only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import exp

from services.aggregator.domain.detection import rhythm as hours
from services.aggregator.domain.detection import wobble as days
from services.aggregator.domain.detection.account import Account
from services.aggregator.domain.detection.bets import FAINT, IDLE, Bet, Cell, funded
from services.aggregator.domain.detection.interval import Share, counted
from services.aggregator.domain.detection.onset import start_interval, walked
from services.aggregator.domain.detection.playing import Sight, played
from services.aggregator.domain.detection.recovery import Open, continued, is_over, lasting, opened, waited
from services.aggregator.domain.detection.settings import CELL, CELL_SECONDS, CELLS_A_DAY, Settings
from services.aggregator.domain.detection.transition import (
    ADOPTED,
    RAISED,
    RESOLVED,
    STRENGTHENED,
    Transition,
    bounds,
    ends_at,
    level_of,
    share_since,
    started_at,
)
from services.aggregator.domain.detection.usual import (
    Histogram,
    included,
    outlook,
    pains,
    start,
    tilt_to,
    without,
)
from shared.scales import Scale

__all__ = [
    "CELL",
    "Account",
    "Settings",
    "Share",
    "Transition",
    "advance",
    "open_account",
    "step",
    "wander",
]

STALE_CELLS = 7 * CELLS_A_DAY
"""A silence pays for a week of betting at most: after a year, one answer is not a year's evidence."""

TOLD_AGAIN = 1.5
"""An alert is told again when its evidence has grown by this factor."""

DECIDED = 25.0
"""Evidence this many thresholds high was no chance: when it is over, the level before is usual again.
Below, what was learned meanwhile stays learned."""


def open_account(scale: Scale, settings: Settings) -> Account:
    """The account of a touchpoint without answers.  Raises ValueError if the settings lack its scale."""
    if scale.name not in settings.typical:
        raise ValueError(f"settings.typical has no histogram for scale {scale.name}")
    return Account(
        scale=scale,
        cell=-1,
        days=0.0,
        usual=start(scale, settings.typical[scale.name], settings.typical_worth),
        rhythm=hours.still(settings.rhythm_sd),
        wobble=days.calm(settings.wobble_sd, settings.wobble_doubt),
        bets=(IDLE,) * len(settings.tilts),
        road=(),
        alert=None,
    )


def step(
    account: Account, cell: int, counts: Sequence[int], settings: Settings
) -> tuple[Account, tuple[Transition, ...]]:
    """The account after one complete cell, and what it has to say.

    cell: floor(unix seconds / 300), later than every cell before.  counts: answers per score, from
    the worst to the best, at least one.  Raises ValueError if either is not so.
    """
    if cell <= account.cell or len(counts) != account.scale.levels or not any(counts):
        raise ValueError(f"cell {cell} after {account.cell} with counts {tuple(counts)}")
    account, said = advance(account, cell, settings)
    account = _launched(_rested(account, cell, settings), sum(counts), settings)
    account = _folded(account, _cell(account.scale, cell, counts), counts, settings)
    account, news = _judged(account, settings)
    return account, said + news


def advance(account: Account, to_cell: int, settings: Settings) -> tuple[Account, tuple[Transition, ...]]:
    """The account when time has passed up to the start of `to_cell` without an answer.

    Only a worse level that lasted for `adopt_days` says anything, once, dated at that moment;
    called ever so often, or not at all before the next `step`, the result is the same.
    """
    alert = account.alert
    if alert is None or to_cell < _adoption(alert, settings):
        return account, ()
    said = _ended(account, alert, ADOPTED, alert.reported, settings)
    return _closed(account, lasting(alert, account.scale)), (said,)


def wander(account: Account) -> float:
    """Variance, as a squared tilt, by which whole days of the account differ."""
    return days.variance(account.wobble)


def _adoption(alert: Open, settings: Settings) -> int:
    """The cell at whose start the alert's level is usual: few answers must last till their evidence is forgotten."""
    lasting = settings.adopt_days
    if alert.n < settings.adopt_answers:
        lasting = max(lasting, settings.patience_days)
    return alert.start + round(lasting * CELLS_A_DAY)


def _rested(account: Account, cell: int, settings: Settings) -> Account:
    """Time goes by: evidence and memory fade, money comes in, half days close."""
    passed = cell - account.cell if account.cell >= 0 else 1
    kept = settings.kept(passed)
    paid = (1 - (kept if passed <= STALE_CELLS else settings.kept(STALE_CELLS))) / len(account.bets)
    bets = tuple([funded(bet, kept, paid) for bet in account.bets])
    alert = waited(account.alert, kept) if account.alert is not None else None
    gone = passed / CELLS_A_DAY
    fade = exp(-gone / _memory(account, settings))
    usual = tuple([weight * fade for weight in account.usual])
    rhythm, wobble = _half_days(account, cell, settings)
    days_known = account.days * fade + gone
    return Account(account.scale, cell, days_known, usual, rhythm, wobble, bets, account.road, alert)


def _launched(account: Account, answers: int, settings: Settings) -> Account:
    """A young touchpoint's answers bring money of their own, until it has `launch_answers`."""
    own = sum(account.usual) - settings.typical_worth
    if own >= settings.launch_answers:
        return account
    days_worth = settings.launch_days * answers / settings.launch_answers
    paid = days_worth / settings.patience_days / len(account.bets)
    return replace(account, bets=tuple([funded(bet, 1.0, paid) for bet in account.bets]))


def _memory(account: Account, settings: Settings) -> float:
    """Days for which the usual is remembered: the busier, the shorter, and the better it follows."""
    longest, shortest = settings.memory_days
    volume = max(sum(account.usual) - settings.typical_worth, 0.0) / (account.days + 1)
    return shortest + (longest - shortest) / (1 + (volume / settings.memory_volume) ** 2)


def _half_days(account: Account, cell: int, settings: Settings) -> tuple[hours.Rhythm, days.Wobble]:
    block = cell // days.BLOCK
    if block == account.wobble.block:
        return account.rhythm, account.wobble
    passed = max(block - account.wobble.block, 1) if account.wobble.block >= 0 else 1
    rhythm = hours.faded(account.rhythm, exp(-passed / 2 / settings.rhythm_days), settings.rhythm_sd)
    at = hours.features(cell - 1, settings.time_zone)
    hour = hours.hour_at(rhythm, at, settings.rhythm_sd)
    is_held = account.alert is None and max([bet.walk for bet in account.bets]) > FAINT
    return rhythm, days.rolled(account.wobble, block, hour.unknown + hour.misfit, is_held=is_held)


def _cell(scale: Scale, index: int, counts: Sequence[int]) -> Cell:
    pain = sum([n * u for n, u in zip(counts, pains(scale), strict=True) if n])
    return Cell(index, sum(counts), sum(counts[: scale.bad_levels]), pain)


def _folded(account: Account, cell: Cell, counts: Sequence[int], settings: Settings) -> Account:
    """Bet against what is usual at this hour, then learn the cell."""
    at = hours.features(cell.at, settings.time_zone)
    hour = hours.hour_at(account.rhythm, at, settings.rhythm_sd)
    view = outlook(account.scale, account.usual, hour.tilt)
    between_days = days.variance(account.wobble)
    wander = between_days * (1 + 1 / (account.days + 1)) + hour.misfit
    sight = Sight(view, sum(account.usual), hour, at, wander)
    bets = played(account, cell, sight, settings)
    usual = included(account.scale, account.usual, counts, view, hour.tilt)
    road = walked(account.road, cell.at, cell.n, cell.pain - cell.n * hour.tilt * view.variance)
    alert, level = account.alert, view
    if alert is not None:
        level = outlook(account.scale, alert.before, hour.tilt + alert.tilt)
        alert = continued(alert, account.scale, cell, hour.tilt, level.variance, wander + hour.unknown)
    residual, information = cell.pain - cell.n * level.mean, cell.n * level.variance
    trust = 1 / (1 + between_days * account.wobble.information)
    rhythm = hours.learned(account.rhythm, at, hour, trust * residual, trust * information)
    wobble = days.added(account.wobble, residual, information)
    return Account(account.scale, account.cell, account.days, usual, rhythm, wobble, bets, road, alert)


def _judged(account: Account, settings: Settings) -> tuple[Account, tuple[Transition, ...]]:
    """Compare the evidence with what it takes to raise, to tell more, or to close."""
    evidence = sum([bet.money for bet in account.bets])
    alert = account.alert
    if alert is None:
        return _raised(account, evidence, settings) if evidence >= settings.threshold else (account, ())
    if is_over(alert, settings):
        said = _ended(account, alert, RESOLVED, alert.back.money, settings)
        decided = evidence >= DECIDED * settings.threshold
        return _closed(account, alert.before if decided else account.usual), (said,)
    if evidence >= TOLD_AGAIN * alert.reported and _best(account, settings)[0].n:
        said = _told(account, STRENGTHENED, alert.before, evidence, settings)
        return replace(account, alert=alert._replace(reported=evidence)), (said,)
    return account, ()


def _raised(account: Account, evidence: float, settings: Settings) -> tuple[Account, tuple[Transition, ...]]:
    bet, _ = _best(account, settings)
    if bet.n < settings.least_answers or bet.bad < 2:
        return account, ()
    before = without(account.scale, account.usual, bet.n, bet.pain / bet.n)
    said = _told(account, RAISED, before, evidence, settings)
    wobble = days.restarted(account.wobble)
    return replace(account, wobble=wobble, alert=opened(bet, said.tilt, evidence, before)), (said,)


def _best(account: Account, settings: Settings) -> tuple[Bet, float]:
    """The bet whose excursion has won most, and its tilt."""
    pairs = zip(account.bets, settings.tilts, strict=True)
    return max(pairs, key=lambda pair: pair[0].walk)


def _told(account: Account, kind: str, before: Histogram, evidence: float, settings: Settings) -> Transition:
    """A transition about the running excursion."""
    bet, tilt = _best(account, settings)
    first, last = start_interval(account.scale, account.usual, account.road, account.cell)
    size = max(tilt_to(account.scale, before, bet.pain / max(bet.n, 1)), min(settings.tilts))
    return Transition(
        kind=kind,
        at=ends_at(account.cell),
        change_started_at=bet.start * CELL_SECONDS,
        change_interval=bounds(min(first, bet.start), max(last, bet.start + 1)),
        before=level_of(account.scale, before),
        after=share_since(account.scale, before, bet, tilt, evidence),
        e_value=evidence,
        tilt=size,
        false_alarms_per_year=settings.false_alarms_per_year,
        version=settings.version,
    )


def _ended(account: Account, alert: Open, kind: str, evidence: float, settings: Settings) -> Transition:
    """A transition that closes the alert."""
    began = started_at(alert)
    adopted = max(_adoption(alert, settings) - 1, account.cell)
    return Transition(
        kind=kind,
        at=ends_at(adopted if kind == ADOPTED else account.cell),
        change_started_at=began,
        change_interval=(began, began),
        before=level_of(account.scale, alert.before),
        after=counted(alert.bad, alert.n),
        e_value=evidence,
        tilt=alert.tilt,
        false_alarms_per_year=settings.false_alarms_per_year,
        version=settings.version,
    )


def _closed(account: Account, usual: Histogram) -> Account:
    """The account after an alert: this is usual now, and betting starts again."""
    bets, wobble = (IDLE,) * len(account.bets), days.restarted(account.wobble)
    return replace(account, usual=usual, bets=bets, wobble=wobble, road=(), alert=None)
