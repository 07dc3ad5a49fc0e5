"""What a run of the bench found, as one table, as JSON, and as the tables of documents between two marks.

    <!-- bench: starts -->            everything of that part
    <!-- bench: machine -->           what it ran on
    <!-- bench: telling -->           the most telling figures, for the README
    <!-- bench: dollars -->           what things cost, for the README
    <!-- end of bench -->

So no document holds a figure of the bench that no run printed: `docs/benchmarks.json` is that run.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from infra.paths import ROOT
from tests.bench.figure import Figure, said

KEPT = ROOT / "docs" / "benchmarks.json"
DOCUMENTS = (ROOT / "docs" / "benchmarks.md", ROOT / "README.md")
MARKED = re.compile(r"(<!-- bench: (\w+) -->\n).*?(<!-- end of bench -->)", re.DOTALL)
HEAD = ("part", "figure", "value", "beside", "reference", "ratio", "wanted", "met")
MET = {None: "", True: "yes", False: "**no**"}
Parts = dict[str, list[Figure]]


@dataclass(frozen=True)
class Run:
    """machine: what it ran on."""

    machine: str
    parts: Parts


TELLING = (
    ("cold start, beside a handler that only calls boto3's `put_item`", "starts", "", "cold start", "ratio"),
    ("CPU of a warm answer, checked, stored once and logged, beside the same", "starts", "", "a warm answer", "ratio"),
    ("calls of AWS for an answer", "starts", "", "calls of AWS for a further answer", "value"),
    ("answers folded into figures, a second of a core, over 1,000 touchpoints", "folds", "1,000", "answers", "value"),
    ("answer to alert in the outbox on one machine, no waits set, ms", "latency", "", "answer to alert", "value"),
    ("memory for 500 alerts to 200 subscriptions, beside a tenth of them", "alerts", "", "peak MB", "ratio"),
    ("widget with its survey, bytes by gzip", "sizes", "widget, English", "gzip", "value"),
    (
        "the same by brotli, beside the lightest of five other products' widgets",
        "sizes",
        "widget, English",
        "brotli",
        "ratio",
    ),
    ("page of a link, bytes by gzip", "sizes", "page of a link", "gzip", "value"),
)
"""What the README shows: its words, the part, how the row and the figure begin, and which number."""

DOLLARS = (
    ("1,000 answers, each stored, counted and watched", "an answer, five a second"),
    ("1,000 answers that come one every five minutes", "an answer, one every"),
    ("1,000 answers in lists of 500", "an answer, in lists"),
    ("1,000 invitations by e-mail, SES's own price included", "an invitation by e-mail, not answered"),
    ("1,000 invitations by text, the texts themselves apart", "an invitation by text"),
    ("1,000 interactions of people who are not asked", "an interaction"),
    ("1,000 alerts, each by e-mail and two webhooks", "an alert"),
)
"""What the README says of costs: its words, and how the row begins."""


def rows(parts: Parts) -> list[tuple[str, ...]]:
    """One row a figure."""
    return [
        (
            part,
            f"{one.name} ({one.of})" if one.of else one.name,
            said(one.value),
            one.than,
            said(one.reference),
            said(one.ratio),
            one.wanted,
            MET[one.is_met],
        )
        for part, found in parts.items()
        for one in found
    ]


def table(head: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    """Of Markdown, without the columns that nothing is in."""
    lines = list(lines)
    kept = [n for n in range(len(head)) if any(line[n] for line in lines)]
    shown = [[line[n] for n in kept] for line in (head, ["---"] * len(head), *lines)]
    return "\n".join("| " + " | ".join(line) + " |" for line in shown)


def section(found: Sequence[Figure]) -> str:
    """A part's table: a row a figure; or a row a thing, where the same figures are had of several."""
    if not found[0].of:
        return table(HEAD[1:], (row[1:] for row in rows({"": list(found)})))
    names = list(dict.fromkeys(one.name for one in found if one.of))
    lines = []
    for of in dict.fromkeys(one.of for one in found if one.of):
        mine = {one.name: one for one in found if one.of == of}
        beside = [f"{said(one.ratio)} × {one.than}" for one in mine.values() if one.ratio is not None]
        wanted = [wish(one, len(mine) > 1) for one in mine.values() if one.wanted]
        values = [said(mine[name].value) if name in mine else "" for name in names]
        lines.append([of, *values, ", ".join(beside), ", ".join(wanted)])
    alone = [one for one in found if not one.of]
    more = f"\n\n{table(HEAD[1:], (row[1:] for row in rows({'': alone})))}" if alone else ""
    return table(["", *names, "beside", "wanted"], lines) + more


def wish(one: Figure, is_named: bool) -> str:
    """What is wanted of a figure, by its name where there are several; and where it is not met."""
    words = f"{one.name} {one.wanted}" if is_named else one.wanted
    return words if one.is_met else f"{words}: **not met**"


def telling(parts: Parts) -> str:
    """The README's table of what is measured."""
    lines = []
    for words, part, of, name, number in TELLING:
        [one] = [one for one in parts[part] if one.of.startswith(of) and one.name.startswith(name)]
        lines.append((words, f"{said(one.ratio)} ×" if number == "ratio" else said(one.value)))
    return table(("figure", "measured"), lines)


def dollars(parts: Parts) -> str:
    """The README's table of costs, and what a month costs in which nothing happens."""
    lines = []
    for words, of in DOLLARS:
        [one] = [one for one in parts["costs"] if one.of.startswith(of) and one.name.startswith("dollars")]
        lines.append((words, said(one.value)))
    [idle] = [one for one in parts["costs"] if not one.of]
    return table(("", "dollars"), [*lines, ("a month in which nothing happens", said(idle.value))])


def written(text: str, run: Run) -> str:
    """The document with its tables as these figures make them. Raises KeyError for a part that was not run."""

    def filled(mark: re.Match[str]) -> str:
        match mark[2]:
            case "machine":
                made = f"The run was on {run.machine}."
            case "telling":
                made = telling(run.parts)
            case "dollars":
                made = dollars(run.parts)
            case part:
                made = section(run.parts[part])
        return f"{mark[1]}{made}\n{mark[3]}"

    return MARKED.sub(filled, text)


def as_json(run: Run) -> dict[str, Any]:
    """Each figure's fields, with its ratio and whether it is met; without what is empty."""
    told = {part: [fields_of(one) for one in found] for part, found in run.parts.items()}
    return {"machine": run.machine, "parts": told}


def fields_of(one: Figure) -> dict[str, Any]:
    derived = {"ratio": one.ratio, "is_met": one.is_met}
    return {name: value for name, value in (asdict(one) | derived).items() if value not in ("", None)}


def from_json(told: dict[str, Any]) -> Run:
    """The run that `as_json` told."""
    derived = ("ratio", "is_met")
    parts = {
        part: [Figure(**{name: value for name, value in one.items() if name not in derived}) for one in found]
        for part, found in told["parts"].items()
    }
    return Run(told["machine"], parts)
