"""Keys of the table `contacts`: who may be asked, who was, and why others were not.

| to find | partition key | sort key |
|---|---|---|
| a person: identifiers, wishes, languages | `PERSON#person_id` | `PERSON` (`person_key`) |
| every contact of a person, over all teams and channels | same | `LEDGER` (`ledger_key`) |
| the person whom an id, an e-mail address or a phone number names | `IDENTITY#hash` | `IDENTITY` (`identity_key`) |
| that whoever had one of them was erased, and when that was asked for | same | `ERASED` (`forgotten_key`) |
| the person whom a response names by its keyed hash | `CUSTOMER#hash` | `CUSTOMER` (`customer_key`) |
| a message of a team to a customer about a case, sent once | `CASE_REPLY#reply_id` | `CASE_REPLY` (`case_reply_key`) |
| the messages of teams to a person, by time | index `person`: `PERSON#person_id#REPLIES` (`replies_partition`) | `at#reply_id` (`person_reply_key`) |
| an interaction and what was decided, once | `INTERACTION#touchpoint#interaction_id` | `INTERACTION` (`interaction_key`) |
| a person's interactions, by time | index `person`: `PERSON#person_id` (`person_partition`) | `occurred_at#touchpoint#interaction_id` (`person_interaction_key`) |
| a touchpoint's interactions of a month, by time | index `month`: `touchpoint#2024-03` (`month_partition`) | `occurred_at#interaction_id` (`month_key`) |
| an invitation | `INVITATION#invitation_id` | `INVITATION` (`invitation_key`) |
| one message of an invitation: 1 the invitation, 2 the reminder | same | `STEP#1` (`step_key`) |
| what is due, oldest first | index `due`: `DUE#0` to `DUE#9` (`due_partition`) | `due_at#invitation_id` (`due_key`) |
| an invitation's link by the keyed hash of its code | `LINK#hash` | `LINK` (`link_key`) |
| what was counted of a touchpoint's interactions of a day | `FUNNEL#touchpoint` | `2024-03-01#MARKS#000` (`funnel_key`) |
| which of them belong to a segment, or met another touchpoint's contact | same | `2024-03-01#LABEL-hash#000` (`funnel_key`) |
| the days of a span | same | between `2024-03-01#` and `2024-03-28#~` (`funnel_between`) |
| the share that is asked on a day, by what is aimed at | `SAMPLING#touchpoint` | `2024-03-01#answers_per_week=50` (`sampling_key`) |
| an outcome, once | `OUTCOME#outcome_id` | `OUTCOME` (`outcome_key`) |
| a person's outcomes, by time | index `person`: `PERSON#person_id#OUTCOMES` (`outcomes_partition`) | `occurred_at#outcome_id` (`person_outcome_key`) |
| everybody's outcomes of a month, by time | index `month`: `ALL#OUTCOMES#2024-03` | `occurred_at#outcome_id` (`month_outcome_key`) |
| which invitations a text message may answer | `REPLY#hash` | `REPLY` (`reply_key`) |
| that nothing is sent to an address or a number | `SUPPRESSION#hash` | `SUPPRESSION` (`suppression_key`) |
| every address and number to which nothing is sent | index `month`: `suppressions` (`SUPPRESSIONS`) | hash (`suppression_key`) |
| that an alert's owner was called to reach out, in its first week, its second | `CALL#alert_id` | `0001` (`call_key`) |
| the erasure of a person: whose while it goes on, then what was erased | `ERASURE#erasure_id` | `ERASURE` (`erasure_key`) |
| how much of this table it has erased | same | `COUNTED` (`erased_key`) |

A day's marks and labels are spread over pieces, the last part of their keys. An interaction id is unique at its touchpoint, not in the world. The hashes of identities and of replies are keyed,
and the same for the same phone number. That somebody was erased stands beside
whose the identity is now, for a while, and does not say who it was.
"""

from __future__ import annotations

from datetime import date, datetime
from zlib import crc32

from shared.tables import key
from shared.times import key_time

Key = tuple[str, str]
PERSON_INDEX = "person"
MONTH_INDEX = "month"
DUE_INDEX = "due"
SUPPRESSIONS = "suppressions"
"""They stand in one partition: they are read all together, and few are written in a second."""
DUE_SHARDS = 10
"""Everything that is due stands in one of so many partitions, so that none of them is written to by all."""


def person_partition(person_id: str) -> str:
    return key("PERSON", person_id)


