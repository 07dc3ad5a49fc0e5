"""What the table `responses` has of a person, and what becomes of it when they are erased.

An answer stays, as a score at a time and place that is nobody's any more: figures and their recomputation are the
same before and after, and the same answer sent again is still known. Everything that leads to the person, and every
word, goes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from shared.dynamo import Item, Table, Update
from shared.erasing import Baton, Progress, Scrub, gone
from shared.quotes import trace
from shared.tables import responses as keys
from shared.times import key_time

WORDS = ("comment", "follow_up_text")
PERSONAL = (*WORDS, "customer", "customer_pk", "customer_sk", "attributes", "evidence", "invited_at", "lang")
TOUCHPOINT, COMMENT = "touchpoint:", "comment:"
"""How what is noted of an answer begins."""
GONE = {"link": "links", "opening": "openings", "conversation": "conversations"}
"""What is removed, and its name in the receipt."""


def found(table: Table, baton: Baton, now: datetime) -> Iterator[Scrub]:
    """Everything that is the person's, by each of the keyed hashes under which answers came."""
    for customer in baton.customers:
        for item in table.query_all(keys.customer_partition(customer), index=keys.CUSTOMER_INDEX):
            if item["kind"] in GONE:
                yield gone(table, item, GONE[item["kind"]])
            else:
                yield without_person(table, item, baton, now)


def without_person(table: Table, item: Item, baton: Baton, now: datetime) -> Scrub:
    """The answer as it stays. What tells its words again is noted: alerts may have quoted them."""
    said = [item[name] for name in WORDS if item.get(name)]
    noted = {TOUCHPOINT + item["touchpoint"], *(COMMENT + trace(words, baton.erasure_id) for words in said)}
    expression = "SET #erased_at = :at REMOVE " + ", ".join(f"#{name}" for name in PERSONAL)
    condition = "attribute_exists(#customer_pk)"
    write = Update(table, item["pk"], item["sk"], expression, {":at": key_time(now)}, condition)
    return Scrub(write, ("answers_made_anonymous", *("comments" for _ in said)), frozenset(noted))


def told(baton: Baton, done: Progress) -> Baton:
    """Where the person answered, and what they wrote there, for those who may have quoted it."""
    return replace(baton, touchpoints=done.of(TOUCHPOINT), comments=done.of(COMMENT))
