"""A Microsoft Teams message with an Adaptive Card (adaptivecards.io, version 1.4), as a Teams workflow takes it."""

from __future__ import annotations

import re
from typing import Any

from services.alerts.messages.story import Piece, Story

BRIEF_FROM = 6
Element = dict[str, Any]
MARKS = re.compile(r"([\\`*_\[\]()~#>!|-])")


def message(said: Story) -> dict[str, Any]:
    """The body of the post: one card."""
    body: list[Element] = [text(said.title, size="Large", weight="Bolder", style="heading")]
    if said.cause:
        body.append(text(said.cause, isSubtle=True))
    for piece in said.pieces:
        body.append(part(piece, said))
    body.append(text(said.why, size="Small", isSubtle=True))
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "lang": said.lang,
        "fallbackText": said.title,
        "body": body,
    }
    if len(said.pieces) == 1:
        card["actions"] = buttons(said.pieces[0], said)
    return {
        "type": "message",
        "attachments": [{"contentType": "application/vnd.microsoft.card.adaptive", "content": card}],
    }


def part(piece: Piece, said: Story) -> Element:
    """One alert; in a long message only what happened and where to act on it."""
    is_lone = len(said.pieces) == 1
    items = [] if is_lone else [text(piece.title, weight="Bolder")]
    items.append(text(piece.sentence))
    if len(said.pieces) < BRIEF_FROM:
        facts = [fact(name, value) for name, value in piece.facts]
        if piece.causes:
            facts.append(fact(said.frame.causes, " · ".join(piece.causes)))
        items.append({"type": "FactSet", "facts": facts})
        items += [text(f"“{comment}”", isSubtle=True) for comment in piece.comments]
    if not is_lone:
        items.append({"type": "ActionSet", "actions": buttons(piece, said)})
    colour = "attention" if piece.is_open else "good"
    return {"type": "Container", "style": colour, "separator": True, "items": items}


def buttons(piece: Piece, said: Story) -> list[Element]:
    """All lead to a page: a workflow's card cannot say who pressed it."""
    if piece.page:
        return [{"type": "Action.OpenUrl", "title": piece.page, "url": piece.manage}]
    take_on = {"type": "Action.OpenUrl", "title": said.frame.acknowledge, "url": piece.manage}
    mute = {"type": "Action.OpenUrl", "title": said.frame.mute, "url": piece.manage}
    return [take_on, mute] if piece.is_open else [mute]


def text(words: str, **looks: Any) -> Element:
    return {"type": "TextBlock", "text": escaped(words), "wrap": True, **looks}


def fact(name: str, value: str) -> Element:
    return {"title": escaped(name), "value": escaped(value)}


def escaped(words: str) -> str:
    """Text blocks and facts read Markdown: what people wrote, and visitors' attributes, are taken as written."""
    return MARKS.sub(r"\\\1", words)
