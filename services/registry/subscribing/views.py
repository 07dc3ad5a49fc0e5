"""Subscriptions over HTTP: what is taken, and what is shown, which never holds a secret."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from services.registry.domain.difference import hidden_address
from services.registry.domain.mistakes import Mistake
from services.registry.domain.subscriptions import field_error
from services.registry.messages import Remark
from services.registry.subscribing.usecases import Kept, Listed, secrets_of
from shared.catalogue import Digest, QuietHours, Subscription, Way

WRITTEN = {"id", "kind", "target", "secret", "former_secret"}


class SubscriptionChange(BaseModel):
    """A subscription as a journey file has it. base_version: the version it was made from; 0 where it is new."""

    model_config = ConfigDict(extra="forbid")

    subscription: dict[str, Any] | str
    base_version: int = Field(ge=0, strict=True)


class SubscriptionView(BaseModel):
    """Somebody told of friction. made: in the journey file, or here. Whether it has secrets is shown, never which.

    target: of an https address of Slack's or Teams' only the host; sent back so, it stays.
    version, changed_at, changed_by: of what was made here; absent of what the file has.
    """

    owner: str
    id: str
    made: Literal["file", "here"]
    kind: Way
    target: str
    lang: str
    has_secret: bool
    has_former_secret: bool
    everywhere: bool
    touchpoints: list[str]
    journeys: list[str]
    pillars: list[str]
    kinds: list[str]
    severities: list[str]
    digest: Digest | None = None
    quiet_hours: QuietHours | None = None
    time_zone: str
    version: int | None = None
    changed_at: datetime | None = None
    changed_by: str | None = None


class SubscriptionList(BaseModel):
    """By id."""

    subscriptions: list[SubscriptionView]


class SubscriptionOutcome(BaseModel):
    """The subscription as it holds now. warnings: what may be meant, and may be a mistake."""

    subscription: SubscriptionView
    warnings: list[Remark]


class SubscriptionVersion(SubscriptionView):
    """A subscription as it was changed. removed: it was removed then."""

    removed: bool


class SubscriptionVersionList(BaseModel):
    """Oldest first."""

    versions: list[SubscriptionVersion]


def fields_of(owner: str, subscription: Subscription, kept: Kept | None) -> dict[str, Any]:
    shown = subscription.model_dump(exclude={"secret", "former_secret"}) | dict(secrets_of(subscription))
    shown |= {"owner": owner, "made": "here" if kept else "file"}
    shown["target"] = hidden_address(subscription.kind, subscription.target)
    if kept:
        shown |= {"version": kept.version, "changed_at": kept.changed_at, "changed_by": kept.changed_by}
    return shown


def subscription_list(owner: str, found: Iterable[Listed]) -> SubscriptionList:
    each = [SubscriptionView(**fields_of(owner, one.subscription, one.kept)) for one in found]
    return SubscriptionList(subscriptions=each)


def outcome(kept: Kept, warnings: Iterable[Mistake]) -> SubscriptionOutcome:
    remarks = [Remark(pointer=error.pointer, detail=error.detail) for error in map(field_error, warnings)]
    shown = SubscriptionView(**fields_of(kept.owner, kept.subscription, kept))
    return SubscriptionOutcome(subscription=shown, warnings=remarks)


def version_list(found: Iterable[Kept]) -> SubscriptionVersionList:
    each = [SubscriptionVersion(**fields_of(one.owner, one.subscription, one), removed=one.is_removed) for one in found]
    return SubscriptionVersionList(versions=each)
