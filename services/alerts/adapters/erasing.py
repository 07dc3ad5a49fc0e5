"""What the table `cases` has of a person, and what becomes of it when they are erased.

Their cases go. Messages to owners quoted their words: each copy of an alert that quoted them
is rewritten without, whatever the alert itself quotes by now.
"""

from __future__ import annotations

from collections.abc import Iterator

from shared.dynamo import Item, Table, Update
from shared.erasing import Baton, Progress, Scrub, gone
from shared.events import AlertEvent, canonical, told_in
from shared.quotes import without
from shared.tables import cases as keys


def found(table: Table, baton: Baton) -> Iterator[Scrub]:
    """The person's cases; and the copies of alerts that quoted them."""
    yield from cases(table, baton)
    yield from quoting(table, baton)


def cases(table: Table, baton: Baton) -> Iterator[Scrub]:
    """Each case with its story, and at last what leads to it."""
    for customer in baton.customers:
        for item in list(table.query_all(keys.customer_case_key(customer, "")[0], consistent=True)):
            for part in list(table.query_all(keys.case_key(item["case_id"])[0], consistent=True)):
                yield gone(table, part, "deeds" if part["kind"] == "deed" else "items_of_cases")
            yield gone(table, item, "cases")


def quoting(table: Table, baton: Baton) -> Iterator[Scrub]:
    """How the alerts stand where the person answered, the notes on them, and the messages made of the notes."""
    seen: set[str] = set()
    for alert_id in baton.alerts:
        partition = keys.standing_key(alert_id)[0]
        for item in list(table.query_all(partition, consistent=True)):
            if "event" in item:
                yield from without_quotes(table, item, "event", baton)
            message_id = item.get("message_id")
            if message_id and message_id not in seen:
                seen.add(message_id)
                delivery = table.get(*keys.delivery_key(message_id), consistent=True)
                if delivery:
                    yield from without_quotes(table, delivery, "news", baton)


def without_quotes(table: Table, item: Item, name: str, baton: Baton) -> Iterator[Scrub]:
    """The item without the person's words, if it has any. name: of the attribute that holds the alert, or several."""
    before = item[name]
    after = [rewritten(text, baton) for text in before] if isinstance(before, list) else rewritten(before, baton)
    if after != before:
        values = {":old": before, ":new": after}
        write = Update(table, item["pk"], item["sk"], f"SET #{name} = :new", values, f"#{name} = :old")
        yield Scrub(write, ("quotes_in_messages",))


def rewritten(text: str, baton: Baton) -> str:
    """The news' text without the person's words; as it is where it has none, as cases and calls to reach out have."""
    told = told_in(text)
    left = without(told, baton.is_theirs) if isinstance(told, AlertEvent) else told
    return text if left == told else canonical(left)


def told(baton: Baton, _: Progress) -> Baton:
    return baton
