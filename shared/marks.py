"""How an answer is counted once: a 12-byte mark in a set, so that counting it again changes nothing.

A set is the same whatever the order, the batches and the repeats in which its members came, and
DynamoDB adds members to a set in one write without reading it. Figures are tallied from the sets:

    byte 0      cell of the hour, 0 to 11 (five minutes each)
    byte 1      place of the score in its histogram, 0 being the worst
    byte 2      place of the channel in `CHANNELS`
    byte 3      revision × 2, plus 1 where the answer counts
    bytes 4–11  hash of the response's id

A person who corrects an answer leaves a mark of a higher revision; the highest one is counted.

Where the person came from, if that is known, stands in the same set as a longer mark, an *arrival*:

    byte 0      cell of the hour, as in the answer's mark
    byte 1      1 where it is reckoned from the visit that the answer is about, 0 from the answer itself
    bytes 2–5   seconds from the touchpoint before to there; all ones for none within reach
    bytes 6–13  hash of the response's id
    bytes 14–   id of the touchpoint before, in UTF-8; empty for none

Which segment the person is in, for each attribute that the touchpoint names, stands there as a *trait*:

    byte 0      cell of the hour, as in the answer's mark
    byte 1      2 where the answer itself says so, 3 where the interaction says so that it was invited after
    bytes 2–5   revision of the answer; 0 of an interaction
    bytes 6–13  hash of the response's id
    bytes 14–   attribute, `=`, value, in UTF-8

What is learned later can only bring the visit to light, or a touchpoint that is nearer. So of an answer's arrivals
the one at the visit holds, then the one from nearest, and in which order they were learned leaves no trace. Likewise
of its traits of one attribute the interaction's holds, then that of the newest revision.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import NamedTuple

from shared.catalogue import CHANNELS

CELL = timedelta(minutes=5)
CELL_SECONDS = 300
CELLS_AN_HOUR = 12
LAST_REVISION = 127
MARK_BYTES = 12
NOWHERE = 2**32 - 1
"""Seconds; it stands for none within reach."""
LEAST_TRAIT = 2
"""Byte 1 of a longer mark from which on it is a trait, and no arrival."""
LONGEST_VALUE = 60
"""Characters of a segment's value; what is longer is cut."""


