"""Keys of the table `cases`: what is to be told to whom, and what became of it; and people's cases.

| to find | partition key | sort key |
|---|---|---|
| how an alert stands: open, acknowledged, over | `ALERT#alert_id` | `STANDING` (`standing_key`) |
| everything told of one alert | same | `NOTE#…` (`notes_prefix`) |
| one piece of news for one subscription | same | `NOTE#0001#raised#owner/subscription` (`note_key`) |
| the first message on an alert, to reply to | same | `THREAD#owner/subscription` (`thread_key`) |
| what waits for a subscription, by when it is due | index `state`: `WAITING#owner/subscription` | `due_at#alert_id…` (`waiting_key`) |
| what was done about an alert | same | `REMEDY#remedy_id` (`remedy_key`, `remedies_prefix`) |
| what was done at a touchpoint, by its day | index `state`: `REMEDIES#touchpoint` (`touchpoint_remedies_partition`) | `2024-03-05#remedy_id` (`touchpoint_remedy_key`) |
| one message | `DELIVERY#message_id` | `DELIVERY` (`delivery_key`) |
| what is parked, oldest first | index `state`: `PARKED` (`state_partition`) | `created_at#message_id` (`state_key`) |
| what was delivered lately | index `state`: `DELIVERED#2024-03-01` | `created_at#…` (`state_key`) |
| who acts on which alert by a code | `PASS#hash` | `PASS` (`pass_key`) |
| how much of this table a person's erasure has erased | `ERASURE#erasure_id` | `COUNTED` (`erased_key`) |
| what a subscription does not want to hear of | `SUBSCRIPTION#owner/subscription` | `MUTE#…` (`mute_key`) |
| when it was last told of a touchpoint | same | `TOLD#touchpoint` (`told_key`) |
| how many tests a team had sent, in a window of time | `LIMIT#tests-owner` | when the window began (`limit_key`) |
| a case as it stands | `CASE#case_id` | `CASE` (`case_key`) |
| who did what about it, when: notes, looks and replies too | same | `DEED#000007` (`deed_key`) |
| a team's cases that are not closed, by when they are due | index `state`: `CASES#owner#OPEN` (`cases_partition`) | `due_at#case_id` (`case_place`) |
| a team's closed cases, by when they were closed | index `state`: `CASES#owner#CLOSED` | `closed_at#case_id` |
| the same of all teams: a copy of the case | `CASE#case_id` | `AMONG_ALL` (`among_all_key`), in the index under `CASES#*#…` |
| the cases of a customer | `CUSTOMER#hash` | `CASE#case_id` (`customer_case_key`) |
"""

from __future__ import annotations

from datetime import date, datetime

from shared.tables import key
from shared.times import key_time

Key = tuple[str, str]
STATE_INDEX = "state"
EVERYBODY = "*"


def standing_key(alert_id: str) -> Key:
    return key("ALERT", alert_id), "STANDING"


def note_key(alert_id: str, revision: int, state: str, subscription: str) -> Key:
    """state: raised, acknowledged, resolved or withdrawn."""
    return key("ALERT", alert_id), key("NOTE", f"{revision:04}", state, subscription)


def notes_prefix(alert_id: str) -> Key:
    return key("ALERT", alert_id), key("NOTE", "")


def remedy_key(alert_id: str, remedy_id: str) -> Key:
    return key("ALERT", alert_id), key("REMEDY", remedy_id)


def remedies_prefix(alert_id: str) -> Key:
    return remedy_key(alert_id, "")


def touchpoint_remedy_key(touchpoint: str, on: date, remedy_id: str) -> Key:
    return touchpoint_remedies_partition(touchpoint), key(on.isoformat(), remedy_id)


def touchpoint_remedies_partition(touchpoint: str) -> str:
    return key("REMEDIES", touchpoint)


def thread_key(alert_id: str, subscription: str) -> Key:
    return key("ALERT", alert_id), key("THREAD", subscription)


def waiting_key(subscription: str, due_at: datetime, alert_id: str, revision: int) -> Key:
    return waiting_partition(subscription), key(key_time(due_at), alert_id, f"{revision:04}")


def waiting_partition(subscription: str) -> str:
    return key("WAITING", subscription)


def delivery_key(message_id: str) -> Key:
    return key("DELIVERY", message_id), "DELIVERY"


def state_key(state: str, created_at: datetime, message_id: str) -> Key:
    """state: PENDING, DELIVERED or PARKED."""
    return state_partition(state, created_at.date()), key(key_time(created_at), message_id)


def state_partition(state: str, day: date) -> str:
    """The day keeps each partition short; what is parked is little, and looked for whenever it was written."""
    return state if state == "PARKED" else key(state, day.isoformat())


def pass_key(code_hash: str) -> Key:
    return key("PASS", code_hash), "PASS"


def erased_key(erasure_id: str) -> Key:
    return key("ERASURE", erasure_id), "COUNTED"


def mute_key(subscription: str, scope: str) -> Key:
    """scope: an alert's id, a touchpoint's, or `*`."""
    return key("SUBSCRIPTION", subscription), key("MUTE", scope)


def told_key(subscription: str, touchpoint: str) -> Key:
    return key("SUBSCRIPTION", subscription), key("TOLD", touchpoint)


def limit_key(what: str, window: datetime) -> Key:
    """window: when it began."""
    return key("LIMIT", what), key_time(window)


def case_key(case_id: str) -> Key:
    return key("CASE", case_id), "CASE"


def among_all_key(case_id: str) -> Key:
    return key("CASE", case_id), "AMONG_ALL"


def deed_key(case_id: str, number: int) -> Key:
    """number: from 1, in their order."""
    return key("CASE", case_id), key("DEED", f"{number:06}")


def deeds_prefix(case_id: str) -> Key:
    return key("CASE", case_id), key("DEED", "")


def cases_partition(owner: str, *, is_closed: bool) -> str:
    """owner: a team's id, or EVERYBODY."""
    return key("CASES", owner, "CLOSED" if is_closed else "OPEN")


def case_place(at: datetime, case_id: str) -> str:
    """at: when it is due, or when it was closed."""
    return key(key_time(at), case_id)


def customer_case_key(customer: str, case_id: str) -> Key:
    """customer: the keyed hash that stands in the response."""
    return key("CUSTOMER", customer), key("CASE", case_id)
