"""`etincelle week`: an owner's last whole week, as its subscriptions get it by mail on Monday."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from cli.client import connect, path_to
from cli.options import Json
from cli.printing import out, print_json, print_table
from cli.reports import Lang


def register(app: typer.Typer) -> None:
    app.command()(week)


def week(
    owner: Annotated[str, typer.Argument(help="Id of the owner.", show_default=False)],
    send: Annotated[bool, typer.Option("--send", help="Tell it now, to whoever was not told it yet.")] = False,
    lang: Annotated[Lang, typer.Option(help="Language of names and sentences.")] = Lang.en,
    as_json: Json = False,
) -> None:
    """Show an owner's last whole week: what changed, what stands, what to mend first."""
    client, path = connect(), path_to("owners", owner, "week")
    found = client.post(path, None, again=True) if send else client.get(path)
    if as_json:
        print_json(found)
    else:
        show(found, lang)


def show(found: dict[str, Any], lang: Lang) -> None:
    """The touchpoints of the week, friction, and the head of the owner's list."""
    rows = [row(one, lang) for one in found["touchpoints"]]
    print_table((f"week of {found['monday']}", "answers", "bad answers", "change", "", "promise"), rows)
    for alert in found["alerts"]:
        out.print(f"\n{alert['news']}  {said(alert['name'], lang)}", markup=False)
        out.print(f"  {said(alert['sentence'], lang)}", markup=False)
    for one in found["first"]:
        out.print(f"\nmend {one['rank']}  {said(one['name'], lang)}  {one['link']}", markup=False)


def row(one: dict[str, Any], lang: Lang) -> tuple[str, ...]:
    share, change, promise = one["share"], one.get("change"), one.get("promise")
    value, low, high = (100 * part for part in (share["bad"] / share["n"], share["low"], share["high"]))
    bad = f"{value:.1f} % [{low:.1f} to {high:.1f}]"
    return (said(one["name"], lang), str(share["n"]), bad, *moved(change), promise["kept"] if promise else "–")


def moved(change: dict[str, Any] | None) -> tuple[str, str]:
    if change is None:
        return "–", ""
    value, low, high = (100 * change[name] for name in ("value", "low", "high"))
    return f"{value:+.1f} [{low:+.1f} to {high:+.1f}]", change["verdict"]


def said(text: dict[str, str], lang: Lang) -> str:
    return text.get(lang) or next(iter(text.values()))
