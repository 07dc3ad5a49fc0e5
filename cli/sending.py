"""Sends a file's rows in batches: once each, going on where a stopped import ended, wrong rows set aside."""

from __future__ import annotations

import csv
import json
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from cli.client import Answered, Client
from cli.kinds import Kind
from cli.printing import Failed
from cli.rows import Reader, Taken

NEW = ("stored", "accepted")
"""What the API says of a row that was not there before."""
LARGEST_BATCH = 1_500_000
"""Bytes of JSON: the API takes 2,000,000."""


@dataclass
class Progress:
    """What became of a file's rows so far. rows: how many are settled, from the first.

    aside_bytes: how much of the file of rejects stands for them.
    """

    rows: int = 0
    stored: int = 0
    already_stored: int = 0
    rejected: int = 0
    aside_bytes: int = 0

    @property
    def answers(self) -> int:
        return self.stored + self.already_stored


OVERLAP_S = 5.0
"""A stopped import goes back this far. A local stack that is killed may lose what it took in its last seconds;
what was kept is not stored again."""


@dataclass
class State:
    """Where a stopped import goes on: a small file, written after every batch that was answered, gone at the end.

    It lags `OVERLAP_S` seconds behind. clock: seconds that only grow.
    """

    file: Path
    progress: Progress = field(default_factory=Progress)
    clock: Callable[[], float] = time.monotonic
    recent: deque[tuple[float, Progress]] = field(default_factory=deque)

    def load(self) -> State:
        """What an earlier import of the same file left; nothing where it left nothing that can be read."""
        try:
            self.progress = Progress(**json.loads(self.file.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            self.progress = Progress()
        return self

    def save(self) -> None:
        """Notes the progress, and writes down the newest that is old enough, if there is one yet."""
        now, certain = self.clock(), None
        self.recent.append((now, replace(self.progress)))
        while self.recent and self.recent[0][0] <= now - OVERLAP_S:
            certain = self.recent.popleft()[1]
        if certain is not None:
            self._write(certain)

    def _write(self, progress: Progress) -> None:
        """Replaces the file at once, so that a stop at any moment leaves the old one or the new one."""
        self.file.parent.mkdir(parents=True, exist_ok=True)
        new = self.file.with_suffix(".new")
        new.write_text(json.dumps(asdict(progress)), encoding="utf-8")
        new.replace(self.file)

    def done(self) -> None:
        self.file.unlink(missing_ok=True)


class Rejects:
    """The rows that were not taken, each with its line and the reason. The file is made at the first of them."""

    def __init__(self, file: Path, keep: int) -> None:
        """keep: bytes of the file that a stopped import has noted; what was written after them is taken back."""
        self.file = file
        if keep and file.exists():
            with file.open("r+b") as content:
                content.truncate(min(keep, file.stat().st_size))
        else:
            file.unlink(missing_ok=True)

    def add(self, rows: Iterable[Taken]) -> int:
        """Sets the rows aside; gives the file's size in bytes."""
        rejected = [(row.line, row.wrong, row.raw) for row in rows]
        if rejected:
            is_new = not self.file.exists()
            with self.file.open("a", encoding="utf-8", newline="") as text:
                writer = csv.writer(text)
                writer.writerows([("line", "reason", "row"), *rejected] if is_new else rejected)
        return self.file.stat().st_size if self.file.exists() else 0


def send(
    reader: Reader, client: Client, state: State, rejects: Rejects, size: int, tell: Callable[[Progress], None]
) -> Progress:
    """Sends every row that is not settled yet. Raises Failed; what was answered until then is not sent again."""
    rows, kind = reader.bodies(), reader.kind
    progress = state.progress
    for batch in batches(unsettled(rows, progress.rows), size):
        good = [row for row in batch if not row.wrong]
        wrong = [row for row in batch if row.wrong]
        statuses, refused = send_batch(good, kind, client)
        progress.aside_bytes = rejects.add(sorted([*wrong, *refused], key=lambda row: row.line))
        progress.rows += len(batch)
        progress.stored += sum(status in NEW for status in statuses)
        progress.already_stored += sum(status not in NEW for status in statuses)
        progress.rejected += len(wrong) + len(refused)
        state.save()
        tell(progress)
    state.done()
    return progress


def unsettled(rows: Iterable[Taken], settled: int) -> Iterator[Taken]:
    for place, row in enumerate(rows):
        if place >= settled:
            yield row


def batches(rows: Iterable[Taken], size: int) -> Iterator[list[Taken]]:
    """Lists of at most `size` rows and so many bytes as the API takes in one body."""
    batch: list[Taken] = []
    weight = 0
    for row in rows:
        own = len(json.dumps(row.body, ensure_ascii=False).encode("utf-8", "replace"))
        if batch and (len(batch) == size or weight + own > LARGEST_BATCH):
            yield batch
            batch, weight = [], 0
        batch.append(row)
        weight += own
    if batch:
        yield batch


def send_batch(rows: list[Taken], kind: Kind, client: Client) -> tuple[list[str], list[Taken]]:
    """What became of each row that was taken, and the rows that the API refused, each with its reason.

    A list of answers is refused as a whole; of other lists the wrong ones alone.
    """
    refused: list[Taken] = []
    while rows:
        try:
            results = client.post(kind.path, [row.body for row in rows], again=True)["results"]
            wrong = [error for result in results for error in result.get("errors", ())]
            refuse_unknown(rows, wrong)
            reasons = reasons_by_place(wrong)
            refused += [set_aside(rows[place], reason) for place, reason in reasons.items()]
            return [result["status"] for result in results if result["status"] != "invalid"], refused
        except Answered as refusal:
            reasons = reasons_of(refusal)
            refuse_unknown(rows, refusal.errors)
            refused += [set_aside(rows[place], reason) for place, reason in reasons.items()]
            rows = [row for place, row in enumerate(rows) if place not in reasons]
    return [], refused


def reasons_of(refusal: Answered) -> dict[int, str]:
    """Why each row is refused, by its place in the batch. Raises the refusal where it names no row."""
    try:
        reasons = reasons_by_place(refusal.errors)
    except ValueError:
        raise refusal from None
    if refusal.status != 422 or not reasons:
        raise refusal
    return reasons


def reasons_by_place(errors: Iterable[Mapping[str, Any]]) -> dict[int, str]:
    """The errors of each row, by its place in the batch. Raises ValueError where one names no row."""
    reasons: dict[int, str] = {}
    for error in errors:
        place, name = place_of(error)
        reason = f"{name}: {error.get('detail')}" if name else str(error.get("detail"))
        reasons[place] = f"{reasons[place]}; {reason}" if place in reasons else reason
    return reasons


def place_of(error: Mapping[str, Any]) -> tuple[int, str]:
    """`#/3/customer/email` is of row 3, and of its field `customer/email`. Raises ValueError for what is of none."""
    hash_sign, _, rest = str(error.get("pointer", "")).partition("/")
    place, _, name = rest.partition("/")
    if hash_sign != "#" or not place.isdecimal():
        raise ValueError("this error names no row")
    return int(place), name


def refuse_unknown(rows: list[Taken], errors: Iterable[Mapping[str, Any]]) -> None:
    """Raises Failed where touchpoints are not registered: no row is at fault, and none of theirs would be taken."""
    places = [place_of(error)[0] for error in errors if error["code"] == "unknown_touchpoint"]
    unknown = sorted({str(rows[place].body.get("touchpoint")) for place in places})
    if unknown:
        raise Failed(
            "this file names touchpoints that the registry does not have; apply a journey that has them, or import "
            "with a key that also has registry:read and registry:write",
            tuple(unknown),
        )


def set_aside(row: Taken, reason: str) -> Taken:
    return Taken(row.line, row.body, row.owner, reason, row.raw)
