"""`etincelle priorities`: what to mend first, with every factor."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from cli.client import connect
from cli.options import Json
from cli.printing import err, out, print_json, print_table


def register(app: typer.Typer) -> None:
    app.command()(priorities)


def priorities(
    owner: Annotated[str | None, typer.Option(help="Only this owner's touchpoints.", show_default=False)] = None,
    at: Annotated[
        str | None, typer.Option(help="As of that time, such as 2024-03-01T00:00:00Z.", show_default=False)
    ] = None,
    anew: Annotated[
        str | None,
        typer.Option(help="Ask for that day, such as 2024-03-01, to be worked out anew.", show_default=False),
    ] = None,
    as_json: Json = False,
) -> None:
    """List what to mend first: reach x severity x value x certainty. The first hundred places."""
    if anew:
        connect().post("/v1/studies", {"day": anew})
        err.print(f"Asked for: {anew} is worked out anew from what was stored; look again in a minute.")
        return
    found = connect().get("/v1/priorities", owner=owner, at=at)
    if as_json:
        print_json(found)
        return
    if not found["priorities"]:
        err.print("Nobody has answered yet." if "day" in found else "No day is worked out yet; one follows soon.")
        return
    print_table(
        ("", "touchpoint", "owner", "score", "reach", "severity", "value", "certainty", "answers"),
        [row(one, found.get("currency")) for one in found["priorities"]],
    )
    out.print(f"As of {found['day']}; {found['touchpoints']} touchpoints in all.", markup=False)
    if found["draws"]:
        out.print(f"The same three come first in {100 * found['stable']:.0f}% of {found['draws']} draws of the days.")


def row(one: dict[str, Any], currency: str | None) -> tuple[str, ...]:
    value = f"{one['value']:.2f} {currency}" if one.get("value") is not None else "–"
    reach = f"{one['reach']:.0f}" + (" answers" if one["is_reach_of_answers"] else "")
    factors = (f"{one['score']:.1f}", reach, f"{one['severity']:.2f}", value, f"{one['certainty']:.2f}")
    return (str(one["rank"]), one["touchpoint"], one["owner"], *factors, str(one["n"]))
