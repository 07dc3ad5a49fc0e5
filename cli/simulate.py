"""`etincelle simulate`: what other settings of the detector would have made of a touchpoint's own answers."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import quote

import typer

from cli.client import connect
from cli.printing import Failed, err, out, print_json
from cli.reports import Lang, show_alert


def register(app: typer.Typer) -> None:
    app.command()(simulate)


def simulate(
    touchpoint: Annotated[str, typer.Option(help="The touchpoint's id.")],
    days: Annotated[int, typer.Option(help="How many days back to look.")] = 90,
    audience: Annotated[str, typer.Option(help="customer or staff")] = "customer",
    setting: Annotated[
        list[str] | None, typer.Option("--set", help="A setting to try, such as false_alarms_per_year=0.2.")
    ] = None,
    lang: Annotated[Lang, typer.Option(help="Language of the sentences.")] = Lang.en,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
) -> None:
    """Replay a touchpoint's own answers under other settings and show what would have been raised."""
    chosen = dict(named(text) for text in setting or [])
    path = f"/v1/touchpoints/{quote(touchpoint, safe='')}/simulation"
    found: dict[str, Any] = connect().get(path, audience=audience, days=days, **chosen)
    if as_json:
        print_json(found)
        return
    out.print("  ".join(f"{name} {value:g}" for name, value in found["settings"].items()), markup=False)
    if not found["alerts"]:
        err.print(f"Nothing would have been raised in the last {days} days.")
    for alert in found["alerts"]:
        show_alert(alert, lang)


def named(text: str) -> tuple[str, str]:
    """The name and the value in `name=value`. Raises Failed where there is no `=`."""
    name, sign, value = text.partition("=")
    if not sign:
        raise Failed(f"--set {text}: write it as name=value, such as false_alarms_per_year=0.2")
    return name.strip(), value.strip()
