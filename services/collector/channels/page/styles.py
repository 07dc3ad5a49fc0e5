"""The page's style, as far as it needs it, in its owner's colour; and its one script."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from services.collector.channels import layout
from shared.catalogue import Owner
from shared.colours import mixed, paint, text_on

TEMPLATES = Path(__file__).parent / "templates"
DAY, NIGHT = "#faf6f0", "#221d1a"
"""Of all that the page stands on, as its style sheet says, what a colour stands out from least."""
GLOW = 0.9
"""What is under the pointer: the ground with a tenth of the owner's colour, on which text reads as on the ground."""


@cache
def style(*sheets: str) -> str:
    """The page's style of only the sheets it needs, so that it stays small. sheets: their names, beside `base`."""
    return "".join((TEMPLATES / f"{sheet}.css").read_text(encoding="utf-8") for sheet in ("base", *sheets))


def style_of(owner: Owner | None) -> str:
    """What follows the page's style: the owner's colour in place of ours, where there is one."""
    return owners_style(owner.colour) if owner and owner.colour else ""


def script() -> str:
    """The page's script, without the lines that explain it."""
    return layout.source(TEMPLATES / "page.js")


@cache
def owners_style(colour: str) -> str:
    """The owner's colour in place of ours: as it is where text stands on it, and outlined so that it stands out."""
    day, night = (
        f":root{{--spark:{colour};--on:{text_on(colour)};--edge:{paint(colour, ground).colour};"
        f"--glow:{mixed(colour, ground, GLOW)}}}"
        for ground in (DAY, NIGHT)
    )
    return f"{day}@media(prefers-color-scheme:dark){{{night}}}"
