"""How an answer is counted once: a 12-byte mark in a set, so that counting it again changes nothing.

A set is the same whatever the order, the batches and the repeats in which its members came, and
DynamoDB adds members to a set in one write without reading it. Figures are tallied from the sets:

    byte 0      cell of the hour, 0 to 11 (five minutes each)
    byte 1      place of the score in its histogram, 0 being the worst
    byte 2      place of the channel in `CHANNELS`
    byte 3      revision × 2, plus 1 where the answer counts
    bytes 4–11  hash of the response's id

A person who corrects an answer leaves a mark of a higher revision; the highest one is counted.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from shared.catalogue import CHANNELS

CELL = timedelta(minutes=5)
CELL_SECONDS = 300
CELLS_AN_HOUR = 12
LAST_REVISION = 127


@dataclass(frozen=True)
class Mark:
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
