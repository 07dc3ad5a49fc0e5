"""`etincelle erase` and `etincelle person export`: what a person may ask of whoever keeps their data."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from cli.client import Client, connect, path_to
from cli.invitations import kind_of
from cli.options import Json
from cli.printing import Failed, err, out, print_json, print_table, save

Customer = Annotated[str, typer.Argument(help="An e-mail address, a phone number or a customer id.")]
Country = Annotated[str | None, typer.Option(help="Of a phone number written as in it: FR.")]
Kind = Literal["id", "email", "phone"]
As = Annotated[Kind | None, typer.Option("--as", help="What it is; told by its signs where it is left out.")]
MOST_LOOKS, LOOKS_EVERY_S = 3600, 1.0
person = typer.Typer(name="person", help="What is kept of a person.", no_args_is_help=True)
SAID = {"answers_made_anonymous": "answers made anonymous", "wishes_kept_as_hashes": "wishes kept, as hashes"}


def register(app: typer.Typer) -> None:
    app.command()(erase)
    app.add_typer(person)


def erase(
    customer: Customer,
    country: Country = None,
    kind: As = None,
    wait: Annotated[bool, typer.Option(help="Until the receipt is there; it takes a quarter of an hour.")] = True,
    as_json: Json = False,
) -> None:
    """Erase a person everywhere, whatever they are named by; what was counted stays. Shows the receipt."""
    client = connect()
    found = client.post("/v1/erasures", named(customer, country, kind), again=True)
    if wait and not as_json:
        err.print(f"erasure {found['erasure_id']} is under way; it goes round twice, for what was on its way")
    if wait:
        found = waited_for(found["erasure_id"], client)
    print_json(found) if as_json else show(found)


def named(customer: str, country: str | None, kind: Kind | None) -> dict[str, Any]:
    """The body that names the customer."""
    return {"customer": {kind or kind_of(customer): customer}} | ({"country": country} if country else {})


def waited_for(erasure_id: str, client: Client) -> dict[str, Any]:
    """The receipt. Raises Failed where it is long in coming: then a message of it stands with the dead letters."""
    for _ in range(MOST_LOOKS):
        found: dict[str, Any] = client.get(path_to("erasures", erasure_id))
        if found["state"] == "done":
            return found
        time.sleep(LOOKS_EVERY_S)
    raise Failed(f"the erasure {erasure_id} is not done; look at the queues erase-…-dead")


def show(found: dict[str, Any]) -> None:
    """The receipt, a line for each kind of thing in each table."""
    out.print(f"erasure {found['erasure_id']}, {found['state']}", markup=False)
    out.print(f"asked {found['asked_at']} by key {found['asked_by']}", markup=False)
    if found["state"] != "done":
        return
    out.print(f"done  {found['done_at']}\n", markup=False)
    if not found["found"]:
        out.print("nobody is known by that: nothing was found", markup=False)
        return
    rows = [
        (table, SAID.get(what, what.replace("_", " ")), str(n))
        for table, erased in found["erased"].items()
        for what, n in sorted(erased.items())
    ]
    print_table(("table", "erased", "n"), rows)


@person.command("export")
def export(
    customer: Customer,
    country: Country = None,
    kind: As = None,
    out_file: Annotated[Path | None, typer.Option("--out", help="The file to write; else stdout.")] = None,
) -> None:
    """Export everything that is kept of a person, as one JSON document."""
    found = connect().post("/v1/customers/export", named(customer, country, kind), again=True)
    if out_file is None:
        print_json(found)
        return
    save(out_file, json.dumps(found, ensure_ascii=False, indent=2) + "\n", is_private=True)
    err.print(f"written to {out_file}", markup=False)
