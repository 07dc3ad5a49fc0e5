"""Keys of the table `responses`: what people answered, and the links they answered by.

| to find | partition key | sort key |
|---|---|---|
| one answer, and that it is there once | `RESPONSE#touchpoint#response_id` | `RESPONSE` (`response_key`) |
| a touchpoint's answers of a month, by time | index `month`: `touchpoint#2024-03` | `collected_at#response_id` (`month_key`) |
| a link by the keyed hash of its code | `LINK#hash` | `LINK` (`link_key`) |
| that a single link was opened with a score | `LINK#hash` | `OPENED` (`opening_key`) |
| how much came by a link, or from an address, in a window of time | `LIMIT#link-hash`, `LIMIT#address-hash` | when the window began (`limit_key`) |
| what a person wrote back to an invitation by text message | `CONVERSATION#invitation_id` | `CONVERSATION` (`conversation_key`) |
| a customer's answers, links, openings and conversations | index `customer`: `CUSTOMER#hash` (`customer_partition`) | `RESPONSE#…`, `LINK#…` (`customer_key`) |
| how much of this table a person's erasure has erased | `ERASURE#erasure_id` | `COUNTED` (`erased_key`) |
| a touchpoint's links | index `month`: `touchpoint#links` | `created_at#hash` (`links_partition`, `links_key`) |

A response id is unique at its touchpoint, not in the world: two systems may both count from 1.
"""

from __future__ import annotations

from datetime import datetime

from shared.tables import SEPARATOR, key
from shared.times import key_time

Key = tuple[str, str]
MONTH_INDEX = "month"
CUSTOMER_INDEX = "customer"


def response_key(touchpoint: str, response_id: str) -> Key:
    return key("RESPONSE", touchpoint, response_id), "RESPONSE"


def month_key(touchpoint: str, collected_at: datetime, response_id: str) -> Key:
    return (
        key(touchpoint, f"{collected_at:%Y-%m}"),
        key(key_time(collected_at), response_id),
    )


def link_key(code_hash: str) -> Key:
    return key("LINK", code_hash), "LINK"


def opening_key(code_hash: str) -> Key:
    return key("LINK", code_hash), "OPENED"


def customer_partition(customer: str) -> str:
    """customer: keyed hash, for the purpose `customer`, of what the customer is named by."""
    return key("CUSTOMER", customer)


def customer_key(customer: str, item: Key) -> Key:
    """Among what is the customer's, the item that has these keys."""
    return customer_partition(customer), SEPARATOR.join(item)


def erased_key(erasure_id: str) -> Key:
    return key("ERASURE", erasure_id), "COUNTED"


def links_partition(touchpoint: str) -> str:
    return key(touchpoint, "links")


def links_key(touchpoint: str, created_at: datetime, code_hash: str) -> Key:
    return links_partition(touchpoint), key(key_time(created_at), code_hash)


def limit_key(what: str, window: datetime) -> Key:
    """what: `link-` or `address-` and a keyed hash."""
    return key("LIMIT", what), key_time(window)


def conversation_key(invitation_id: str) -> Key:
    return key("CONVERSATION", invitation_id), "CONVERSATION"
