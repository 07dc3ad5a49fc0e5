"""How an alert is told: heard, noted for each subscription, gathered into messages, sent until it worked.

Everything is written before it is acted upon: the note before it is told, the delivery before it leaves. The
table's stream gives each its turn in the queue; a turn that is not due yet goes back. A try that fails has its
next turn after a longer wait, for a day; then the delivery is parked, where it is listed and can be replayed.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from services.alerts.domain import deliveries, notes, standings
from services.alerts.domain.deliveries import Delivery
from services.alerts.domain.notes import Note, Past, Plan, Reason
from services.alerts.domain.standings import Standing
from services.alerts.domain.subscribers import AT_ONCE, Subscriber, audience, listening, subscriber
from services.alerts.usecases.ports import Bundle, Deps, Escalate, Try, Turn
from shared.errors import NotFound
from shared.events import AlertEvent, News

LONGEST_HOP = timedelta(seconds=900)
"""How long a queue can hold a message back; longer waits are made of several."""


def hear(event: AlertEvent, deps: Deps) -> None:
    """Notes an alert's transition for everybody who is to be told; an older one than was heard is no news.

    It may have waited long, among dead letters too: what is quoted was written by people who may be erased by now.
    """
    known, now = deps.standings.get(event.alert_id), deps.now()
    if known is not None and event.revision < known.event.revision:
        return
    event = deps.quotes.still_in(event)
    each = listening(event, known.told if known else (), deps.catalogue)
    standing, told_now = standings.heard(known, event, each)
    deps.standings.save(standing)
    for one in told_now:
        write_note(event, one, notes.reason(one, event), deps)
    patience = standings.patience(each)
    if event.state == "raised" and patience is not None:
        put(Escalate(event.alert_id, 0, now + patience), deps)


def note_all(event: News, deps: Deps) -> None:
    """Notes news for everybody who hears at once; heard again, it changes nothing."""
    for one in audience(event, deps.catalogue):
        if one.step == AT_ONCE:
            write_note(event, one, notes.reason(one, event), deps)


def write_note(event: News, subscriber: Subscriber, because: Reason, deps: Deps) -> None:
    """Writes that a subscription is to be told of it, once."""
    deps.notes.add(notes.note(event, subscriber, because, deps.now(), deps.gathered_for))


def put(turn: Turn, deps: Deps) -> None:
    """Puts a turn into the queue until it is due, or as long as the queue can hold it."""
    deps.turns.put(turn, max(timedelta(), min(turn.due - deps.now(), LONGEST_HOP)))


def is_early(turn: Turn, deps: Deps) -> bool:
    """Whether the turn came before it is due; then it is put back."""
    early = turn.due > deps.now()
    if early:
        put(turn, deps)
    return early


def dispatch_note(note: Note, deps: Deps) -> None:
    """Gives a note that was written its turn."""
    event = note.event
    put(Bundle(event.alert_id, event.revision, event.state, note.subscription, note.due_at), deps)


def dispatch_delivery(delivery: Delivery, deps: Deps) -> None:
    """Gives a delivery that was written, or starts over, its first turn."""
    put(Try(delivery.message_id, deps.now(), delivery.attempts), deps)


def bundle(turn: Bundle, deps: Deps) -> None:
    """Makes messages of all notes of a subscription that are due. Raises Conflict where another one was faster."""
    if is_early(turn, deps):
        return
    now = deps.now()
    own = deps.notes.get(turn.alert_id, turn.revision, turn.state, turn.subscription)
    near = [*deps.notes.due(turn.subscription, now + deps.gathered_for), *([own] if own else [])]
    receiver = subscriber(turn.subscription, deps.catalogue)
    if receiver is None:
        carry_out(Plan(muted=tuple(one for one in near if one.state == "waiting")), None, deps)
        return
    once = {one.id: one for one in near}
    waiting = [one for one in once.values() if notes.is_ripe(one, receiver.subscription, now, deps.gathered_for)]
    if waiting:
        carry_out(notes.planned(waiting, receiver, past_of(turn.subscription, waiting, deps), now), receiver, deps)


def past_of(subscription: str, waiting: Sequence[Note], deps: Deps) -> Past:
    """What the subscription knows of what waits for it; of which alerts it heard, where one was taken back."""
    told = deps.notes.told(subscription, {one.event.touchpoint for one in waiting})
    taken_back = {one.event.alert_id for one in waiting if notes.is_taken_back(one)}
    heard = {
        one.event.alert_id for alert in taken_back for one in deps.notes.of_alert(alert) if told_by(one, subscription)
    }
    return Past(told, frozenset(heard), deps.mutes.of(subscription, deps.now()))


def told_by(note: Note, subscription: str) -> bool:
    return note.subscription == subscription and note.state == "told"


def carry_out(plan: Plan, receiver: Subscriber | None, deps: Deps) -> None:
    """Writes what was planned. What is not told is set aside first: after a crash it would be told as news.

    A note's next turn is put before its new time is saved, so that none is forgotten.
    """
    for note in plan.postponed:
        dispatch_note(note, deps)
        deps.notes.postpone(note)
    for note in plan.covered:
        deps.notes.set_aside(note, "covered")
    for note in plan.muted:
        deps.notes.set_aside(note, "muted")
    now = deps.now()
    for message in plan.messages:
        if receiver is not None:
            deps.notes.tell(message, deliveries.delivery(message, receiver, now), now)


def deliver(turn: Try, deps: Deps) -> None:
    """Tries a delivery whose turn has come; a turn of a try that was made already is passed over.

    The next turn is put before the outcome is saved: a crash between repeats this turn, never loses the next.
    Raises Conflict where the same turn was taken at the same moment; it then comes again, and is passed over.
    """
    if is_early(turn, deps):
        return
    now, delivery = deps.now(), deps.outbox.get(turn.message_id)
    if delivery is None or delivery.state != "pending" or turn.after < delivery.attempts:
        return
    alert_id = delivery.news[0].alert_id
    thread = deps.threads.get(alert_id, delivery.subscription)
    attempt = deps.senders[delivery.kind].send(delivery, thread)
    tried, wait = deliveries.after(delivery, attempt, now, deps.jitter())
    if attempt.thread is not None and thread is None:
        deps.threads.put(alert_id, delivery.subscription, attempt.thread)
    if wait is not None:
        put(Try(delivery.message_id, now + wait, tried.attempts), deps)
    deps.outbox.save(tried, delivery)


def replay(message_id: str, deps: Deps) -> Delivery:
    """Starts a parked delivery over; its first turn comes from the table's stream, as a new one's does.

    Raises NotFound where there is none, or it is not parked, and Conflict where somebody else was faster.
    """
    delivery = deps.outbox.get(message_id)
    if delivery is None or delivery.state != "parked":
        raise NotFound("there is no such parked delivery")
    fresh = deliveries.replayed(delivery, deps.now())
    deps.outbox.save(fresh, delivery)
    return fresh


def replay_all(deps: Deps) -> list[Delivery]:
    """Starts every parked delivery over."""
    return [replay(delivery.message_id, deps) for delivery in deps.outbox.listed("parked", None)]


def receipts(alert_id: str, deps: Deps) -> tuple[Standing, list[tuple[Note, Delivery | None]]]:
    """How the alert stands, and each note on it with the delivery by which it was told. Raises NotFound."""
    standing = deps.standings.get(alert_id)
    if standing is None:
        raise NotFound("there is no such alert")
    found = deps.notes.of_alert(alert_id)
    told = {name: deps.outbox.get(name) for name in {note.message_id for note in found if note.message_id}}
    return standing, [(note, told.get(note.message_id or "")) for note in found]
