"""Links and visits in the table `registry`; mail through SES."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from services.registry.signing_in.mail import letter
from services.registry.signing_in.usecases import SignInLink
from shared.catalogue import Person
from shared.dynamo import ConditionFailed, Item, Table
from shared.errors import Gone, Unavailable
from shared.tables import registry as keys
from shared.times import format_time, key_time, parse_time

KEPT_FOR = timedelta(hours=1)
"""After its end; DynamoDB then removes the item when it gets round to it."""


@dataclass(frozen=True)
class TableLinks:
    """Links by their hash; using one marks it, on condition that nobody did."""

    table: Table

    def add(self, code_hash: str, link: SignInLink) -> None:
        pk, sk = keys.sign_in_key(code_hash)
        item = {"pk": pk, "sk": sk, "kind": "sign_in", "person": link.person, "seal": link.seal, "next": link.next}
        item |= {"valid_until": format_time(link.expires_at)}
        self.table.put_new(item | {"expires_at": int((link.expires_at + KEPT_FOR).timestamp())})

    def get(self, code_hash: str) -> SignInLink | None:
        item = self.table.get(*keys.sign_in_key(code_hash), consistent=True)
        return link_in(item) if item and not item.get("used") else None

    def use(self, code_hash: str) -> SignInLink | None:
        unused = "attribute_exists(pk) AND attribute_not_exists(used)"
        try:
            item = self.table.update(*keys.sign_in_key(code_hash), "SET used = :yes", {":yes": True}, condition=unused)
        except ConditionFailed:
            return None
        return link_in(item)


def link_in(item: Item) -> SignInLink:
    return SignInLink(item["person"], item["seal"], item["next"], parse_time(item["valid_until"]))


@dataclass(frozen=True)
class TableVisits:
    """The last two visits stand in one item, so that one update tells of the one before, and heeds it."""

    table: Table

    def began(self, person: str, asked_at: datetime, now: datetime) -> datetime | None:
        try:
            item = self.table.update(
                *keys.visit_key(person),
                "SET #kind = :kind, #before = if_not_exists(#at, :none), #at = :now",
                {":kind": "visit", ":none": "", ":now": key_time(now), ":asked": key_time(asked_at)},
                condition="attribute_not_exists(#at) OR #at <= :asked",
                names={"#kind": "kind", "#before": "seen_before", "#at": "seen_at"},
            )
        except ConditionFailed:
            raise Gone() from None
        return parse_time(item["seen_before"]) if item["seen_before"] else None


@dataclass(frozen=True)
class SesMailer:
    """client: makes the client, at the first mail; sender: the address that mails come from."""

    client: Callable[[], Any]
    sender: str

    def send(self, person: Person, address: str) -> None:
        try:
            self.client().send_email(
                FromEmailAddress=self.sender,
                Destination={"ToAddresses": [person.email]},
                Content={"Raw": {"Data": letter(person, address, self.sender).as_bytes()}},
            )
        except (ClientError, BotoCoreError) as error:
            raise Unavailable(f"the mail could not be sent: {type(error).__name__}") from error
