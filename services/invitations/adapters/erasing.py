"""What the table `contacts` has of a person, what becomes of it when they are erased, and the baton's way round.

What was counted of their interactions is nobody's, and stays. A wish not to be asked outlives the person as a keyed
hash on the suppression list: it names nobody, and whoever brings the address again does not get round it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from services.invitations.adapters.erasures import TableErasures
from services.invitations.adapters.people import person_in
from services.invitations.adapters.suppressions import place
from services.invitations.domain.links import code_of
from services.invitations.domain.people import ADDRESS_KINDS, Person
from services.invitations.domain.sending import REMINDER
from services.invitations.usecases.erasing import Erasure, finished
from shared.codes import keyed_hash
from shared.dynamo import Delete, Put, Table, Update
from shared.erasing import ROUNDS, Baton, Eraser, Progress, Queues, Scrub, gone
from shared.errors import Conflict
from shared.tables import contacts as keys
from shared.times import key_time

INVITATION = "invitation:"
REMEMBERED_FOR = timedelta(days=30)
"""That somebody was erased: longer than a message can wait in any queue, dead letters included."""
CHANNELS = {kind: channel for channel, kind in ADDRESS_KINDS.items()}


@dataclass(frozen=True)
class ContactsEraser:
    """The first and the last on the baton's way. settles_for: between its two turns, so that all calls have ended."""

    table: Table
    secret: bytes
    erasures: TableErasures
    queues: Queues
    now: Callable[[], datetime]
    settles_for: timedelta

    def begin(self, erasure: Erasure) -> None:
        """Sends the baton on its way; sent twice, it finds less to do."""
        self.queues.put("contacts", Baton(erasure.erasure_id, 1))

    def take(self, baton: Baton) -> None:
        """One message of its queue. Raises Unavailable, Conflict."""
        erasure = self.erasures.get(baton.erasure_id)
        if erasure is None or erasure.state == "done":
            return
        if not baton.is_back:
            self._erase(baton, erasure)
        elif baton.turn < ROUNDS:
            self.queues.put("contacts", Baton(baton.erasure_id, baton.turn + 1), self.settles_for)
        else:
            self.erasures.save(finished(erasure, baton.erased, self.now()))

    def _erase(self, baton: Baton, erasure: Erasure) -> None:
        whose = self.erasures.resolved(erasure) if baton.turn == 1 or erasure.people else erasure
        told = replace(baton, people=tuple(sorted(whose.people)), customers=tuple(sorted(whose.customers)))
        finder = Finder(self.table, self.secret, self.now)
        eraser = Eraser(
            name="contacts",
            table=self.table,
            place=keys.erased_key,
            found=lambda _, done: finder.found(whose, done),
            told=lambda *_: told,
            queues=self.queues,
            now=self.now,
        )
        eraser.take(baton)


