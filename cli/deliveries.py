"""`etincelle deliveries` and `etincelle acknowledge`: what owners were told, and who takes an alert on."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from cli.client import connect, path_to
from cli.options import Json
from cli.printing import out, print_json, print_table

SHOWN = ("created_at", "subscription", "kind", "target", "state", "attempts", "last_error")

group = typer.Typer(name="deliveries", help="List messages to owners; start parked ones over.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    app.add_typer(group)
    app.command()(acknowledge)


@group.command("list")
def show(
    state: Annotated[str, typer.Option(help="parked (of any day), pending or delivered.")] = "parked",
    day: Annotated[str | None, typer.Option(help="As 2030-01-31; today's, unless parked.", show_default=False)] = None,
    as_json: Json = False,
) -> None:
    """List messages by their state, oldest first."""
    asked = {"state": state} | ({"day": day} if day else {})
    present(connect().get("/v1/deliveries", **asked)["deliveries"], as_json)


@group.command("replay")
def replay(
    message: Annotated[str | None, typer.Argument(help="Its id; else all that are parked.", show_default=False)] = None,
    as_json: Json = False,
) -> None:
    """Start a parked message over, or all of them."""
    present(connect().post("/v1/deliveries/replay", {"message_id": message} if message else {})["deliveries"], as_json)


def present(found: list[dict[str, Any]], as_json: bool) -> None:
    if as_json:
        print_json(found)
    elif not found:
        out.print("none")
    else:
        rows = [["" if one[name] is None else str(one[name]) for name in ("message_id", *SHOWN)] for one in found]
        print_table(("message", "written", "subscription", "way", "to", "state", "tries", "last error"), rows)


def acknowledge(
    alert: Annotated[str, typer.Argument(help="Its id, as `alerts --json` shows it.", show_default=False)],
    as_json: Json = False,
) -> None:
    """Take an alert on: nobody further is told, and everybody who was told hears of it."""
    standing = connect().post(path_to("alerts", alert, "acknowledgement"), {})
    if as_json:
        print_json(standing)
    else:
        out.print(f"{standing['state']} by {standing['acknowledged_by']}", markup=False)
