"""`etincelle import interactions`, `import outcomes`, `pressure` and `funnel`: who is asked, and how far that got."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.client import connect, path_to
from cli.imports import MOST_IN_A_BATCH, Wanted, aside_of, bring_in, group, pairs, settable
from cli.kinds import Body, Kind
from cli.options import Json
from cli.printing import err, out, print_json, print_table
from cli.reports import touchpoints
from cli.rows import Reader, as_number
from cli.source import open_source

CUSTOMER = {"customer_id": "id", "email": "email", "phone": "phone"}
YES, NO = ("true", "yes", "oui", "1"), ("false", "no", "non", "0")
STAGES = ("happened", "eligible", "sampled", "planned", "sent", "delivered", "opened", "answered")
WHY = {
    "touchpoint_paused": "the touchpoint is paused",
    "opted_out": "they do not wish it",
    "no_consent": "no consent",
    "channel_unusable": "no channel that reaches them",
    "quarantine": "asked here lately",
    "company_cap": "asked often enough by all",
    "programme_cap": "asked often enough by the programme",
    "channel_cap": "asked often enough by this channel",
    "not_sampled": "not drawn",
    "quiet_hours": "too late by the hour at which it may be sent",
    "displaced": "another touchpoint needed it more",
}
"""By the API's reason."""
PHONE = re.compile(r"\+?[0-9][0-9 ().-]{5,}")


def nested(fields: Body) -> Body:
    """The fields with those that name the customer in one of their own."""
    customer = {CUSTOMER[name]: str(value) for name, value in fields.items() if name in CUSTOMER}
    others = {name: value for name, value in fields.items() if name not in CUSTOMER}
    return others | ({"customer": customer} if customer else {})


def interaction(fields: Body, attributes: Body) -> Body:
    """A row of interactions as it is sent."""
    body = nested(fields)
    if "consent" in body:
        body["consent"] = consent(body["consent"])
    return body | ({"attributes": attributes} if attributes else {})


def consent(value: Any) -> Any:
    """`yes` is true, `no` is false; anything else names channels, such as `email, sms`."""
    if not isinstance(value, str):
        return value
    if value.lower() in (*YES, *NO):
        return value.lower() in YES
    return [channel for channel in re.split(r"[\s,;|]+", value) if channel]


def outcome(fields: Body, _: Body) -> Body:
    """A row of outcomes as it is sent; further columns are left out."""
    body = nested(fields)
    return body | ({"amount": as_number(body["amount"])} if "amount" in body else {})


NAMED = tuple(CUSTOMER)
INTERACTIONS = Kind(
    "interactions",
    ("interaction_id", "touchpoint", "occurred_at", *NAMED, "channel", "locale", "time_zone", "country", "consent"),
    (("touchpoint",), ("occurred_at",), NAMED),
    "interaction_id",
    interaction,
)
OUTCOMES = Kind(
    "outcomes",
    ("outcome_id", *NAMED, "occurred_at", "kind", "amount", "currency", "country"),
    (NAMED, ("occurred_at",), ("kind",)),
    "outcome_id",
    outcome,
)

File = Annotated[Path, typer.Argument(help="CSV or JSON lines.", show_default=False)]
Maps = Annotated[
    list[str] | None, typer.Option("--map", help="column=field; column=- leaves it out.", show_default=False)
]
Sets = Annotated[
    list[str] | None, typer.Option("--set", help="field=value for every row without one.", show_default=False)
]
Aside = Annotated[
    Path | None, typer.Option("--rejects", help="Where rows not taken go; else FILE.rejects.csv.", show_default=False)
]
Batch = Annotated[int, typer.Option(min=1, max=MOST_IN_A_BATCH, help="Rows in a request.")]
Encoding = Annotated[str | None, typer.Option(help="Found out where it is left out.", show_default=False)]
Restart = Annotated[bool, typer.Option("--restart", help="Begin again where an import was stopped.")]


def register(app: typer.Typer) -> None:
    app.command()(pressure)
    app.command()(funnel)


@group.command("interactions")
def interactions(
    file: File,
    mappings: Maps = None,
    settings: Sets = None,
    rejects: Aside = None,
    batch: Batch = 200,
    encoding: Encoding = None,
    restart: Restart = False,
    as_json: Json = False,
) -> None:
    """Import interactions: interaction_id, touchpoint, occurred_at, customer_id, email or phone; who is due is asked.

    Further columns become attributes. Running it again changes nothing, and asks nobody again; after a stop it goes
    on. Rows that cannot be taken are set aside with their line and the reason, the others are taken.
    """
    fields = settable(pairs(settings, "--set"), INTERACTIONS.fields)
    reader = Reader(open_source(file, encoding), pairs(mappings, "--map"), fields, INTERACTIONS)
    bring_in(Wanted(file, reader, aside_of(file, rejects), batch, restart, as_json=as_json))


@group.command("outcomes")
def outcomes(
    file: File,
    mappings: Maps = None,
    settings: Sets = None,
    rejects: Aside = None,
    batch: Batch = 200,
    encoding: Encoding = None,
    restart: Restart = False,
    as_json: Json = False,
) -> None:
    """Import outcomes: customer_id, email or phone, occurred_at, kind (churned, kept, bought), amount, currency.

    Running it again changes nothing; after a stop it goes on. Rows that cannot be taken are set aside.
    """
    fields = settable(pairs(settings, "--set"), OUTCOMES.fields)
    reader = Reader(open_source(file, encoding), pairs(mappings, "--map"), fields, OUTCOMES)
    bring_in(Wanted(file, reader, aside_of(file, rejects), batch, restart, as_json=as_json))


