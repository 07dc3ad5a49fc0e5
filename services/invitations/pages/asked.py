"""The page of contact pressure: who was asked, who was not and why, and who crowds whom out."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from chalice.app import Response

from services.invitations.usecases.asked import DAYS, PAGE, Asked
from services.invitations.usecases.funnels import SMALLEST_GROUP, Funnel
from shared.catalogue import Pressure
from shared.metrics import wilson
from shared.pages.charts import Bars, bars
from shared.pages.shell import Frame, read_words, rendered
from shared.pages.spreadsheet import csv_file
from shared.sessions import Visitor

HERE = Path(__file__).parent / "pressure"
PATH = "/pressure"
STEPS = ("happened", "eligible", "sent", "opened", "answered")


def asked_page(found: Asked, rules: Pressure, visitor: Visitor, here: str) -> Response:
    """The company's caps, then a card for each touchpoint where people came. Of fewer than five nothing is shown."""
    said = words()[visitor.lang]
    frame = Frame(said["title"], visitor, visitor.lang, PATH, here, said)
    later = f"{PATH}?page={found.page + 1}" if found.page * PAGE < found.total else None
    return rendered(
        "pressure.html",
        frame,
        folder=HERE,
        has_pictures=True,
        funnels=[(one, steps_of(one, said), share_of(one)) for one in found.funnels if one.counts.happened],
        silent=[one.touchpoint for one in found.funnels if not one.counts.happened],
        names={one.touchpoint.id: one.touchpoint.named(visitor.lang) for one in found.funnels},
        smallest=SMALLEST_GROUP,
        rules=rules,
        days=DAYS,
        steps=STEPS,
        earlier=f"{PATH}?page={found.page - 1}" if found.page > 1 else None,
        later=later,
    )


def steps_of(found: Funnel, said: dict[str, str]) -> Bars:
    """The funnel as a picture."""
    return bars([(said[step], getattr(found.counts, step), False) for step in STEPS])


def share_of(found: Funnel) -> tuple[float, float, float] | None:
    """Of those who were asked the share that answered, with its interval (Wilson); None where nobody was."""
    sent, answered = found.counts.sent, found.counts.answered
    return (answered / sent, *wilson(answered, sent)) if sent else None


def asked_csv(found: Asked) -> Response:
    """A row a touchpoint; none of fewer than five people."""
    heads = ("touchpoint", "owner", *STEPS, "refused")
    rows = [
        (
            one.touchpoint.id,
            one.touchpoint.owner.id,
            *(getattr(one.counts, step) for step in STEPS),
            " ".join(f"{reason}={n}" for reason, n in one.counts.refused.items()),
        )
        for one in found.funnels
        if one.counts.happened >= SMALLEST_GROUP
    ]
    return csv_file("pressure", heads, rows)


@cache
def words() -> dict[str, dict[str, str]]:
    """By language and name."""
    return read_words(HERE / "words.json")