class Mark(NamedTuple):
    """One answer as it is counted. cell: of its hour; level: 0 is the worst score of the scale."""

    cell: int
    level: int
    channel: str
    revision: int
    is_counted: bool
    digest: bytes

    def to_bytes(self) -> bytes:
        """The mark's 12 bytes. A revision beyond 127 is kept as 127."""
        revision = min(self.revision, LAST_REVISION) * 2 + self.is_counted
        return bytes((self.cell, self.level, CHANNELS.index(self.channel), revision)) + self.digest

    @classmethod
    def from_bytes(cls, raw: bytes) -> Mark:
        cell, level, channel, revision = raw[:4]
        return cls(cell, level, CHANNELS[channel], revision // 2, bool(revision & 1), raw[4:])


@dataclass(frozen=True)
class Arrival:
    """Where the person of an answer came from. seconds: since then, to the visit where it is known (`is_visit`).

    touchpoint: empty, and `seconds` NOWHERE, where they came from none of the journey's others.
    """

    cell: int
    is_visit: bool
    seconds: int
    digest: bytes
    touchpoint: str

    @property
    def rank(self) -> tuple[bool, int, str]:
        """Of two arrivals of one answer the one that ranks higher holds."""
        return self.is_visit, -self.seconds, self.touchpoint

    def to_bytes(self) -> bytes:
        head = bytes((self.cell, self.is_visit)) + self.seconds.to_bytes(4, "big")
        return head + self.digest + self.touchpoint.encode()

    @classmethod
    def from_bytes(cls, raw: bytes) -> Arrival:
        return cls(raw[0], bool(raw[1]), int.from_bytes(raw[2:6], "big"), raw[6:14], raw[14:].decode())


@dataclass(frozen=True)
class Trait:
    """The segment that the person of an answer is in, for one attribute.

    is_visit: the interaction says so; revision: of the answer that says so, 0 of an interaction.
    """

    cell: int
    is_visit: bool
    revision: int
    digest: bytes
    attribute: str
    value: str

    @property
    def rank(self) -> tuple[bool, int, str]:
        """Of two traits of one answer and attribute the one that ranks higher holds."""
        return self.is_visit, self.revision, self.value

    def to_bytes(self) -> bytes:
        """value: cut where it is long."""
        head = bytes((self.cell, LEAST_TRAIT + self.is_visit)) + self.revision.to_bytes(4, "big")
        return head + self.digest + f"{self.attribute}={self.value[:LONGEST_VALUE]}".encode()

    @classmethod
    def from_bytes(cls, raw: bytes) -> Trait:
        attribute, _, value = raw[14:].decode().partition("=")
        is_visit = raw[1] > LEAST_TRAIT
        return cls(raw[0], is_visit, int.from_bytes(raw[2:6], "big"), raw[6:14], attribute, value)


def is_arrival(raw: bytes) -> bool:
    return len(raw) > MARK_BYTES and raw[1] < LEAST_TRAIT


def is_trait(raw: bytes) -> bool:
    return len(raw) > MARK_BYTES and raw[1] >= LEAST_TRAIT


def digest(response_id: str) -> bytes:
    """8 bytes that stand for a response's id among the answers of one hour."""
    return sha256(response_id.encode()).digest()[:8]


def hour_of(time: datetime) -> datetime:
    return time.replace(minute=0, second=0, microsecond=0)


def cell_of(time: datetime) -> int:
    """Index of the five-minute cell since 1970 in which the time lies."""
    return int(time.timestamp()) // CELL_SECONDS


def first_cell(hour: datetime) -> int:
    """Index of the first cell of an hour."""
    return cell_of(hour)


def settled(marks: Iterable[bytes]) -> list[Mark]:
    """One mark an answer: where there are several, the one of the highest revision."""
    newest: dict[bytes, bytes] = {}
    for raw in marks:
        if len(raw) != MARK_BYTES:
            continue
        known = newest.get(raw[4:])
        if known is None or (raw[3] >> 1, raw) > (known[3] >> 1, known):
            newest[raw[4:]] = raw
    return [Mark.from_bytes(raw) for raw in newest.values()]


def tally_cells(hour: datetime, marks: Iterable[bytes], levels: int) -> dict[int, list[int]]:
    """Histogram per cell, by the cell's index since 1970; answers that do not count are left out."""
    cells: dict[int, list[int]] = {}
    for mark in settled(marks):
        if mark.is_counted:
            counts = cells.setdefault(first_cell(hour) + mark.cell, [0] * levels)
            counts[mark.level] += 1
    return cells


def tally_channels(marks: Iterable[bytes], levels: int) -> dict[str, list[int]]:
    """Histogram per channel; answers that do not count are left out."""
    channels: dict[str, list[int]] = {}
    for mark in settled(marks):
        if mark.is_counted:
            channels.setdefault(mark.channel, [0] * levels)[mark.level] += 1
    return channels


def origins(marks: Iterable[bytes]) -> dict[bytes, str]:
    """The touchpoint before, by the hash of the answer's id; answers of people who came from none are left out."""
    best: dict[bytes, Arrival] = {}
    for one in (Arrival.from_bytes(raw) for raw in marks if is_arrival(raw)):
        known = best.get(one.digest)
        if known is None or one.rank > known.rank:
            best[one.digest] = one
    return {name: one.touchpoint for name, one in best.items() if one.touchpoint}


def tally_origins(marks: frozenset[bytes], levels: int) -> dict[str, list[int]]:
    """Histogram per touchpoint that people came from; the others' answers are in none of them."""
    came = origins(marks)
    tallied: dict[str, list[int]] = {}
    for mark in settled(marks) if came else ():
        if mark.is_counted and mark.digest in came:
            tallied.setdefault(came[mark.digest], [0] * levels)[mark.level] += 1
    return tallied


def tally_segments(marks: frozenset[bytes], levels: int) -> dict[str, dict[str, list[int]]]:
    """Histogram per attribute and value; of whom no value is known, the answers are in none of them."""
    best: dict[tuple[bytes, str], Trait] = {}
    for one in (Trait.from_bytes(raw) for raw in marks if is_trait(raw)):
        known = best.get((one.digest, one.attribute))
        if known is None or one.rank > known.rank:
            best[one.digest, one.attribute] = one
    traits: dict[bytes, list[Trait]] = {}
    for one in best.values():
        traits.setdefault(one.digest, []).append(one)
    tallied: dict[str, dict[str, list[int]]] = {}
    for mark in settled(marks) if traits else ():
        for one in traits.get(mark.digest, ()) if mark.is_counted else ():
            counts = tallied.setdefault(one.attribute, {}).setdefault(one.value, [0] * levels)
            counts[mark.level] += 1
    return tallied
