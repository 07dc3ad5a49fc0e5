"""What happened in the sample, brought step by step through the services' own doors while the stack runs already.

A step that is done is noted, and is not done again by the next start; one that was interrupted is done again, which
changes nothing that is there already.
"""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from infra.local import notes, wire
from infra.local.children import ROOT, python_module
from infra.local.environment import environment, inherited
from infra.local.sample.answers import DAYS, HABITS, INVITED_DAYS, MENDED_AT, MENDED_FOR, answers, stamp
from infra.local.sample.outcomes import outcomes
from infra.local.seed import NotSeeded, Site
from infra.local.stack import secret

BATCH = 100
ANSWERS_EXPECTED = sum(one.per_day * (DAYS + 1 - INVITED_DAYS * one.is_invited) for one in HABITS)
SECONDS_TO_APPEAR = 300
"""For what follows from answers: alerts and cases."""
Advance = Callable[[str, int, int], None]
"""(step, done just now, of all): how far it is."""


@dataclass(frozen=True)
class Stage:
    """The running stack. folder: where it keeps its state; now: the moment up to which everything has happened."""

    site: Site
    endpoint: str
    folder: Path
    now: datetime

    @property
    def engine(self) -> wire.Wire:
        """A connection that is new: between two steps one would be idle for too long."""
        return wire.Wire(self.endpoint)


def bring(stage: Stage, advance: Advance) -> None:
    """Everything that is not there yet. Raises NotSeeded where a service refuses it."""
    done = notes.sample_steps(stage.engine)
    for name, (title, step) in STEPS.items():
        if name not in done:
            step(stage, partial(advance, title))
            notes.set_sample_step(stage.engine, name)


Step = Callable[[Stage, Callable[[int, int], None]], None]


def bring_answers(stage: Stage, advance: Callable[[int, int], None]) -> None:
    """Oldest first. Those that are there already stay as they are."""
    for batch in batches(answers(stage.now)):
        stage.site.done("POST", "/v1/responses", {"responses": batch})
        advance(len(batch), ANSWERS_EXPECTED)


def bring_outcomes(stage: Stage, advance: Callable[[int, int], None]) -> None:
    """And asks at once for what friction costs, which else is worked out every six hours."""
    several = list(outcomes(stage.now))
    for batch in batches(several):
        stage.site.done("POST", "/v1/outcomes", {"outcomes": batch})
        advance(len(batch), len(several))
    stage.site.done("POST", "/v1/studies", {"day": stage.now.date().isoformat()})


def bring_visits(stage: Stage, advance: Callable[[int, int], None]) -> None:
    """By a process of its own, whose clock stands in the past."""
    advance(0, 1)
    about = environment(stage.endpoint, stage.site.url, secret(stage.folder))
    settings = inherited(os.environ) | about
    command = python_module(None, "infra.local.sample.past", stamp(stage.now))
    made = subprocess.run(
        command, env=settings, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, start_new_session=True
    )
    if made.returncode:
        raise NotSeeded(made.stderr.decode(errors="replace")[-500:])
    advance(1, 1)


def bring_cases(stage: Stage, advance: Callable[[int, int], None]) -> None:
    """One customer whom we know and who wishes to be called back; and what was done about others' cases."""
    bring_camille(stage)
    opened = appeared(lambda: cases(stage, "service-client"), at_least=1)
    for case, deeds in zip(opened, DEEDS, strict=False):
        for path, body in deeds:
            stage.site.done("POST", f"/v1/cases/{case['case_id']}/{path}", body)
    advance(1, 1)


DEEDS: tuple[tuple[tuple[str, dict[str, str]], ...], ...] = (
    (
        ("contacted", {"text": "Rappelé ce matin : le remboursement partait sur une ancienne carte."}),
        ("closed", {"cause": "remboursement", "text": "Remboursé sur la bonne carte, confirmé par la banque."}),
    ),
    (("notes", {"text": "Le transporteur cherche le colis ; réponse promise pour demain."}),),
)
"""Of the first cases of the help desk."""


