"""What the table of responses tells of people who were invited."""

from __future__ import annotations

from services.invitations.usecases.counting import Reaction
from shared.dynamo import Item
from shared.streams import Change, readable
from shared.times import parse_time

ANSWERS = "invitation:"
"""How the ids of responses begin that were given by an invitation's link."""


def reactions_in(changed: list[Change]) -> tuple[list[Reaction], list[str]]:
    """What people did, and the sequence numbers of what cannot be read."""
    answers, unread = readable(changed, "response", answer_in)
    openings, unread_too = readable(changed, "opening", opening_in)
    return [one for one in (*openings, *answers) if one is not None], [*unread, *unread_too]


def answer_in(item: Item) -> Reaction | None:
    """None where no invitation of ours was answered, or not by a person, as far as we can tell."""
    if not item["response_id"].startswith(ANSWERS) or not item["counted"]:
        return None
    return Reaction(item["response_id"].removeprefix(ANSWERS), "answered", parse_time(item["collected_at"]))


def opening_in(item: Item) -> Reaction | None:
    """None where it is no invitation's, or a machine's: mail gateways open every link."""
    if "invitation_id" not in item or "marked" in item:
        return None
    return Reaction(item["invitation_id"], "opened", parse_time(item["first_opened_at"]))
