"""`etincelle typical`: what a new touchpoint is taken to be like until it has answers of its own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

import typer

from cli.client import connect
from cli.options import Json
from cli.printing import Failed, err, out, print_json
from cli.reports import reports_of, touchpoints
from shared.scales import SCALES

LEAST_ANSWERS = 30
"""Touchpoints with fewer say too little."""
FEWEST = 5
"""From fewer touchpoints nothing is taken to be typical; and as many are assumed to have differed by USUAL_WORTH."""
USUAL_WORTH = 60.0
MOST_WORTH = 300.0


@dataclass(frozen=True)
class Fleet:
    """How the touchpoints on one scale answer.

    shares: percent of each score, from the worst to the best, each touchpoint as much as any other. worth: a touchpoint
    that was drawn from them is told from the others by so many answers.
    """

    touchpoints: int
    answers: int
    shares: tuple[float, ...]
    worth: int


def register(app: typer.Typer) -> None:
    app.command()(typical)


def typical(as_json: Json = False) -> None:
    """Work out from customers' answers at all touchpoints what a new one is taken to be like, for the journey file."""
    client = connect()
    found = fleets(reports_of(client, touchpoints(client), "customer"))
    if not found:
        raise Failed(f"no scale has {FEWEST} touchpoints with {LEAST_ANSWERS} answers each yet")
    if as_json:
        print_json({name: {"shares": one.shares, "worth": one.worth} for name, one in found.items()})
        return
    out.print("defaults:\n  detection:\n    typical:", markup=False)
    for name, one in found.items():
        shares = ", ".join(f"{share:g}" for share in one.shares)
        out.print(f"      {name}: {{shares: [{shares}], worth: {one.worth}}}", markup=False, soft_wrap=True)
        err.print(f"{name}: {one.touchpoints} touchpoints, {one.answers} answers", markup=False)


def fleets(reports: Iterable[dict[str, Any]]) -> dict[str, Fleet]:
    """By scale, in the order of their names, where there are enough touchpoints. reports: as insights gives them."""
    histograms: dict[str, list[list[int]]] = {}
    for one in reports:
        counts = [int(n) for _, n in sorted(one["summary"]["counts"].items(), key=lambda score: int(score[0]))]
        if sum(counts) >= LEAST_ANSWERS:
            histograms.setdefault(one["scale"], []).append(counts)
    return {name: fleet(several, name) for name, several in sorted(histograms.items()) if len(several) >= FEWEST}


def fleet(histograms: Sequence[Sequence[int]], scale_name: str) -> Fleet:
    """The mean of the touchpoints' shares, and how alike they are in their share of bad answers.

    worth: of the beta law whose variance between touchpoints is what counting does not explain (method of moments;
    Kleinman 1973), with FEWEST touchpoints on top that differ as USUAL_WORTH says.
    """
    bad_levels = SCALES[scale_name].bad_levels
    sizes = [sum(counts) for counts in histograms]
    shares = [[n / size for n in counts] for counts, size in zip(histograms, sizes, strict=True)]
    mean = [fmean(column) for column in zip(*shares, strict=True)]
    bad = [sum(one[:bad_levels]) for one in shares]
    p = fmean(bad)
    variance = p * (1 - p)
    excess = [
        (one - p) ** 2 * len(bad) / (len(bad) - 1) - variance / size for one, size in zip(bad, sizes, strict=True)
    ]
    between = (max(sum(excess), 0.0) + FEWEST * variance / (USUAL_WORTH + 1)) / (len(bad) + FEWEST)
    worth = min(variance / between - 1, MOST_WORTH) if between > 0 else USUAL_WORTH
    return Fleet(len(bad), sum(sizes), tuple(max(round(100 * share, 1), 0.1) for share in mean), max(round(worth), 1))
