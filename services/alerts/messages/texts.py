"""A text message to an owner: one part, whatever was to be said."""

from __future__ import annotations

from services.alerts.messages.story import Story
from shared.gsm import count, plain


def text(said: Story) -> str:
    """What happened, and what several alerts share, if there is room, else the title; always whole, the address.

    A name in another script takes a part of 70 characters: then of it all only the address may be left.
    """
    link = said.pieces[0].manage
    whole = said.pieces[0].sentence if len(said.pieces) == 1 else f"{said.title}. {said.cause}".rstrip(". ")
    wordings = (f"{plain(one)} {link}" for one in (whole, said.title))
    return next((one for one in wordings if count(one).parts == 1), None) or shortened(plain(said.title), link)


def shortened(title: str, link: str) -> str:
    """The title's beginning and the address, in one part."""
    cut = (f"{title[:end].rstrip()}… {link}" for end in range(len(title) - 1, 0, -1))
    return next((one for one in map(plain, cut) if count(one).parts == 1), link)
