"""`etincelle keys`: make, list and revoke API keys."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from cli.client import connect, path_to
from cli.options import Json
from cli.printing import Failed, err, out, print_json, print_table
from shared.auth import SCOPES

keys = typer.Typer(help="Make, list and revoke API keys.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    app.add_typer(keys, name="keys")


@keys.command("create")
def create(
    name: Annotated[str, typer.Option("--name", help="What it is for: the website, the till in Lyon.")],
    scope: Annotated[
        list[str] | None, typer.Option("--scope", help="What it may do: responses:write …, or all; may be repeated.")
    ] = None,
    bootstrap: Annotated[bool, typer.Option("--bootstrap", help="Make the first key, by AWS credentials.")] = False,
    stage: Annotated[str, typer.Option("--stage", help="With --bootstrap: which deployment.")] = "dev",
    table: Annotated[str, typer.Option("--table", help="With --bootstrap: its registry, where it was restored.")] = "",
    as_json: Json = False,
) -> None:
    """Make a key and show it, this once."""
    scopes = chosen(scope or (["all"] if bootstrap else []))
    made = (
        bootstrapped(name, scopes, table or f"etincelle-{stage}-registry")
        if bootstrap
        else connect().post("/v1/keys", {"name": name, "scopes": scopes})
    )
    if as_json:
        print_json(made)
        return
    out.print(made["key"], markup=False)
    err.print(f"{name} may {', '.join(made['scopes'])}. Keep the key now: it is shown this once.", markup=False)


def chosen(scopes: list[str]) -> list[str]:
    """The scopes meant. Raises Failed naming those there are."""
    unknown = sorted(set(scopes) - {*SCOPES, "all"})
    if unknown or not scopes:
        what = (
            f"there is no scope {', '.join(unknown)}" if unknown else "say what the key may do: --scope responses:write"
        )
        raise Failed(f"{what}; there is {', '.join(SCOPES)}, or all")
    return sorted(SCOPES) if "all" in scopes else sorted(set(scopes))


def bootstrapped(name: str, scopes: list[str], table: str) -> dict[str, Any]:
    """The first key of a deployment, written straight to its table: whoever may do that needs no key."""
    import boto3
    from botocore.exceptions import BotoCoreError, ClientError

    from services.registry import usecases, wiring
    from services.registry.messages import NewKey
    from shared.bodies import parse_as
    from shared.dynamo import Table
    from shared.errors import EtincelleError

    try:
        deps = wiring.verbs(Table(boto3.client("dynamodb"), table))
        key, kept = usecases.create_key(parse_as(NewKey, {"name": name, "scopes": scopes}), wiring.BOOTSTRAP, deps)
    except (BotoCoreError, ClientError, EtincelleError) as error:
        raise Failed(
            f"{table} cannot be written: {error}; check the AWS credentials, region and --stage or --table"
        ) from None
    return {"id": kept.id, "name": kept.name, "scopes": list(kept.scopes), "key": key}


@keys.command("list")
def list_keys(as_json: Json = False) -> None:
    """List the keys, revoked ones too; never the keys themselves."""
    found = connect().get("/v1/keys")
    if as_json:
        print_json(found)
        return
    rows = [
        (key["id"], key["name"], scopes_of(key), shown(key["created_at"]), shown(key.get("revoked_at")))
        for key in found["keys"]
    ]
    print_table(("id", "name", "scopes", "made", "revoked"), rows)


def scopes_of(key: dict[str, Any]) -> str:
    return "all" if set(key["scopes"]) == set(SCOPES) else " ".join(key["scopes"])


def shown(time: str | None) -> str:
    """An RFC 3339 time to the minute, as people read it; empty where there is none."""
    return f"{time[:10]} {time[11:16]} UTC" if time else ""


@keys.command("revoke")
def revoke(key: Annotated[str, typer.Argument(help="Its id, as `keys list` shows it.")], as_json: Json = False) -> None:
    """Revoke a key with no more scopes than one's own; it may work for 30 seconds more."""
    connect().delete(path_to("keys", key))
    if as_json:
        print_json({"id": key, "revoked": True})
    else:
        out.print(f"{key} is revoked", style="green", markup=False)
