"""`etincelle cases`: one person's problem each: which there are, what was done, and how teams do."""

from __future__ import annotations

from datetime import UTC
from typing import Annotated, Any, Literal

import typer

from cli.client import connect, path_to
from cli.options import Json
from cli.printing import out, print_json, print_table
from shared.pages import formats
from shared.times import parse_time

Name = Annotated[str, typer.Argument(help="The case's id, as `cases list` shows it.", show_default=False)]
Text = Annotated[str, typer.Argument(help="In your words.", show_default=False)]
Word = Annotated[str | None, typer.Option("--text", help="In a word, for the story.", show_default=False)]
Team = Annotated[str | None, typer.Option(help="Of this team only.", show_default=False)]
Place = Annotated[str | None, typer.Option(help="Of this touchpoint only.", show_default=False)]
SHOWN = ("case_id", "state", "owner", "touchpoint", "score", "reasons", "due_at")

group = typer.Typer(name="cases", help="See to one person's problem each, and how teams do.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    app.add_typer(group)


@group.command("list")
def show_all(
    owner: Team = None,
    touchpoint: Place = None,
    state: Annotated[
        Literal["open", "contacted", "closed"] | None,
        typer.Option(help="All that are not closed, where it is left out.", show_default=False),
    ] = None,
    overdue: Annotated[bool, typer.Option("--overdue", help="Overdue ones only.")] = False,
    as_json: Json = False,
) -> None:
    """List cases by when they are due; closed ones, the last closed first."""
    asked = {"owner": owner, "touchpoint": touchpoint, "state": state, "overdue": "true" if overdue else None}
    found = list(connect().every("/v1/cases", "cases", **asked))
    if as_json:
        print_json(found)
    elif not found:
        out.print("none")
    else:
        print_table(("case", "state", "team", "touchpoint", "score", "why", "due"), map(row, found))


def row(case: dict[str, Any]) -> list[str]:
    score = formats.score(case["score"], case["scale"], "en")
    told = case | {"score": score, "reasons": ", ".join(case["reasons"]), "due_at": minute(case["due_at"])}
    return [str(told[name]) for name in SHOWN]


@group.command("show")
def show(case: Name, as_json: Json = False) -> None:
    """Show a case: what the person said, and who did what when."""
    found = connect().get(path(case))
    if as_json:
        print_json(found)
        return
    told(found)
    if found.get("comment"):
        out.print(f"“{found['comment']}”", markup=False)
    for deed in found["story"]:
        outcome = f" ({deed['reply']['state']})" if "reply" in deed else ""
        words = " ".join(str(said) for said in (detail_of(deed, found["scale"]), deed.get("text")) if said)
        out.print(f"  {deed['at']}  {deed['by']}: {deed['what']}{outcome} {words}".rstrip(), markup=False)


def detail_of(deed: dict[str, Any], scale: str) -> str:
    return formats.deed_detail(deed["what"], deed.get("detail") or "", scale, "en")


@group.command("contact")
def contact(case: Name, as_json: Json = False) -> None:
    """Show how to reach the person. The look is written into the case's story."""
    found = connect().get(path(case, "contact"))
    if as_json:
        print_json(found)
    elif not found["is_known"]:
        out.print("nobody can be named for this answer")
    else:
        for way in found["ways"]:
            refused = f"  not to be used: {way['refused']}" if way.get("refused") else ""
            out.print(f"{way['channel']}  {way['address']}{refused}", markup=False)


@group.command("note")
def note(case: Name, text: Text, as_json: Json = False) -> None:
    """Write a note for your colleagues."""
    do(case, "notes", {"text": text}, as_json)


@group.command("contacted")
def contacted(case: Name, text: Word = None, as_json: Json = False) -> None:
    """Say that somebody spoke to the customer."""
    do(case, "contacted", {"text": text}, as_json)


@group.command("reply")
def reply(
    case: Name,
    text: Text,
    channel: Annotated[
        Literal["email", "sms"] | None, typer.Option(help="Whatever works, where it is left out.", show_default=False)
    ] = None,
    as_json: Json = False,
) -> None:
    """Send the person a message, once; it counts as a contact."""
    do(case, "reply", {"text": text, "channel": channel}, as_json)


@group.command("close")
def close(
    case: Name,
    cause: Annotated[str, typer.Argument(help="One of the touchpoint's causes.", show_default=False)],
    text: Word = None,
    as_json: Json = False,
) -> None:
    """Close a case with its cause."""
    do(case, "closed", {"cause": cause, "text": text}, as_json)


@group.command("reopen")
def reopen(case: Name, text: Word = None, as_json: Json = False) -> None:
    """Open a closed case again; its time begins anew."""
    do(case, "reopened", {"text": text}, as_json)


@group.command("assign")
def assign(
    case: Name,
    owner: Annotated[str, typer.Argument(help="The team's id.", show_default=False)],
    text: Word = None,
    as_json: Json = False,
) -> None:
    """Hand a case to another team, which is told."""
    do(case, "assign", {"owner": owner, "text": text}, as_json)


def do(case: str, deed: str, said: dict[str, str | None], as_json: bool) -> None:
    """Does it, and says how the case stands then."""
    changed = connect().post(path(case, deed), {name: value for name, value in said.items() if value is not None})
    if as_json:
        print_json(changed)
    else:
        told(changed)


def told(case: dict[str, Any]) -> None:
    late = ", overdue" if case["is_overdue"] else ""
    where = f"{case['owner']}  {case['touchpoint']}"
    out.print(f"{case['case_id']}  {case['state']}{late}  {where}  due {minute(case['due_at'])}", markup=False)


def minute(time: str) -> str:
    """`2024-03-01 10:15 UTC`."""
    return parse_time(time).astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")


def path(case: str, deed: str = "") -> str:
    return path_to("cases", case, *([deed] if deed else []))


@group.command("figures")
def figures(
    owner: Team = None,
    touchpoint: Place = None,
    since: Annotated[
        str | None, typer.Option("--from", help="A day or a time; a year ago.", show_default=False)
    ] = None,
    until: Annotated[str | None, typer.Option("--to", help="A day or a time; now.", show_default=False)] = None,
    as_json: Json = False,
) -> None:
    """Why cases were closed, and how long contact and closing took, with 95 % intervals."""
    found = connect().get("/v1/cases/figures", **{"owner": owner, "touchpoint": touchpoint, "from": since, "to": until})
    if as_json:
        print_json(found)
        return
    out.print(f"{found['opened']} opened, {found['closed']} closed, {found['overdue']} overdue")
    for name, title in (("to_contact", "until contact"), ("to_close", "until closed")):
        out.print(f"{title}: {waited(found[name])}", markup=False)
    if found["causes"]:
        rows = [[one["touchpoint"], one["cause"], f"{one['count']} of {one['n']}"] for one in found["causes"]]
        print_table(("touchpoint", "cause", "cases"), rows)


def waited(waiting: dict[str, Any]) -> str:
    """`median 5.2 h (3.1 to 9 h), n = 24`."""
    if "median_hours" not in waiting:
        return f"median not reached, n = {waiting['n']}"
    ends = [f"{waiting[name]:g}" if name in waiting else "not reached" for name in ("low_hours", "high_hours")]
    return f"median {waiting['median_hours']:g} h ({ends[0]} to {ends[1]} h), n = {waiting['n']}"
