"""`etincelle validate` and `etincelle apply`: the journey as code."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from cli.options import Json
from cli.printing import Failed, err, out, print_json
from services.registry.domain.checking import Checked, check_text
from services.registry.domain.mistakes import Mistake, errors_among

File = Annotated[Path, typer.Argument(help="The journey file, YAML; - reads standard input.", show_default=False)]
MARKS = {"added": ("+", "green"), "changed": ("~", "yellow"), "removed": ("-", "red")}
NOTHING = object()


def register(app: typer.Typer) -> None:
    app.command("validate")(validate)
    app.command("apply")(apply)


def validate(file: File, as_json: Json = False) -> None:
    """Say everything that is wrong with a journey file, with its line and what to do. Works offline."""
    checked = check_text(source_of(file), {"PUBLIC_URL": "https://example.com"} | dict(os.environ), required=False)
    errors = errors_among(checked.mistakes)
    if as_json:
        print_json({"valid": not errors, "mistakes": [mistake.as_json() for mistake in checked.mistakes]})
    else:
        print_mistakes(file, checked.mistakes)
        if checked.document:
            out.print(f"{file} is valid: {summary(checked)}", style="green", markup=False)
    if errors:
        raise typer.Exit(1)


def apply(
    file: File,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    as_json: Json = False,
) -> None:
    """Show what a journey file changes, ask, and apply it. The same file again changes nothing."""
    from cli.client import connect  # httpx is slow to import, and `validate` has no use for it

    client = connect()
    document = accepted(file, {"PUBLIC_URL": client.url} | dict(os.environ), as_json)
    name = document["name"]
    versions = {known["name"]: known["version"] for known in client.get("/v1/documents")["documents"]}
    body = {"document": document, "base_version": versions.get(name, 0)}
    outcome = client.put(f"/v1/documents/{name}", body, dry_run="true")
    if not as_json:
        print_kept(outcome.get("kept", []))
    if outcome["changed"]:
        if not as_json:
            print_difference(outcome["difference"])
        agree(yes, f"Apply {counted(outcome['difference'])} to {name} at {client.url}?")
        outcome = client.put(f"/v1/documents/{name}", body)
    if as_json:
        print_json(outcome)
    elif outcome["changed"]:
        out.print(f"{name} is now at version {outcome['version']}", style="green", markup=False)
    else:
        out.print(f"nothing to change: {name} is at version {outcome['version']}", markup=False)


def source_of(file: Path) -> bytes:
    """The file's bytes. Raises Failed where it cannot be read."""
    try:
        return sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    except OSError as error:
        raise Failed(f"{file} cannot be read: {error.strerror}") from None


def accepted(file: Path, variables: Mapping[str, str], as_json: bool) -> dict[str, Any]:
    """The document to be sent. Raises Failed after saying everything that is wrong with it."""
    checked = check_text(source_of(file), variables)
    if checked.document is None and as_json:
        print_json({"valid": False, "mistakes": [mistake.as_json() for mistake in checked.mistakes]})
    else:
        print_mistakes(file, checked.mistakes)
    if checked.document is None:
        raise Failed(f"{file} has {plural(len(errors_among(checked.mistakes)), 'mistake')}; nothing was applied")
    return checked.document.canonical()


def print_mistakes(file: Path, mistakes: tuple[Mistake, ...]) -> None:
    """One line each on stderr, as compilers write them, so that editors can jump there."""
    for mistake in mistakes:
        line = Text(f"{file}:{mistake.line}:{mistake.column}: ", style="dim")
        line.append("warning: " if mistake.warning else "error: ", style="yellow" if mistake.warning else "bold red")
        line.append(f"{mistake.place}: {mistake.what}", style="default")
        line.append(f" ({mistake.hint})" if mistake.hint else "", style="cyan")
        err.print(line)


def summary(checked: Checked) -> str:
    assert checked.document is not None, "only of a valid document"
    parts = ("owner", "journey", "survey", "touchpoint")
    return ", ".join(plural(len(getattr(checked.document, f"{part}s")), part) for part in parts)


def plural(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def counted(difference: list[dict[str, Any]]) -> str:
    return plural(len(difference), "change")


def print_kept(kept: list[dict[str, Any]]) -> None:
    """Subscriptions made by API or page, which no file touches; and which of them fall silent with their owner."""
    for one in kept:
        fate = "stays as it is" if one["is_told"] else "is told nothing while its owner is in no file"
        err.print(f"  = subscription {one['owner']}/{one['id']}, made without a file, {fate}", markup=False)


def print_difference(difference: list[dict[str, Any]]) -> None:
    for change in difference:
        mark, colour = MARKS[change["change"]]
        out.print(Text(f"{mark} {change['kind']} {change['id']}".rstrip(), style=f"bold {colour}"))
        if change["change"] == "changed":
            for place, old, new in leaves(change.get("before"), change.get("after")):
                line = Text(f"    {place}: ")
                line.append(shown(old), style="red").append(" → ").append(shown(new), style="green")
                out.print(line)


def leaves(old: Any, new: Any, place: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Each part that differs, with its place: `promise.bad_at_most`. Only their order differing is a part too."""
    if not (isinstance(old, dict) and isinstance(new, dict)):
        if old != new:
            yield place, old, new
        return
    for name in {**old, **new}:
        yield from leaves(old.get(name, NOTHING), new.get(name, NOTHING), f"{place}.{name}".lstrip("."))
    if old == new and list(old) != list(new):
        yield f"{place} (order)".strip(), ", ".join(old), ", ".join(new)


def shown(value: Any) -> str:
    if value is NOTHING:
        return "(nothing)"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def agree(yes: bool, question: str) -> None:
    """Returns where the user agrees. Raises Failed where nobody can be asked; exits where they do not."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise Failed("nobody is there to agree; add --yes to apply without asking")
    typer.confirm(question, abort=True, err=True)
