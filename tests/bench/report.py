"""What a run of the bench found, as one table, as JSON, and as the tables of documents between two marks.

    <!-- bench: starts -->            everything of that part
    <!-- bench: telling -->           the most telling figures, for the README
    <!-- end of bench -->

So no document holds a figure of the bench that no run printed: `docs/benchmarks.json` is that run.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from infra.paths import ROOT
from tests.bench.figure import Figure, said

KEPT = ROOT / "docs" / "benchmarks.json"
DOCUMENTS = (ROOT / "docs" / "benchmarks.md", ROOT / "README.md")
MARKED = re.compile(r"(<!-- bench: (\w+) -->\n).*?(<!-- end of bench -->)", re.DOTALL)
HEAD = ("part", "figure", "value", "beside", "reference", "ratio", "wanted", "met")
MET = {None: "", True: "yes", False: "**no**"}
Parts = dict[str, list[Figure]]

TELLING = (
    ("cold start, beside a handler that only calls boto3's `put_item`", "starts", "", "cold start", "ratio"),
    ("CPU of a warm answer, checked, stored once and logged, beside the same", "starts", "", "a warm answer", "ratio"),
    ("calls of AWS for an answer", "starts", "", "calls of AWS for a further answer", "value"),
    ("dollars for 1,000 answers, one by one, five a second, everything after them included", "costs",
     "an answer, five a second", "dollars", "value"),
    ("dollars for 1,000 e-mails that ask, SES's own price included", "costs",
     "an invitation by e-mail, not answered", "dollars", "value"),
    ("dollars for 1,000 texts that ask, beside what the texts themselves cost", "costs",
     "an invitation by text", "dollars", "value"),
    ("answer to alert in the outbox, on one machine, waits set to none, ms", "latency", "", "answer to alert", "value"),
    ("widget with its survey, bytes as sent (brotli)", "sizes", "widget, English", "brotli", "value"),
    ("… beside the lightest of five other products' widgets", "sizes", "widget, English", "brotli", "ratio"),
    ("page of a link, bytes as sent (brotli)", "sizes", "page of a link", "brotli", "value"),
)  # fmt: skip
"""What the README shows: its words, the part, how the row and the figure begin, and which number."""


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
        lines.append([of, *(said(mine[name].value) if name in mine else "" for name in names), ", ".join(beside)])
    alone = "".join(f"\n\n{one.name}: {said(one.value)}" for one in found if not one.of)
    return table(["", *names, "beside"], lines) + alone


def telling(parts: Parts) -> str:
    """The README's table."""
    lines = []
    for words, part, of, name, number in TELLING:
        [one] = [one for one in parts[part] if one.of.startswith(of) and one.name.startswith(name)]
        lines.append((words, f"{said(one.ratio)} ×" if number == "ratio" else said(one.value)))
    return table(("figure", "measured"), lines)


def written(text: str, parts: Parts) -> str:
    """The document with its tables as these figures make them. Raises KeyError for a part that was not run."""

    def filled(mark: re.Match[str]) -> str:
        made = telling(parts) if mark[2] == "telling" else section(parts[mark[2]])
        return f"{mark[1]}{made}\n{mark[3]}"

    return MARKED.sub(filled, text)


def as_json(parts: Parts) -> dict[str, list[dict[str, Any]]]:
    """Each figure's fields, with its ratio and whether it is met; without what is empty."""
    return {
        part: [
            {
                name: value
                for name, value in (asdict(one) | {"ratio": one.ratio, "is_met": one.is_met}).items()
                if value not in ("", None)
            }
            for one in found
        ]
        for part, found in parts.items()
    }


def from_json(told: dict[str, list[dict[str, Any]]]) -> Parts:
    """The figures that `as_json` told."""
    derived = ("ratio", "is_met")
    return {
        part: [Figure(**{name: value for name, value in one.items() if name not in derived}) for one in found]
        for part, found in told.items()
    }
