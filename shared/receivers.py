"""Whom a message to a subscription reaches; what it lets its receiver do holds no longer than that."""

from __future__ import annotations

import json
from dataclasses import dataclass
from hashlib import sha256
from hmac import compare_digest

from shared.catalogue import Catalogue, Subscription, Way


@dataclass(frozen=True)
class Receiver:
    """subscription: its name among those of all owners, `owner/id`; kind, target: by which way, and where."""

    subscription: str
    kind: Way
    target: str

    @property
    def digest(self) -> str:
        """What is kept beside a pass, to tell whether the subscription still reaches the same: 64 hex digits."""
        return sha256(json.dumps([self.subscription, self.kind, self.target]).encode()).hexdigest()


def subscription_of(name: str, catalogue: Catalogue) -> Subscription | None:
    """The subscription of that name as the registry has it now; None where it is gone."""
    owner_id, _, subscription_id = name.partition("/")
    owner = catalogue.owner(owner_id)
    return next((one for one in owner.subscriptions if one.id == subscription_id), None) if owner else None


def is_reached(name: str, digest: str, catalogue: Catalogue) -> bool:
    """Whether the subscription is there, and still leads to the receiver that the digest is of."""
    one = subscription_of(name, catalogue)
    return one is not None and compare_digest(Receiver(name, one.kind, one.target).digest, digest)
