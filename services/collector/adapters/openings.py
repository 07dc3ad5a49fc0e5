"""Openings of single links, in the table `responses`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from services.collector.adapters.items import of_customer
from services.collector.domain.links import Link
from services.collector.domain.openings import Opening
from shared.dynamo import Item, Table
from shared.tables import responses as keys
from shared.times import key_time, parse_time


@dataclass(frozen=True)
class TableOpenings:
    """Openings of single links in the table `responses`, beside the link; one attribute a score, so it cannot grow."""

    table: Table

    def note(self, link: Link, at: datetime, *, score: int | None = None, marked: str | None = None) -> Opening:
        """One update that reads nothing, so that openings of the same moment all see each other."""
        put = {"kind": "opening", "v": 1, "link_id": link.link_id, "touchpoint": link.touchpoint}
        put |= {f"at_{score}": key_time(at)} if score is not None else {}
        put |= {"invitation_id": link.invitation_id} if link.invitation_id else {}
        put |= of_customer(link.customer, keys.opening_key(link.link_id))
        ends = self.table.ending(put).get("expires_at")
        put |= {"expires_at": ends} if ends else {}
        keep = {"first_opened_at": key_time(at)} | ({"marked": marked} if marked else {})
        parts = [f"#{name} = :{name}" for name in put]
        parts += [f"#{name} = if_not_exists(#{name}, :{name})" for name in keep]
        item = self.table.update(
            *keys.opening_key(link.link_id),
            "SET " + ", ".join(parts),
            {f":{name}": value for name, value in (put | keep).items()},
            names={f"#{name}": name for name in put | keep},
        )
        return opening_of(item)

    def get(self, link_id: str) -> Opening | None:
        item = self.table.get(*keys.opening_key(link_id), consistent=True)
        return opening_of(item) if item else None


def opening_of(item: Item) -> Opening:
    """The opening in an item. Raises KeyError or ValueError where it holds none."""
    return Opening(
        link_id=item["link_id"],
        touchpoint=item["touchpoint"],
        invitation_id=item.get("invitation_id"),
        first_opened_at=parse_time(item["first_opened_at"]),
        opened={int(name[3:]): parse_time(time) for name, time in item.items() if name.startswith("at_")},
        marked=item.get("marked"),
    )