def pressure(
    customer: Annotated[str, typer.Argument(help="An e-mail address, a phone number or a customer id.")],
    country: Annotated[str | None, typer.Option(help="Of a phone number written as in it: FR.")] = None,
    as_json: Json = False,
) -> None:
    """Show what a person was asked and by whom, what was refused and why, and when they may be asked again."""
    body = {"customer": {kind_of(customer): customer}} | ({"country": country} if country else {})
    found = connect().post("/v1/pressure", body, again=True)
    print_json(found) if as_json else show_pressure(found)


def kind_of(customer: str) -> str:
    if "@" in customer:
        return "email"
    return "phone" if PHONE.fullmatch(customer) and (customer[0] in "+0") else "id"


def show_pressure(found: dict[str, Any]) -> None:
    """Three tables: what was asked, what was refused and why, and when each touchpoint may ask."""
    wishes = [f"opted out of {', '.join(found['opted_out'])}"] if found["opted_out"] else []
    wishes += ["asked less often"] if found["less_often"] else []
    out.print(f"person {found['person_id']}" + "".join(f", {wish}" for wish in wishes), markup=False)
    asked = [one | {"when": minute(one["at"])} for one in found["asked"]]
    show_rows("asked", asked, ("when", "touchpoint", "owner", "channel", "state"))
    refused = [one | {"when": minute(one["occurred_at"]), **hindrance(one)} for one in found["refused"]]
    show_rows("not asked", refused, ("when", "touchpoint", "owner", "why", "because of", "until"))
    columns = ("touchpoint", "owner", "channels", "from", "why", "because of")
    show_rows("may be asked", together(found["standings"], datetime.now(UTC)), columns)


def together(standings: list[dict[str, Any]], now: datetime) -> list[dict[str, Any]]:
    """A row for the channels of a touchpoint that stand alike. from: `now`, the minute, or `never`."""
    rows: dict[tuple[Any, ...], dict[str, Any]] = {}
    for one in standings:
        start = one.get("may_be_asked_at")
        since = "never" if not start else "now" if datetime.fromisoformat(start) <= now else minute(start)
        row = one | {"from": since, **hindrance(one)}
        alike = (row["touchpoint"], since, row["why"], row["because of"])
        channels = [rows[alike]["channels"]] if alike in rows else []
        rows[alike] = row | {"channels": ", ".join([*channels, one["channel"]])}
    return list(rows.values())


def hindrance(one: dict[str, Any]) -> dict[str, Any]:
    """What is in the way, in words with its code; whose contact it is, and until when."""
    reason = one.get("reason")
    words = f"{WHY[reason]} ({reason})" if reason in WHY else reason
    return {"why": words, "because of": one.get("whose"), "until": minute(one.get("until"))}


def minute(time: str | None) -> str | None:
    """`2026-01-31T09:30:12.345678Z` as `2026-01-31 09:30Z`."""
    return f"{time[:16].replace('T', ' ')}Z" if time else None


def show_rows(head: str, rows: list[dict[str, Any]], columns: tuple[str, ...]) -> None:
    out.print(f"\n{head}", style="bold", markup=False)
    if rows:
        print_table(columns, [[str(row.get(name) or "–") for name in columns] for row in rows])
    else:
        out.print("nothing", markup=False)


def funnel(
    touchpoint: Annotated[str | None, typer.Argument(help="A touchpoint's id; all of them if left out.")] = None,
    first: Annotated[str | None, typer.Option("--from", help="First day, such as 2024-03-01.")] = None,
    last: Annotated[str | None, typer.Option("--to", help="Last day.")] = None,
    as_json: Json = False,
) -> None:
    """Show how far interactions got, from having happened to an answer, and why others were not asked."""
    client = connect()
    names = [touchpoint] if touchpoint else touchpoints(client)
    days = {"from": first, "to": last}
    found = [client.get(path_to("touchpoints", name, "funnel"), **days) for name in names]
    if as_json:
        print_json(found[0] if touchpoint else found)
    elif touchpoint:
        show_funnel(found[0])
    else:
        print_table(
            ("touchpoint", *STAGES), [(one["touchpoint"], *(str(one["funnel"][s]) for s in STAGES)) for one in found]
        )


def show_funnel(found: dict[str, Any]) -> None:
    """The stages with their rates, the refusals by reason, and who crowds the touchpoint out."""
    counts, span = found["funnel"], f"{found['first_day']} to {found['last_day']}"
    out.print(f"[bold]{found['touchpoint']}[/], owner {found['owner']}, {span}\n")
    print_table(("stage", "n", "rate"), [(stage, str(counts[stage]), rate(counts["rates"], stage)) for stage in STAGES])
    refusals = sorted(counts["refused"].items(), key=lambda pair: -pair[1])
    show_rows("not asked", [{**hindrance({"reason": reason}), "n": n} for reason, n in refusals], ("n", "why"))
    if found["crowded_out_by"]:
        crowds = [one | hindrance(one) for one in found["crowded_out_by"]]
        show_rows("crowded out by", crowds, ("n", "owner", "touchpoint", "why"))
    if not counts["happened"]:
        err.print("No interactions in these days.")


def rate(rates: dict[str, Any], stage: str) -> str:
    found = rates.get(stage)
    return f"{found['value']:.1f} % [{found['low']:.1f} to {found['high']:.1f}]" if found else ""
