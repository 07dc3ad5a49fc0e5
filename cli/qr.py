"""`etincelle qr`: codes to print, each leading to the page of a touchpoint: as a picture, or as a poster."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit, urlunsplit

import segno
import typer

from cli.client import Client, connect, path_to
from cli.options import Json
from cli.printing import Failed, err, out, print_json, unreadable

PIXELS = 20
"""A module's side in PNG: a code of 33 modules has 820 pixels, enough for 7 cm in print."""
MOST = 500
"""In one run: each is a link of its own."""
LONGEST_PLACE = 60


class Format(StrEnum):
    """What a code is written as."""

    svg = "svg"
    png = "png"
    pdf = "pdf"


@dataclass(frozen=True)
class Printed:
    """A code to print: the link it leads by, its address as the code says it, and where it will hang."""

    link_id: str
    url: str
    place: str | None

    @property
    def code(self) -> segno.QRCode:
        """A quarter of it may be lost or dirty, and it can still be read."""
        return segno.make(self.url, error="q", boost_error=False, micro=False)


def register(app: typer.Typer) -> None:
    app.command("qr")(qr)


def qr(
    touchpoint: Annotated[str, typer.Argument(help="Its id.", show_default=False)],
    place: Annotated[str | None, typer.Option(help='where it hangs, as "Caisse 3"', show_default=False)] = None,
    places: Annotated[
        Path | None, typer.Option(help="A file with a place on each line: a code for each.", show_default=False)
    ] = None,
    count: Annotated[int, typer.Option(min=1, max=MOST, help="So many codes, numbered where a place is given.")] = 1,
    form: Annotated[
        Format, typer.Option("--format", help="svg and png: the code alone; pdf: an A4 poster.")
    ] = Format.pdf,
    out_file: Annotated[
        Path | None, typer.Option("--out", help="Where to; else TOUCHPOINT.FORMAT here.", show_default=False)
    ] = None,
    langs: Annotated[
        list[str] | None,
        typer.Option("--lang", help="Of the poster, largest first; else all it has.", show_default=False),
    ] = None,
    as_json: Json = False,
) -> None:
    """Make codes to print. Each is a link of its own: it can be told apart in the answers, and revoked alone."""
    client = connect()
    known = client.get(path_to("touchpoints", touchpoint))["touchpoint"]
    wanted = labels(place, places, count)
    asked = questions_of(known, langs)
    if form is Format.pdf:
        refuse_unwritable([known["owner"]["name"], *asked.values(), *(label for label in wanted if label)])
    target = writable(out_file or Path(f"{touchpoint}.{form}"))
    printed = [made(client, touchpoint, label) for label in wanted]
    files = write(printed, form, target, known, asked)
    if as_json:
        print_json([{"link_id": one.link_id, "url": one.url, "place": one.place} for one in printed])
        return
    for file in files:
        out.print(str(file), markup=False)
    err.print(f"{len(printed)} made; `etincelle links list {touchpoint}` shows them", style="dim", markup=False)


def labels(place: str | None, places: Path | None, count: int) -> list[str | None]:
    """A label for each code. Raises Failed before any link is made."""
    if places is None:
        found: list[str | None] = [f"{place} {n}" if place and count > 1 else place for n in range(1, count + 1)]
    else:
        if place is not None or count > 1:
            raise Failed("--places names every place by itself: leave --place and --count out")
        found = list(lines_of(places))
    long = next((label for label in found if label and len(label) > LONGEST_PLACE), None)
    if long:
        raise Failed(f"a place has at most {LONGEST_PLACE} characters: {long}")
    return found


def lines_of(file: Path) -> list[str]:
    try:
        found = [line.strip() for line in file.read_text(encoding="utf-8-sig").splitlines() if line.strip()]
    except (OSError, UnicodeDecodeError) as error:
        raise unreadable(file, error) from None
    if not 1 <= len(found) <= MOST:
        raise Failed(f"{file} has {len(found)} places; 1 to {MOST} are made at once")
    return found


def questions_of(known: dict[str, Any], langs: list[str] | None) -> dict[str, str]:
    """The question in the languages of the poster. Raises Failed where it has not one of them."""
    question: dict[str, str] = known["survey"]["question"]
    absent = [lang for lang in langs or [] if lang not in question]
    if absent:
        raise Failed(f"--lang {absent[0]}: this question is in {', '.join(question)}")
    return {lang: question[lang] for lang in langs or question}


def refuse_unwritable(texts: Sequence[str]) -> None:
    """Raises Failed where the poster's fonts lack a letter."""
    from cli.poster.lettering import Unwritable, runs

    try:
        for text in texts:
            runs(text, "ltr")
    except Unwritable as sign:
        advice = "use --lang, another --place, or --format svg"
        raise Failed(f"the poster's letters are Latin and Arabic; they lack {sign}: {advice}") from None


def writable(target: Path) -> Path:
    if not target.parent.is_dir():
        raise Failed(f"{target.parent} is no folder")
    return target


def made(client: Client, touchpoint: str, place: str | None) -> Printed:
    """A new link of the channel `qr`."""
    wanted = {"touchpoint": touchpoint, "channel": "qr"} | ({"place": place} if place else {})
    link = client.post("/v1/links", wanted)
    return Printed(link["link_id"], in_capitals(link["url"]), place)


def in_capitals(url: str) -> str:
    """The address in capitals, which make a coarser code. A path before ours stays: it may tell cases apart."""
    parts = urlsplit(url)
    path = parts.path.upper() if parts.path.startswith("/S/") else parts.path
    return urlunsplit((parts.scheme.upper(), parts.netloc.upper(), path, "", ""))


def write(
    printed: Sequence[Printed], form: Format, target: Path, known: dict[str, Any], asked: dict[str, str]
) -> list[Path]:
    """Writes the codes: posters as the pages of one file, pictures as a file each. Gives the files."""
    if form is Format.pdf:
        target.write_bytes(posters(printed, known, asked))
        return [target]
    files = [target if len(printed) == 1 else numbered(target, n) for n in range(1, len(printed) + 1)]
    for one, file in zip(printed, files, strict=True):
        file.write_bytes(picture(one.code, form))
    return files


def numbered(target: Path, n: int) -> Path:
    return target.with_name(f"{target.stem}-{n:03}{target.suffix}")


def picture(code: segno.QRCode, form: Format) -> bytes:
    file = io.BytesIO()
    code.save(file, kind=form.value, border=4, scale=PIXELS if form is Format.png else 10)
    return file.getvalue()


def posters(printed: Sequence[Printed], known: dict[str, Any], asked: dict[str, str]) -> bytes:
    """A PDF with a page for each code."""
    from cli.poster.design import OWN_COLOUR, Content, poster
    from cli.poster.pdf import document

    owner = known["owner"]
    pages = [
        poster(
            Content(
                questions=asked,
                modules=[[bool(module) for module in row] for row in one.code.matrix],
                url=one.url,
                owner=owner["name"],
                colour=owner.get("colour") or OWN_COLOUR,
                place=one.place or "",
            )
        )
        for one in printed
    ]
    first = next(iter(asked))
    return document(pages, asked[first], first)
