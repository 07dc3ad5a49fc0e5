"""`etincelle alerts` and `etincelle report`: what was found, and what people answered."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

import typer

from cli.client import Answered, Client, connect, path_to
from cli.options import Json
from cli.printing import Failed, err, out, print_json, print_table

UNITS = {"bad": " %", "csat": " %"}
NAMES = {"bad": "", "csat": "CSAT ", "nps": "NPS ", "ces": "CES "}
BAR = 30
NOT_FOUND = 404


class Lang(StrEnum):
    """The languages that alerts speak."""

    en = "en"
    fr = "fr"


def register(app: typer.Typer) -> None:
    app.command()(alerts)
    app.command()(report)


def alerts(
    owner: Annotated[str | None, typer.Option(help="Only alerts of this owner.")] = None,
    touchpoint: Annotated[str | None, typer.Option(help="Only alerts at this touchpoint.")] = None,
    since: Annotated[str | None, typer.Option(help="Raised since this date or time.")] = None,
    lang: Annotated[Lang, typer.Option(help="Language of the sentences.")] = Lang.en,
    as_json: Json = False,
) -> None:
    """List friction alerts, newest first."""
    found = list(connect().every("/v1/alerts", "alerts", owner=owner, touchpoint=touchpoint, since=since))
    if as_json:
        print_json(found)
        return
    if not found:
        err.print("No friction alerts.")
    for alert in found:
        show_alert(alert, lang)


def show_alert(alert: dict[str, Any], lang: Lang) -> None:
    colour = "red" if alert["state"] == "raised" else "green"
    head = f"{alert['raised_at']}  {alert['touchpoint']} → {', '.join(alert['owners'])}"
    out.print(f"[{colour}]{alert['state']:<9}[/] [bold]{head}[/]  {alert['severity']}")
    out.print(f"          {alert['sentence'][lang]}", markup=False)


def report(
    name: Annotated[
        str | None, typer.Argument(help="Id of a touchpoint, an owner or a journey; all touchpoints if left out.")
    ] = None,
    audience: Annotated[str, typer.Option(help="customer or staff; of a touchpoint.")] = "customer",
    at: Annotated[
        str | None, typer.Option(help="As it stood at this time: answers given before it, whenever they came in.")
    ] = None,
    by: Annotated[
        str | None, typer.Option(help="Told apart by this attribute; of a touchpoint that names it under `segments`.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Show how people answered: of a touchpoint by score and week; of an owner or a journey a line a touchpoint."""
    client = connect()
    if name is None:
        found = reports_of(client, touchpoints(client), audience, at)
        print_json(found) if as_json else show_overview(found)
        return
    kind, one = named_report(client, name, {"audience": audience, "by": by}, at)
    if by and kind != "touchpoints":
        raise Failed(f"{name!r} is no touchpoint: --by is of a touchpoint only")
    if as_json:
        print_json(one)
    elif kind == "touchpoints":
        show_report(one)
    else:
        show_lines(one)


def named_report(
    client: Client, name: str, of_touchpoint: dict[str, str | None], at: str | None
) -> tuple[str, dict[str, Any]]:
    """The report of the touchpoint, else of the owner, else of the journey of that id, and which of them it is.

    of_touchpoint: what is asked of a touchpoint only.
    """
    for kind in ("touchpoints", "owners", "journeys"):
        asked = {"at": at} | (of_touchpoint if kind == "touchpoints" else {})
        try:
            return kind, whole_report(client, kind, name, asked)
        except Answered as refusal:
            if refusal.status != NOT_FOUND or "fewer" in str(refusal):
                raise
    raise Failed(f"there is no touchpoint, owner or journey {name!r}")


def whole_report(client: Client, kind: str, name: str, asked: dict[str, str | None]) -> dict[str, Any]:
    """With every page of its touchpoints."""
    path = path_to(kind, name, "report")
    found: dict[str, Any] = client.get(path, **asked)
    while cursor := found.pop("next_cursor", None):
        further = client.get(path, **asked, cursor=cursor)
        found["touchpoints"] += further["touchpoints"]
        found["open_alerts"] += further["open_alerts"]
        found |= {"next_cursor": further["next_cursor"]} if "next_cursor" in further else {}
    return found


def show_lines(found: dict[str, Any]) -> None:
    """Four weeks against the four before, a line a touchpoint; then what is open."""
    out.print(f"{found['from_day']} to {found['to_day']}, answers before {found['until']}\n", markup=False)
    rows = [line_row(one) for one in found["touchpoints"]]
    print_table(("touchpoint", "owner", "answers", "bad answers", "change", "", "promise"), rows)
    for alert in found["open_alerts"]:
        out.print(f"\n{alert['raised_at']}  {alert['touchpoint']} → {', '.join(alert['owners'])}", markup=False)
        out.print(f"  {alert['sentence']['en']}", markup=False)


