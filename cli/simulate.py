"""`etincelle simulate`: other settings on a touchpoint's own answers; or a planted world, and what is found of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict
from typing import Annotated, Any, TypeVar

import typer

from cli.client import Client, connect, path_to
from cli.options import Json
from cli.printing import Failed, err, out, print_json, print_table
from cli.reports import Lang, show_alert
from cli.waiting import counted, wait_for
from cli.world import DELIVERY, END, Finding, document, judged
from cli.world import world as planted

MOST_IN_A_BATCH = 500
PATIENCE_S = 120.0
REST_S = 15.0
"""Longer than it takes from one look at a touchpoint's answers to the alerts that are decided from it."""
Found = TypeVar("Found")


def register(app: typer.Typer) -> None:
    app.command()(simulate)


def simulate(
    touchpoint: Annotated[str | None, typer.Option(help="The touchpoint's id.", show_default=False)] = None,
    days: Annotated[int, typer.Option(help="How many days back to look.")] = 90,
    audience: Annotated[str, typer.Option(help="customer or staff.")] = "customer",
    setting: Annotated[
        list[str] | None,
        typer.Option("--set", help="A setting to try: false_alarms_per_year=0.2, typical=6,4,10,25,55."),
    ] = None,
    world: Annotated[
        int | None,
        typer.Option(help="Instead: bring the planted world of this seed, and compare.", show_default=False),
    ] = None,
    lang: Annotated[Lang, typer.Option(help="Language of the sentences.")] = Lang.en,
    as_json: Json = False,
) -> None:
    """Replay a touchpoint's own answers under other settings and show what would have been raised.

    With --world, bring a small company in which everything that went wrong was planted, and show what is found of it.
    """
    if world is not None:
        show_world(world, as_json=as_json)
        return
    if touchpoint is None:
        raise Failed("which touchpoint? Name it with --touchpoint, or bring a planted world with --world 1")
    chosen = dict(named(text) for text in setting or [])
    path = path_to("touchpoints", touchpoint, "simulation")
    found: dict[str, Any] = connect().get(path, audience=audience, days=days, **chosen)
    if as_json:
        print_json(found)
        return
    out.print("  ".join(f"{name} {value:g}" for name, value in found["settings"].items()), markup=False)
    shares = ",".join(f"{share:g}" for share in found["typical"]["shares"])
    out.print(f"typical {shares}  typical_worth {found['typical']['worth']:g}", markup=False)
    if not found["alerts"]:
        err.print(f"Nothing would have been raised in the last {days} days.")
    for alert in found["alerts"]:
        show_alert(alert, lang)


def show_world(seed: int, *, as_json: bool) -> None:
    """Raises Failed where anything that was planted is not found."""
    found = lived(seed, connect())
    if as_json:
        print_json([asdict(one) for one in found])
    else:
        rows = [(one.about, one.planted, one.found, "yes" if one.is_right else "NO") for one in found]
        print_table(("", "planted", "found", "right"), rows)
    if not all(one.is_right for one in found):
        raise Failed("not all that was planted was found")


def lived(seed: int, client: Client) -> list[Finding]:
    """Brings the world of this seed, once, and says what the running services find in it."""
    made, versions = planted(seed), {one["name"]: one["version"] for one in client.get("/v1/documents")["documents"]}
    body = {"document": document(made), "base_version": versions.get(made.name, 0)}
    client.put(f"/v1/documents/{made.name}", body)
    for name, rows in (("responses", made.responses), ("outcomes", made.outcomes)):
        for start in range(0, len(rows), MOST_IN_A_BATCH):
            client.post(f"/v1/{name}", {name: rows[start : start + MOST_IN_A_BATCH]}, again=True)
    ids = made.touchpoints
    wait_for(lambda: counted(client, [(one, "customer") for one in ids.values()]), len(made.responses))
    client.post("/v1/studies", {"day": END.date().isoformat()}, again=True)
    values = until(lambda: [values_at(client, one) for one in ids.values()], is_studied)
    until(lambda: told(client, ids[DELIVERY])[0], bool)
    return judged(made, *at_rest(lambda: told(client, ids[DELIVERY])), values)


def values_at(client: Client, touchpoint: str) -> dict[str, Any]:
    """What friction costs there, as of the world's end."""
    found: dict[str, Any] = client.get(f"/v1/touchpoints/{touchpoint}/value", at=END.isoformat())
    return found


def is_studied(values: list[dict[str, Any]]) -> bool:
    return all(one.get("day") == END.date().isoformat() for one in values)


def told(client: Client, touchpoint: str) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The alerts there, and the causes of the newest that is about a hand-off."""
    alerts = client.get("/v1/alerts", touchpoint=touchpoint)["alerts"]
    way = next((one for one in alerts if one["kind"] == "handoff"), None)
    return alerts, client.get(f"/v1/alerts/{way['alert_id']}/causes")["causes"] if way else {}


def until(look: Callable[[], Found], is_there: Callable[[Found], bool]) -> Found:
    """What is seen once it is there, or after two minutes."""
    ends = time.monotonic() + PATIENCE_S
    while not is_there(found := look()) and time.monotonic() < ends:
        time.sleep(1)
    return found


def at_rest(look: Callable[[], Found]) -> Found:
    """What is seen once it has stayed the same for a while: alerts of part of an import are told anew with more."""
    ends, seen, since = time.monotonic() + PATIENCE_S, look(), time.monotonic()
    while time.monotonic() < min(since + REST_S, ends):
        time.sleep(1)
        if (found := look()) != seen:
            seen, since = found, time.monotonic()
    return seen


def named(text: str) -> tuple[str, str]:
    """The name and the value in `name=value`. Raises Failed where there is no `=`."""
    name, sign, value = text.partition("=")
    if not sign:
        raise Failed(f"--set {text}: write it as name=value, such as false_alarms_per_year=0.2")
    return name.strip(), value.strip()
