"""Slack posts and Teams cards as their receivers would see them, for the outbox."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from html import unescape
from typing import Any

CARD = "application/vnd.microsoft.card.adaptive"
LINK = re.compile(r"<([^|>]+)\|([^>]+)>")
BOLD = re.compile(r"\*([^*\n]+)\*")


@dataclass
class Shown:
    """A post as it is shown. lines: paragraphs, each a list of runs `(text, is_bold)`; buttons: label and address."""

    way: str
    title: str = ""
    lines: list[list[tuple[str, bool]]] = field(default_factory=list)
    buttons: list[tuple[str, str]] = field(default_factory=list)


def shown(body: str) -> Shown | None:
    """The post in a webhook's body; None where it is neither Slack's nor Teams'."""
    try:
        sent = json.loads(body)
        if "blocks" in sent:
            return of_slack(sent)
        [attached] = sent["attachments"]
        return of_teams(attached["content"]) if attached["contentType"] == CARD else None
    except (ValueError, KeyError, TypeError):
        return None


def of_slack(post: dict[str, Any]) -> Shown:
    """Block Kit: headers, sections, contexts and buttons, in their order."""
    found = Shown("Slack")
    for block in post["blocks"]:
        kind = block["type"]
        if kind == "header":
            found.title = block["text"]["text"]
        elif kind == "section":
            found.lines += [marked(line) for line in block["text"]["text"].split("\n")]
        elif kind == "context":
            found.lines += [marked(element["text"]) for element in block["elements"]]
        elif kind == "actions":
            found.buttons += [(one["text"]["text"], one.get("url", "")) for one in block["elements"]]
    return found


def marked(text: str) -> list[tuple[str, bool]]:
    """Slack's mrkdwn as runs of plain and bold text."""
    plain = LINK.sub(r"\2", text)
    pieces = BOLD.split(plain)
    return [(unescape(piece), place % 2 == 1) for place, piece in enumerate(pieces) if piece]


def of_teams(card: dict[str, Any]) -> Shown:
    """An Adaptive Card: texts, facts and actions, however deep they stand."""
    found = Shown("Teams")
    for element in card["body"]:
        gather(element, found)
    found.buttons += [(one["title"], one["url"]) for one in card.get("actions", [])]
    return found


def as_written(markdown: str) -> str:
    """Words in which every mark is escaped, without the escapes."""
    return re.sub(r"\\(.)", r"\1", markdown)


def gather(element: dict[str, Any], found: Shown) -> None:
    """Adds what an element of a card shows, and what stands inside it."""
    kind = element["type"]
    if kind == "TextBlock":
        text = as_written(element["text"])
        if element.get("style") == "heading":
            found.title = text
        else:
            found.lines.append([(text, element.get("weight") == "Bolder")])
    elif kind == "FactSet":
        facts = [(as_written(one["title"]), as_written(one["value"])) for one in element["facts"]]
        found.lines += [[(f"{title} ", True), (value, False)] for title, value in facts]
    elif kind == "Container":
        for inner in element["items"]:
            gather(inner, found)
    elif kind == "ActionSet":
        found.buttons += [(one["title"], one["url"]) for one in element["actions"]]