def bring_camille(stage: Stage) -> None:
    customer = {"id": "camille", "email": "camille@example.com", "phone": "+33600000001"}
    at = stamp(stage.now - timedelta(hours=2))
    happened = {"interaction_id": "sample-camille", "touchpoint": "livraison", "occurred_at": at, "customer": customer}
    stage.site.done("POST", "/v1/interactions", happened | {"locale": "fr"})
    said = {"response_id": "sample-camille", "touchpoint": "livraison", "score": 1, "customer_id": customer["id"]}
    comment = "Le carton était ouvert et le livreur a été blessé par un éclat de verre."
    said |= {"comment": comment, "call_back": True, "lang": "fr", "channel": "email"}
    stage.site.done("POST", "/v1/responses", said)


def cases(stage: Stage, touchpoint: str) -> list[dict[str, Any]]:
    """Those that are open, the first that is due first."""
    return list(stage.site.done("GET", f"/v1/cases?touchpoint={touchpoint}&state=open")["cases"])


def bring_remedy(stage: Stage, advance: Callable[[int, int], None]) -> None:
    """What was done about the friction that is over by now; whether it worked can be checked."""
    advance(0, 1)
    alert = appeared(lambda: ended(stage, MENDED_AT), at_least=1)[0]
    on = (stage.now - timedelta(days=MENDED_FOR)).date().isoformat()
    stage.site.done("POST", f"/v1/alerts/{alert['alert_id']}/remedies", {"on": on, "text": MENDED, "show": False})
    advance(1, 1)


def bring_week(stage: Stage, advance: Callable[[int, int], None]) -> None:
    """As on Monday morning, once what it tells of is known."""
    advance(0, 1)
    for owner in WEEK_OF:
        appeared(lambda owner=owner: standing(stage, owner), at_least=1)  # type: ignore[misc]
        stage.site.done("POST", f"/v1/owners/{owner}/week")
    advance(1, 1)


WEEK_OF = ("livraison", "magasins")


def standing(stage: Stage, owner: str) -> list[dict[str, Any]]:
    return [one for one in stage.site.done("GET", f"/v1/alerts?owner={owner}")["alerts"] if one["state"] == "raised"]


MENDED = {
    "fr": "Nouveau prestataire pour le code de la banque : il arrive par l'application, plus par SMS.",
    "en": "Another provider for the bank's code: it comes by the app, no longer by text message.",
}


def ended(stage: Stage, touchpoint: str) -> list[dict[str, Any]]:
    """Those that whoever tells of alerts has heard of, too."""
    found = stage.site.done("GET", f"/v1/alerts?touchpoint={touchpoint}")["alerts"]
    over = [one for one in found if one["kind"] == "drop" and one["state"] == "resolved"]
    return [one for one in over if stage.site.ask("GET", f"/v1/alerts/{one['alert_id']}/notes").is_success]


def appeared(look: Callable[[], list[dict[str, Any]]], at_least: int) -> list[dict[str, Any]]:
    """What follows from what was brought, once it is there. Raises NotSeeded where it does not come."""
    until = time.monotonic() + SECONDS_TO_APPEAR
    while len(found := look()) < at_least:
        if time.monotonic() > until:
            raise NotSeeded("what follows from the sample's answers did not appear")
        time.sleep(0.5)
    return found


def batches(source: Iterable[Any]) -> Iterator[list[Any]]:
    rest = iter(source)
    while batch := list(islice(rest, BATCH)):
        yield batch


STEPS: dict[str, tuple[str, Step]] = {
    "ANSWERS": ("eighteen weeks of answers", bring_answers),
    "VISITS": ("three weeks of invitations", bring_visits),
    "CASES": ("cases", bring_cases),
    "OUTCOMES": ("who bought, who left", bring_outcomes),
    "REMEDY": ("what was done", bring_remedy),
    "WEEK": ("a weekly report", bring_week),
}
"""In this order: what one sees first comes first."""