def person_key(person_id: str) -> Key:
    return person_partition(person_id), "PERSON"


def ledger_key(person_id: str) -> Key:
    return person_partition(person_id), "LEDGER"


def identity_key(identity_hash: str) -> Key:
    """identity_hash: keyed hash, for the purpose `identity`, of `id:…`, `email:…` or `phone:…`, normalised."""
    return key("IDENTITY", identity_hash), "IDENTITY"


def forgotten_key(identity_hash: str) -> Key:
    return key("IDENTITY", identity_hash), "ERASED"


def customer_key(customer: str) -> Key:
    """customer: keyed hash, for the purpose `customer`, as responses carry it."""
    return key("CUSTOMER", customer), "CUSTOMER"


def case_reply_key(reply_id: str) -> Key:
    return key("CASE_REPLY", reply_id), "CASE_REPLY"


def call_key(alert_id: str, number: int) -> Key:
    """number: of the week since the alert was raised, from 1."""
    return key("CALL", alert_id), f"{number:04}"


def replies_partition(person_id: str) -> str:
    return key("PERSON", person_id, "REPLIES")


def person_reply_key(person_id: str, at: datetime, reply_id: str) -> Key:
    return replies_partition(person_id), key(key_time(at), reply_id)


def interaction_key(touchpoint: str, interaction_id: str) -> Key:
    return key("INTERACTION", touchpoint, interaction_id), "INTERACTION"


def person_interaction_key(person_id: str, occurred_at: datetime, touchpoint: str, interaction_id: str) -> Key:
    return person_partition(person_id), key(key_time(occurred_at), touchpoint, interaction_id)


def month_partition(touchpoint: str, month: datetime) -> str:
    return key(touchpoint, f"{month:%Y-%m}")


def month_key(touchpoint: str, occurred_at: datetime, interaction_id: str) -> Key:
    return month_partition(touchpoint, occurred_at), key(key_time(occurred_at), interaction_id)


def invitation_key(invitation_id: str) -> Key:
    return key("INVITATION", invitation_id), "INVITATION"


def step_key(invitation_id: str, number: int) -> Key:
    return key("INVITATION", invitation_id), key("STEP", str(number))


def due_partition(shard: int) -> str:
    """shard: 0 to 9."""
    return key("DUE", str(shard))


def due_key(invitation_id: str, due_at: datetime) -> Key:
    """An invitation stays in its shard, whenever it is due."""
    return due_partition(crc32(invitation_id.encode()) % DUE_SHARDS), key(key_time(due_at), invitation_id)


def link_key(code_hash: str) -> Key:
    return key("LINK", code_hash), "LINK"


def reply_key(identity_hash: str) -> Key:
    return key("REPLY", identity_hash), "REPLY"


def suppression_key(identity_hash: str) -> Key:
    return key("SUPPRESSION", identity_hash), "SUPPRESSION"


def erasure_key(erasure_id: str) -> Key:
    return key("ERASURE", erasure_id), "ERASURE"


def erased_key(erasure_id: str) -> Key:
    return key("ERASURE", erasure_id), "COUNTED"


def funnel_key(touchpoint: str, day: date, part: str, piece: int) -> Key:
    """part: MARKS, or LABEL- and the label's hash; piece: 0 to 999."""
    return key("FUNNEL", touchpoint), key(day.isoformat(), part, f"{piece:03}")


def funnel_between(first: date, last: date) -> tuple[str, str]:
    """Sort keys that enclose the days from `first` to `last`, both included."""
    return key(first.isoformat(), ""), key(last.isoformat(), "~")


def sampling_key(touchpoint: str, day: date, target: str) -> Key:
    return key("SAMPLING", touchpoint), key(day.isoformat(), target)


def outcome_key(outcome_id: str) -> Key:
    return key("OUTCOME", outcome_id), "OUTCOME"


def outcomes_partition(person_id: str) -> str:
    return key("PERSON", person_id, "OUTCOMES")


def person_outcome_key(person_id: str, occurred_at: datetime, outcome_id: str) -> Key:
    return outcomes_partition(person_id), key(key_time(occurred_at), outcome_id)


def month_outcome_key(occurred_at: datetime, outcome_id: str) -> Key:
    """A touchpoint's month has two parts, so none is called like this."""
    return key("ALL", "OUTCOMES", f"{occurred_at:%Y-%m}"), key(key_time(occurred_at), outcome_id)
