"""A figure as the API says it."""

from __future__ import annotations

from pydantic import BaseModel

from shared.metrics import Figure


class FigureView(BaseModel):
    """A figure with its 95 % interval; NPS from −100 to 100, shares in percent, CES in points of its scale."""

    name: str
    value: float
    low: float
    high: float


def figure_view(figure: Figure) -> FigureView:
    return FigureView(
        name=figure.name,
        value=round(figure.value, 4),
        low=round(figure.low, 4),
        high=round(figure.high, 4),
    )
