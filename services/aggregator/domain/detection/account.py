"""What is remembered of one touchpoint, and how it is written down in a few hundred bytes."""

from __future__ import annotations

import json
import struct
from base64 import b85decode, b85encode
from dataclasses import dataclass
from typing import Any, TypeVar

from services.aggregator.domain.detection.bets import Bet
from services.aggregator.domain.detection.onset import Road, Stretch
from services.aggregator.domain.detection.recovery import Open
from services.aggregator.domain.detection.rhythm import Rhythm
from services.aggregator.domain.detection.usual import Histogram
from services.aggregator.domain.detection.wobble import Wobble
from shared.scales import Scale
from shared.scales import scale as scale_named

FORMAT = 3

NEVER_HELD = 7
"""The first of a wobble's fields that are nothing while an alert is open, and so need no room beside it."""

Number = TypeVar("Number", int, float)


@dataclass(frozen=True)
class Account:
    """Everything remembered of one touchpoint (and audience).

    cell: the last cell that was counted or passed, -1 before the first.  days: how many days the
    usual histogram remembers, faded like it.  road: the way here, for dating changes.  alert: the open
    one, or None.
    """

    scale: Scale
    cell: int
    days: float
    usual: Histogram
    rhythm: Rhythm
    wobble: Wobble
    bets: tuple[Bet, ...]
    road: Road
    alert: Open | None

    def to_json(self) -> str:
        """Compact and canonical: equal accounts give equal bytes, and nothing is rounded."""
        whole, real = _flat(self)
        packed = [_packed("i", whole), _packed("d", real)]
        shape = [len(self.rhythm.slopes), len(self.bets), len(self.road), int(self.alert is not None)]
        content = {"v": FORMAT, "s": self.scale.name, "k": shape, "i": packed[0], "x": packed[1]}
        return json.dumps(content, separators=(",", ":"))

    @staticmethod
    def from_json(text: str) -> Account:
        """The account that `to_json` wrote.  Raises ValueError for anything else."""
        content = json.loads(text)
        if not isinstance(content, dict) or content.get("v") != FORMAT:
            raise ValueError("not an account of this format")
        whole, real = _unpacked("i", content["i"]), _unpacked("d", content["x"])
        return _account(scale_named(content["s"]), content["k"], whole, real)


def _packed(kind: str, values: list[int] | list[float]) -> str:
    """Numbers of one kind ("i": 4 bytes, "d": 8) as text."""
    return b85encode(struct.pack(f"<{len(values)}{kind}", *values)).decode()


def _unpacked(kind: str, text: str) -> list[Any]:
    return [value for (value,) in struct.iter_unpack(f"<{kind}", b85decode(text))]


def _flat(account: Account) -> tuple[list[int], list[float]]:
    """The whole numbers (cells as how long ago) and the real ones, in a fixed order."""
    whole = [account.cell, account.wobble.block]
    real = [account.days, *account.usual, *account.rhythm.slopes, *account.rhythm.precision]
    real += account.wobble[1 : None if account.alert is None else NEVER_HELD]
    for bet in account.bets:
        _flatten(bet, account.cell, whole, real)
    for stretch in account.road:
        whole += [account.cell - stretch.start, stretch.n]
        real.append(stretch.pain)
    if account.alert is not None:
        start, n, bad, *values = account.alert[:6]
        whole += [account.cell - start, n, bad]
        real += [*values, *account.alert.before]
        _flatten(account.alert.back, account.cell, whole, real)
    return whole, real


def _flatten(bet: Bet, cell: int, whole: list[int], real: list[float]) -> None:
    money, walk, gain, information, day_start, start, n, bad, pain = bet
    whole += [cell - day_start, cell - start, n, bad]
    real += [money, walk, gain, information, pain]


def _account(scale: Scale, shape: list[int], whole: list[int], real: list[float]) -> Account:
    features, bets, stretches, has_alert = shape
    cell, block = whole[0], whole[1]
    del whole[:2]
    (days,), usual = _take(real, 1), _take(real, scale.levels)
    rhythm = Rhythm(_take(real, features), _take(real, features))
    wobble = Wobble(block, *(*_take(real, 6), 0.0, 0.0) if has_alert else _take(real, 8))
    owned = tuple(_bet(cell, whole, real) for _ in range(bets))
    road = tuple(_stretch(cell, whole, real) for _ in range(stretches))
    alert = _alert(scale, cell, whole, real) if has_alert else None
    return Account(scale, cell, days, usual, rhythm, wobble, owned, road, alert)


def _alert(scale: Scale, cell: int, whole: list[int], real: list[float]) -> Open:
    ago, n, bad = _take(whole, 3)
    pain, tilt, reported = _take(real, 3)
    before = _take(real, scale.levels)
    return Open(cell - ago, n, bad, pain, tilt, reported, before, _bet(cell, whole, real))


def _stretch(cell: int, whole: list[int], real: list[float]) -> Stretch:
    (ago, n), (pain,) = _take(whole, 2), _take(real, 1)
    return Stretch(cell - ago, n, pain)


def _bet(cell: int, whole: list[int], real: list[float]) -> Bet:
    day_ago, ago, n, bad = _take(whole, 4)
    money, walk, gain, information, pain = _take(real, 5)
    return Bet(money, walk, gain, information, cell - day_ago, cell - ago, n, bad, pain)


def _take(values: list[Number], count: int) -> tuple[Number, ...]:
    taken = tuple(values[:count])
    del values[:count]
    return taken
