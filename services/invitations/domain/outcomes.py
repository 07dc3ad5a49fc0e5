"""What customers did in the end: they left, stayed, or bought. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

OutcomeKind = Literal["churned", "kept", "bought"]


@dataclass(frozen=True)
class Outcome:
    """One outcome of one customer. Times are aware UTC.

    customer: the keyed hash by which responses say whose they are.
    amount: of money, in `currency` (ISO 4217): what was bought for, or what a customer who left or stayed is worth.
    """

    outcome_id: str
    person_id: str
    kind: OutcomeKind
    occurred_at: datetime
    received_at: datetime
    amount: float | None = None
    currency: str | None = None
    customer: str | None = None
