"""The causes of an alert, as the API says them."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel

from services.insights.usecases.causes import FreshCauses
from shared.events import Causes


class CausesView(BaseModel):
    """What is seen more often since the change, and comments that show it. Compared are the two spans of time."""

    alert_id: str
    before_from: datetime
    before_to: datetime
    after_from: datetime
    after_to: datetime
    causes: Causes
    sample_comments: list[str]


def causes_view(fresh: FreshCauses) -> CausesView:
    return CausesView(
        alert_id=fresh.event.alert_id,
        **vars(fresh.spans),
        causes=fresh.found.causes,
        sample_comments=fresh.found.sample_comments,
    )
