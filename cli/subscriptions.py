"""`etincelle subscriptions`: who of a team is told of friction, beside what the journey file says."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from cli.client import connect, path_to
from cli.options import Json
from cli.printing import Failed, err, out, print_json, print_table, unreadable

Owner = Annotated[str, typer.Argument(help="The team's id.", show_default=False)]
Identifier = Annotated[str, typer.Argument(help="The subscription's id.", show_default=False)]

group = typer.Typer(name="subscriptions", help="List, make, remove and try subscriptions.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    app.add_typer(group)


def path_of(owner: str, *rest: str) -> str:
    return path_to("owners", owner, "subscriptions", *rest)


@group.command("list")
def show(owner: Owner, as_json: Json = False) -> None:
    """List a team's subscriptions, the journey file's and those made without it."""
    found = connect().get(path_of(owner))["subscriptions"]
    if as_json:
        print_json(found)
    elif not found:
        out.print("none")
    else:
        heads = ("subscription", "made", "version", "way", "to", "signed", "when", "changed by")
        print_table(heads, map(row, found))


def row(one: dict[str, Any]) -> list[str]:
    when = f"each {one['digest']['every']} at {one['digest']['at']}" if one.get("digest") else "at once"
    signed = "yes" if one["has_secret"] else "no"
    version = str(one.get("version", ""))
    return [one["id"], one["made"], version, one["kind"], one["target"], signed, when, one.get("changed_by", "")]


@group.command("put")
def put(
    owner: Owner,
    subscription: Identifier,
    target: Annotated[
        str, typer.Argument(help="An address or a number; or a JSON file of all its fields, - for stdin.")
    ],
    as_json: Json = False,
) -> None:
    """Make a subscription, or change it: the fields are those of a journey file."""
    client = connect()
    known = {one["id"]: one for one in client.get(path_of(owner))["subscriptions"]}
    base = known.get(subscription, {}).get("version", 0)
    body = {"subscription": written(target), "base_version": base}
    outcome = client.put(path_of(owner, subscription), body)
    for warning in outcome["warnings"]:
        err.print(Text(f"{warning['pointer']}: {warning['detail']}", style="yellow"))
    made = outcome["subscription"]
    if as_json:
        print_json(made)
    else:
        out.print(f"{owner}/{made['id']} is at version {made['version']}", markup=False)


def written(target: str) -> Any:
    """What the subscription is to be: the text itself, or what a JSON file has."""
    if target != "-" and not target.endswith(".json"):
        return target
    try:
        return json.loads(sys.stdin.read() if target == "-" else Path(target).read_text(encoding="utf-8"))
    except ValueError as error:
        raise Failed(f"{target} is not JSON: {error}") from None
    except OSError as error:
        raise unreadable(Path(target), error) from None


@group.command("remove")
def remove(owner: Owner, subscription: Identifier, as_json: Json = False) -> None:
    """Remove a subscription that was made without a file."""
    connect().delete(path_of(owner, subscription))
    print_json({"id": subscription, "removed": True}) if as_json else out.print("removed")


@group.command("test")
def test(owner: Owner, subscription: Identifier, as_json: Json = False) -> None:
    """Send it a test message, by the way that alerts go; one a minute at the most, ten an hour to a team."""
    sent = connect().post(path_of(owner, subscription, "test"), {}, again=True)
    if as_json:
        print_json(sent)
    else:
        out.print(f"{sent['message_id']} is on its way; see `etincelle deliveries list`", markup=False)