def line_row(line: dict[str, Any]) -> tuple[str, ...]:
    head = (line["touchpoint"], line["owner"], str(line["now"]["n"]), bad_of(line["now"]))
    return (*head, *change_of(line), line.get("promise", "–"))


def bad_of(share: dict[str, Any]) -> str:
    if not share["n"]:
        return "–"
    value, low, high = (100 * share[name] for name in ("share", "low", "high"))
    return f"{value:.1f} % [{low:.1f} to {high:.1f}]"


def change_of(line: dict[str, Any]) -> tuple[str, str]:
    """The change in points with its interval, and what it means."""
    change = line.get("change")
    if change is None:
        return "–", ""
    value, low, high = (100 * change[name] for name in ("value", "low", "high"))
    return f"{value:+.1f} [{low:+.1f} to {high:+.1f}]", change["verdict"]


def touchpoints(client: Client) -> list[str]:
    names = [known["id"] for known in client.every("/v1/touchpoints", "touchpoints")]
    if not names:
        raise Failed("there are no touchpoints yet; apply a journey: etincelle apply journey.yaml")
    return names


def reports_of(client: Client, touchpoints: list[str], audience: str, at: str | None = None) -> list[dict[str, Any]]:
    """The reports of all touchpoints that have one to show; those that have not are named on stderr."""
    found = []
    for touchpoint in touchpoints:
        try:
            found.append(report_of(client, touchpoint, audience, at))
        except Answered as refusal:
            if refusal.status != NOT_FOUND:
                raise
            err.print(f"{touchpoint}: {refusal}", markup=False)
    return found


def report_of(client: Client, touchpoint: str, audience: str, at: str | None = None) -> dict[str, Any]:
    path = path_to("touchpoints", touchpoint, "report")
    found: dict[str, Any] = client.get(path, audience=audience, at=at)
    return found


def show_overview(reports: list[dict[str, Any]]) -> None:
    rows = [(one["touchpoint"], one["owner"], str(one["summary"]["n"]), *figures(one["summary"])) for one in reports]
    print_table(("touchpoint", "owner", "answers", "score", "bad answers"), rows)


def show_report(found: dict[str, Any]) -> None:
    """Distribution as bars, figures with their intervals, and a line a week."""
    summary = found["summary"]
    out.print(f"[bold]{found['touchpoint']}[/] ({found['scale']}, {found['audience']}), owner {found['owner']}")
    own, bad = figures(summary)
    answers = "answer" if summary["n"] == 1 else "answers"
    out.print(f"{summary['n']} {answers}   {own}   bad answers {bad}\n", markup=False)
    most = max([*summary["counts"].values(), 1])
    for score, count in summary["counts"].items():
        out.print(f"{score:>3} {count:>7} {'█' * round(BAR * count / most)}")
    out.print()
    show_adjusted(found.get("adjusted"))
    if found.get("segments") is not None:
        segments = [(one["value"], str(one["n"]), *figures(one)) for one in found["segments"]]
        print_table(("segment", "answers", "score", "bad answers"), segments)
        out.print("whole weeks that are over, of five answers or more\n", markup=False)
    weeks = [(week["week"], str(week["n"]), *figures(week)) for week in found["weeks"]]
    print_table(("week of", "answers", "score", "bad answers"), weeks)


def show_adjusted(adjusted: dict[str, Any] | None) -> None:
    """The figures of the same days as they are, and adjusted to everybody who went through; and why they differ."""
    if adjusted is None:
        return
    days = f"{adjusted['first_day']} to {adjusted['last_day']}"
    for name, n in (("raw", f"n {adjusted['n']}"), ("adjusted", f"effective n {adjusted['effective_n']:.0f}")):
        told = "   ".join(shown(figure) for figure in adjusted[name])
        out.print(f"{name:<9} {told}   {n}, {days}", markup=False)
    out.print(f"{adjusted['explained']['en']}\n", markup=False)


def figures(summary: dict[str, Any]) -> tuple[str, str]:
    """The scale's own figure and the share of bad answers, as text; dashes where nobody answered."""
    if not summary["figures"]:
        return "–", "–"
    own, bad = summary["figures"]
    return shown(own), shown(bad)


def shown(figure: dict[str, Any]) -> str:
    name, unit = NAMES[figure["name"]], UNITS.get(figure["name"], "")
    return f"{name}{figure['value']:.1f}{unit} [{figure['low']:.1f} to {figure['high']:.1f}]"
