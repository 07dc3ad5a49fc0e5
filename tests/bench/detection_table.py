"""The one table that `make bench-detection` prints, from the rows that the harness measured."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from statistics import fmean, median
from typing import Any

from scipy.stats import chi2

from tests.bench.detection_limit import bound
from tests.bench.detection_streams import SIZES, World

Row = dict[str, Any]
MATURE = 2000
"""Answers of history at which delays are compared."""

LEAST_APART = 60.0
"""Answers between false alarms, at the least: below, there is no such CUSUM."""

HEAD = (
    "detector",
    "false alarms a touchpoint-year",
    "with rhythm",
    "large: answers, hours, ÷ bound",
    "medium: answers, hours, ÷ bound",
    "missed",
    "start off by (answers, medium)",
    "fleet: false of alerts",
    "found",
    "µs an answer, 50 and 5,000 a day",
    "bytes",
    "ours at its false alarms: delay ÷ its own",
)


def table(rows: Sequence[Row], ours: str) -> str:
    """A Markdown table, one line per detector.

    Delays are means over streams with MATURE answers of history (a missed change counts as late as its
    stream is long), then over scales and volumes; a ratio is the median over them.  The bound is
    Lorden's, at the detector's own measured distance between false alarms at that volume.
    """
    names = list(dict.fromkeys(r["detector"] for r in rows if "as" not in r))
    lines = [HEAD, ["---"] * len(HEAD), *(_line(rows, name, ours) for name in names)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _line(rows: Sequence[Row], name: str, ours: str) -> list[str]:
    own = [r for r in rows if r["detector"] == name]
    late = [r for r in _part(own, "delay") if r["history"] == MATURE and r["n"]]
    fleets = _part(own, "fleet")
    return [
        "**ours**" if name == ours else name,
        *(_false_alarms(r for r in _part(own, "null") if r["rhythm"] == rhythm) for rhythm in (0, 1)),
        *(_delay(own, [r for r in late if r["size"] == size]) for size in ("large", "medium")),
        f"{sum(r['missed'] for r in late) / sum(r['n'] for r in late):.0%}",
        _middle([r["date_answers"] for r in late if r["size"] == "medium"]),
        f"{sum(r['false'] for r in fleets)} of {sum(r['alerts'] for r in fleets)}",
        f"{sum(r['found'] for r in fleets)} of {sum(r['changed'] for r in fleets)}",
        ", ".join(f"{r['us_per_update']:.1f}" for r in sorted(_part(own, "cost"), key=_volume)),
        str(max(r["state_bytes"] for r in _part(own, "cost"))),
        "" if name == ours else _against(rows, name),
    ]


def _part(rows: Iterable[Row], part: str) -> list[Row]:
    return [r for r in rows if r["part"] == part]


def _volume(row: Row) -> float:
    return float(row["per_day"])


def _false_alarms(rows: Iterable[Row]) -> str:
    counts = [(r["alarms"], r["years"]) for r in rows]
    return yearly(sum(c[0] for c in counts), sum(c[1] for c in counts))


def yearly(alarms: int, years: float) -> str:
    """Alarms per year with the exact 95 % interval of a Poisson rate."""
    low = chi2.ppf(0.025, 2 * alarms) / 2 / years if alarms else 0.0
    return f"{alarms / years:.2f} [{low:.2f}, {chi2.ppf(0.975, 2 * alarms + 2) / 2 / years:.2f}]"


def _delay(own: Sequence[Row], late: Sequence[Row]) -> str:
    answers, hours = fmean(r["mean_answers"] for r in late), fmean(r["median_hours"] for r in late)
    ratio = median(r["mean_answers"] / _bound(own, r) for r in late)
    return f"{answers:.0f}, {hours:.1f}, {ratio:.2f}"


def _bound(own: Sequence[Row], row: Row) -> float:
    """The least mean delay in answers at this detector's false alarms, for this row's change."""
    quiet = [r for r in _part(own, "null") if r["per_day"] == row["per_day"] and not r["rhythm"]]
    apart = sum(r["answers"] for r in quiet) / max(sum(r["alarms"] for r in quiet), 1)
    before, after = World(scale=row["scale"], worse=SIZES[row["size"]]).laws()
    return bound(tuple(before.tolist()), tuple(after.tolist()), max(apart, LEAST_APART))


def _against(rows: Sequence[Row], name: str) -> str:
    """Ours, set to the other's false alarms at each volume: its delay by the other's, mean over all cells."""
    theirs = {_setting(r): r for r in _part(rows, "delay") if r["detector"] == name and r["n"]}
    matched = [r for r in rows if r.get("as") == name and r["n"] and _setting(r) in theirs]
    return f"{fmean(r['mean_answers'] / theirs[_setting(r)]['mean_answers'] for r in matched):.2f}"


def _setting(row: Row) -> tuple[Any, ...]:
    return tuple(row[key] for key in ("scale", "per_day", "size", "history"))


def _middle(values: Iterable[float | None]) -> str:
    known = [value for value in values if value is not None]
    return f"{median(known):.0f}" if known else "–"
