"""What is remembered of one touchpoint, and how it is written down in a few hundred bytes."""

from __future__ import annotations

import json
import struct
from base64 import b85decode, b85encode
from dataclasses import dataclass

from services.aggregator.domain.detection.bets import Bet
from services.aggregator.domain.detection.recovery import Open
from services.aggregator.domain.detection.rhythm import Rhythm
from services.aggregator.domain.detection.usual import Histogram
from services.aggregator.domain.detection.wobble import Wobble
from shared.scales import Scale
from shared.scales import scale as scale_named

FORMAT = 1


@dataclass(frozen=True)
class Account:
    """Everything remembered of one touchpoint (and audience).

    cell: the last cell that was counted or passed, -1 before the first.  days: how many days the
    usual histogram remembers, faded like it.  bar: evidence below which nothing new is raised, 0 as a
    rule; above it after an alert that ended with its evidence undecided.  alert: the open one, or None.
    """

    scale: Scale
    cell: int
    days: float
    bar: float
    usual: Histogram
    rhythm: Rhythm
    wobble: Wobble
    bets: tuple[Bet, ...]
    alert: Open | None

    def to_json(self) -> str:
        """Compact and canonical: equal accounts give equal bytes, and nothing is rounded."""
        whole, real = _flat(self)
        packed = b85encode(struct.pack(f"<{len(real)}d", *real)).decode()
        shape = [len(self.rhythm.slopes), len(self.bets), int(self.alert is not None)]
        content = {"v": FORMAT, "s": self.scale.name, "k": shape, "i": whole, "x": packed}
        return json.dumps(content, separators=(",", ":"))

    @staticmethod
    def from_json(text: str) -> Account:
        """The account that `to_json` wrote.  Raises ValueError for anything else."""
        content = json.loads(text)
        if not isinstance(content, dict) or content.get("v") != FORMAT:
            raise ValueError("not an account of this format")
        packed = b85decode(content["x"])
        real = list(struct.unpack(f"<{len(packed) // 8}d", packed))
        return _account(scale_named(content["s"]), content["k"], list(content["i"]), real)


def _flat(account: Account) -> tuple[list[int], list[float]]:
    """The whole numbers and the real ones, in a fixed order."""
    whole = [account.cell, account.wobble.block]
    real = [account.days, account.bar, *account.usual, *account.rhythm.slopes, *account.rhythm.precision]
    real += account.wobble[1:]
    for bet in account.bets:
        _flatten(bet, whole, real)
    if account.alert is not None:
        whole += account.alert[:3]
        real += [*account.alert[3:6], *account.alert.before]
        _flatten(account.alert.back, whole, real)
    return whole, real


def _flatten(bet: Bet, whole: list[int], real: list[float]) -> None:
    whole += bet[4:8]
    real += [*bet[:4], bet[8]]


def _account(scale: Scale, shape: list[int], whole: list[int], real: list[float]) -> Account:
    features, bets, has_alert = shape
    cell, block = whole[0], whole[1]
    del whole[:2]
    (days, bar), usual = _take(real, 2), _take(real, scale.levels)
    rhythm = Rhythm(_take(real, features), _take(real, features))
    wobble = Wobble(block, *_take(real, 6))
    owned = tuple(_bet(whole, real) for _ in range(bets))
    alert = _alert(scale, whole, real) if has_alert else None
    return Account(scale, cell, days, bar, usual, rhythm, wobble, owned, alert)


def _alert(scale: Scale, whole: list[int], real: list[float]) -> Open:
    start, n, bad = whole[:3]
    del whole[:3]
    pain, tilt, reported = _take(real, 3)
    before = _take(real, scale.levels)
    return Open(start, n, bad, pain, tilt, reported, before, _bet(whole, real))


def _bet(whole: list[int], real: list[float]) -> Bet:
    day_start, start, n, bad = whole[:4]
    del whole[:4]
    money, walk, gain, information, pain = _take(real, 5)
    return Bet(money, walk, gain, information, day_start, start, n, bad, pain)


def _take(values: list[float], count: int) -> tuple[float, ...]:
    taken = tuple(values[:count])
    del values[:count]
    return taken
