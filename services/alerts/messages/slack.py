"""A Slack post, in Block Kit (docs.slack.dev/block-kit)."""

from __future__ import annotations

from typing import Any

from services.alerts.messages.story import Piece, Story

MOST_BLOCKS = 50
"""Slack takes no more in a post; an alert needs at most five, and a message holds at most twenty alerts."""
LONGEST_SECTION = 3000
LONGEST_HEADER = 150
BRIEF_FROM = 9
"""Alerts in one post from which on each is told in one block."""
ACKNOWLEDGE = "acknowledge"
Block = dict[str, Any]


def post(said: Story, manage_token: dict[str, str]) -> dict[str, Any]:
    """The post's `text`, for notifications, and its `blocks`. manage_token: by alert, what its button carries."""
    blocks: list[Block] = [{"type": "header", "text": plain(said.title[:LONGEST_HEADER])}]
    if said.cause:
        blocks.append(section(escaped(said.cause)))
    for piece in said.pieces:
        is_brief = len(said.pieces) >= BRIEF_FROM
        blocks += [brief(piece)] if is_brief else full(piece, said, manage_token.get(piece.event.alert_id, ""))
    blocks.append({"type": "context", "elements": [marked(escaped(said.why))]})
    return {"text": escaped(said.title), "blocks": blocks[:MOST_BLOCKS]}


def brief(piece: Piece) -> Block:
    return section(f"*{escaped(piece.title)}*\n{escaped(piece.sentence)}\n<{piece.manage}|→>")


def full(piece: Piece, said: Story, token: str) -> list[Block]:
    """An alert with its figures, causes, comments and buttons."""
    facts = "\n".join(f"*{escaped(name)}* {escaped(value)}" for name, value in piece.facts)
    listed = "".join(f"\n• {escaped(cause)}" for cause in piece.causes)
    causes = f"\n*{escaped(said.frame.causes)}*{listed}" if piece.causes else ""
    title = f"*{escaped(piece.title)}*\n" if len(said.pieces) > 1 else ""
    blocks = [section(f"{title}{escaped(piece.sentence)}"), section(facts + causes)]
    if piece.comments:
        quoted = "\n".join(f"> {escaped(comment)}" for comment in piece.comments)
        blocks.append(section(f"*{escaped(said.frame.comments)}*\n{quoted}"))
    return [*blocks, {"type": "actions", "elements": buttons(piece, said, token)}]


def buttons(piece: Piece, said: Story, token: str) -> list[Block]:
    """Taking it on is told to us by Slack, signed; muting is on the page. Whatever is no alert has a page."""
    if piece.page:
        page = plain(piece.page)
        return [{"type": "button", "action_id": "case", "style": "primary", "text": page, "url": piece.manage}]
    take_on = {
        "type": "button",
        "action_id": ACKNOWLEDGE,
        "style": "primary",
        "text": plain(said.frame.acknowledge),
        "value": token,
    }
    mute = {"type": "button", "action_id": "manage", "text": plain(said.frame.mute), "url": piece.manage}
    return [take_on, mute] if piece.is_open else [mute]


def section(text: str) -> Block:
    return {"type": "section", "text": marked(text[:LONGEST_SECTION])}


def marked(text: str) -> dict[str, Any]:
    """A text with Slack's own marks; what merely looks like an address, a channel or a name stays words."""
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text, "emoji": False}


def escaped(text: str) -> str:
    """As Slack wants it: nobody's comment makes a link, or calls a whole channel."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
