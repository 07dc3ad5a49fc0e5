"""The list of alerts, and one alert."""

from __future__ import annotations

from chalice.app import Response

from services.insights.pages.frame import address, alert_title, shown, words
from services.insights.usecases.friction import AlertView, FrictionList
from services.insights.views.filters import Listed
from shared.metrics import one_figure
from shared.pages import formats
from shared.pages.spreadsheet import csv_file
from shared.sessions import Visitor


def list_page(found: FrictionList, visitor: Visitor, asked: Listed, here: str) -> Response:
    """A row an alert, newest first."""
    said = words()[visitor.lang]
    later = address("/friction", state=asked.state, owner=asked.owner, before=found.next) if found.next else None
    csv = address("/friction", state=asked.state, owner=asked.owner, before=asked.before, **{"as": "csv"})
    values = {"alerts_shown": found.alerts, "asked": asked, "later": later, "csv": csv, "owners": found.owners}
    return shown("friction.html", said["friction_title"], visitor, "/friction", here, **values)


def alert_page(found: AlertView, visitor: Visitor, here: str) -> Response:
    title = alert_title(found.event, visitor.lang)
    odds = formats.number(one_figure(found.event.evidence.e_value), visitor.lang)
    return shown("alert.html", title, visitor, "/friction", here, view=found, event=found.event, odds=odds)


def list_csv(found: FrictionList, visitor: Visitor) -> Response:
    """The alerts as they are shown; without comments."""
    heads = ("alert", "kind", "state", "severity", "touchpoint", "owners", "began", "raised", "ended",
             "bad_before", "n_before", "bad_after", "n_after", "sentence")  # fmt: skip
    rows = [
        [
            one.alert_id,
            one.kind,
            one.state,
            one.severity,
            one.touchpoint,
            " ".join(one.owners),
            one.change_started_at.isoformat(),
            one.raised_at.isoformat(),
            one.resolved_at.isoformat() if one.resolved_at else None,
            one.before.bad,
            one.before.n,
            one.after.bad,
            one.after.n,
            one.sentence.get(visitor.lang, ""),
        ]
        for one in found.alerts
    ]
    return csv_file("friction", heads, rows)
