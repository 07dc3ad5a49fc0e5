"""How the widget and its host's server are answered."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel

from services.invitations.usecases.asking import Asked, Minted


class CustomerToken(BaseModel):
    """A token for the widget's `data-token`. expires_at: from then on it is refused."""

    token: str
    expires_at: datetime


class AskReply(BaseModel):
    """Whether the customer may be asked now. code: of the link that takes the one answer; reason: why they may not."""

    ask: bool
    code: str | None = None
    reason: str | None = None


def customer_token(minted: Minted) -> CustomerToken:
    return CustomerToken(token=minted.token, expires_at=minted.expires_at)


def reply(asked: Asked) -> AskReply:
    return AskReply(ask=asked.code is not None, code=asked.code, reason=asked.reason)
