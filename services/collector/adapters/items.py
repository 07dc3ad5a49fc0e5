"""What items of the table `responses` have in common."""

from __future__ import annotations

from shared.dynamo import Item
from shared.tables import responses as keys


def present(item: Item) -> Item:
    return {name: value for name, value in item.items() if value is not None}


def of_customer(customer: str | None, key: keys.Key) -> Item:
    """The place of an item among all that is of its customer; none where nobody is known."""
    if customer is None:
        return {}
    customer_pk, customer_sk = keys.customer_key(customer, key)
    return {"customer_pk": customer_pk, "customer_sk": customer_sk}