@dataclass(frozen=True)
class Finder:
    """What is there of a person, each item as the write that erases it."""

    table: Table
    secret: bytes
    now: Callable[[], datetime]

    def found(self, whose: Erasure, done: Progress) -> Iterator[Scrub]:
        """Everything that is the person's; what leads to other items goes after them."""
        for invitation in done.of(INVITATION):
            yield from self._links(*invitation.split("/"))
        for person_id in sorted(whose.people):
            yield from self._happened(person_id)
            yield from self._who(person_id, whose)
        for identity in sorted(whose.identities):
            yield from self._by_identity(identity, whose)
        for customer in sorted(whose.customers):
            item = self.table.get(*keys.customer_key(customer), consistent=True)
            if item:
                yield gone(self.table, item, "customers")

    def _happened(self, person_id: str) -> Iterator[Scrub]:
        """Interactions, outcomes, messages about their cases, and what was asked."""
        for partition in (
            keys.person_partition(person_id),
            keys.outcomes_partition(person_id),
            keys.replies_partition(person_id),
        ):
            for item in self.table.query_all(partition, index=keys.PERSON_INDEX):
                if "invitation_id" in item:
                    yield from self._invitation(item["invitation_id"])
                yield gone(self.table, item, "case_replies" if item["kind"] == "case_reply" else f"{item['kind']}s")
        ledger = self.table.get(*keys.ledger_key(person_id), consistent=True)
        if ledger:
            for invitation_id in sorted({one["invitation_id"] for one in ledger.get("contacts", ())}):
                yield from self._invitation(invitation_id)
            yield gone(self.table, ledger, "ledgers")

    def _invitation(self, invitation_id: str) -> Iterator[Scrub]:
        """The invitation with its messages; noted, since a link of it may be on its way."""
        items = list(self.table.query_all(keys.invitation_key(invitation_id)[0], consistent=True))
        for item in items:
            noted = f"{INVITATION}{invitation_id}/{item['channel']}" if item["kind"] == "invitation" else ""
            yield gone(self.table, item, f"{item['kind']}s", *([noted] if noted else ()))
            if noted:
                yield from self._links(invitation_id, item["channel"])

    def _links(self, invitation_id: str, channel: str) -> Iterator[Scrub]:
        for number in (1, REMINDER):
            code = code_of(self.secret, invitation_id, channel, number)
            link = self.table.get(*keys.link_key(keyed_hash(self.secret, "link", code)), consistent=True)
            if link:
                yield gone(self.table, link, "links")

    def _who(self, person_id: str, whose: Erasure) -> Iterator[Scrub]:
        """The person; before them their wishes. Raises Conflict where they were just merged with somebody else."""
        item = self.table.get(*keys.person_key(person_id), consistent=True)
        if item is None:
            return
        person = person_in(item)
        if person.merged_into and person.merged_into not in whose.people:
            raise Conflict("this person is being merged")
        yield from self._wishes(person)
        unchanged = {":version": person.version}
        delete = Delete(self.table, item["pk"], item["sk"], "version = :version", unchanged)
        yield Scrub(delete, ("people",), as_read=True)

    def _wishes(self, person: Person) -> Iterator[Scrub]:
        for one in person.identifiers:
            channel = CHANNELS.get(one.kind)
            if channel and person.refuses(channel):
                identity = keyed_hash(self.secret, "identity", one.text)
                kept = {"kind": "suppression", "v": 1, "because": "opted_out", "at": key_time(self.now())}
                yield Scrub(Put(self.table, place(identity) | kept, new=True), ("wishes_kept_as_hashes",))

    def _by_identity(self, identity: str, whose: Erasure) -> Iterator[Scrub]:
        """What stands under a name: to whom it belongs, what a text from there answers, that nothing is sent there."""
        yield from self._forgotten(identity, whose)
        link = self.table.get(*keys.identity_key(identity), consistent=True)
        if link and link["person_id"] in whose.people:
            mine, values = "person_id = :person", {":person": link["person_id"]}
            yield Scrub(Delete(self.table, link["pk"], link["sk"], mine, values), ("identifiers",))
        yield from self._questions(identity, whose)
        suppression = self.table.get(*keys.suppression_key(identity), consistent=True)
        if suppression and "identifier" in suppression:
            named = "attribute_exists(#identifier)"
            pk, sk = suppression["pk"], suppression["sk"]
            yield Scrub(Update(self.table, pk, sk, "REMOVE #identifier", {}, named), ("wishes_kept_as_hashes",))

    def _questions(self, identity: str, whose: Erasure) -> Iterator[Scrub]:
        """The questions that texts from there answer; those of whoever had the number since stay."""
        item = self.table.get(*keys.reply_key(identity), consistent=True)
        if item is None:
            return
        earlier = item.get("earlier", [])
        left = [one for one in earlier if one.get("customer") not in whose.customers]
        if item.get("customer") in whose.customers:
            yield gone(self.table, item, "replies")
        elif len(left) < len(earlier):
            values = {":left": left, ":read": item["version"], ":next": item["version"] + 1}
            expression = "SET earlier = :left, version = :next"
            write = Update(self.table, item["pk"], item["sk"], expression, values, "version = :read")
            yield Scrub(write, ("replies",), as_read=True)

    def _forgotten(self, identity: str, whose: Erasure) -> Iterator[Scrub]:
        """What stays of a name for a while: that whoever had it was erased, and when that was asked for last."""
        pk, sk = keys.forgotten_key(identity)
        there = self.table.get(pk, sk, consistent=True)
        if there and there["erased_at"] >= key_time(whose.asked_at):
            return
        at, ends = key_time(whose.asked_at), int((whose.asked_at + REMEMBERED_FOR).timestamp())
        item = {"pk": pk, "sk": sk, "kind": "forgotten", "erased_at": at, "expires_at": ends}
        earlier = "attribute_not_exists(pk) OR erased_at < :at"
        yield Scrub(Put(self.table, item, condition=earlier, values={":at": at}), ())
