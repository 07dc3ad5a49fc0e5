"""`etincelle links`: addresses of a touchpoint's page, to be sent, printed or shown as a code."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.client import connect, path_to
from cli.options import Json
from cli.printing import err, out, print_json, print_table

group = typer.Typer(name="links", help="Make, list and revoke links to survey pages.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    app.add_typer(group)


@group.command("create")
def create(
    touchpoint: Annotated[str, typer.Argument(help="Its id.", show_default=False)],
    single: Annotated[bool, typer.Option("--single", help="Takes one answer; otherwise any number.")] = False,
    channel: Annotated[str, typer.Option(help="Where it is shown: web, email, sms, qr, kiosk …")] = "web",
    place: Annotated[
        str | None, typer.Option(help="Where it hangs: a counter, a table, a device.", show_default=False)
    ] = None,
    audience: Annotated[str, typer.Option(help="customer or staff.")] = "customer",
    invitation: Annotated[str | None, typer.Option(help="The invitation it belongs to.", show_default=False)] = None,
    customer: Annotated[str | None, typer.Option(help="The customer's id, kept as a hash.", show_default=False)] = None,
    expires: Annotated[str | None, typer.Option(help="Until, as 2030-01-31T18:00:00Z.", show_default=False)] = None,
    as_json: Json = False,
) -> None:
    """Make a link. Its address is shown this once."""
    wanted = {
        "touchpoint": touchpoint,
        "mode": "single" if single else "open",
        "channel": channel,
        "place": place,
        "audience": audience,
        "invitation_id": invitation,
        "customer_id": customer,
        "expires_at": expires,
    }
    made = connect().post("/v1/links", {name: value for name, value in wanted.items() if value is not None})
    if as_json:
        print_json(made)
        return
    out.print(made["url"], markup=False)
    err.print(f"link {made['link_id']}; the address is shown this once", style="dim", markup=False)


@group.command("list")
def show(
    touchpoint: Annotated[str, typer.Argument(help="Its id.", show_default=False)],
    as_json: Json = False,
) -> None:
    """List a touchpoint's links, oldest first."""
    found = list(connect().every("/v1/links", "links", touchpoint=touchpoint, limit=200))
    if as_json:
        print_json(found)
        return
    if not found:
        out.print("no links yet")
        return
    shown = ("link_id", "mode", "channel", "place", "audience", "created_at", "expires_at", "revoked_at")
    rows = [[link.get(name, "") for name in shown] for link in found]
    print_table(("link", "mode", "channel", "place", "audience", "made", "until", "revoked"), rows)


@group.command("revoke")
def revoke(
    link: Annotated[str, typer.Argument(help="Its id, as `links list` shows it.", show_default=False)],
    as_json: Json = False,
) -> None:
    """Revoke a link: it takes no more answers. Those given stay."""
    revoked = connect().delete(path_to("links", link))
    if as_json:
        print_json(revoked)
    else:
        out.print(f"revoked {link}", markup=False)


@group.command("token")
def token(
    touchpoint: Annotated[str, typer.Argument(help="Its id.", show_default=False)],
    customer: Annotated[str | None, typer.Option(help="The customer's id.", show_default=False)] = None,
    email: Annotated[str | None, typer.Option(help="Or their e-mail address.", show_default=False)] = None,
    phone: Annotated[str | None, typer.Option(help="Or their number, as +33612345678.", show_default=False)] = None,
    minutes: Annotated[int, typer.Option(help="How long it is good.")] = 60,
    as_json: Json = False,
) -> None:
    """Make the token by which a page names its customer to the widget (data-token)."""
    named = {"id": customer, "email": email, "phone": phone}
    wanted = {
        "touchpoint": touchpoint,
        "customer": {kind: value for kind, value in named.items() if value is not None},
        "valid_minutes": minutes,
    }
    made = connect().post("/v1/customer-tokens", wanted)
    if as_json:
        print_json(made)
        return
    out.print(made["token"], markup=False)
    err.print(f"good until {made['expires_at']}", style="dim", markup=False)
