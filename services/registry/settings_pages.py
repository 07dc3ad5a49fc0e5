"""Settings as they hold: the journey files as they were applied, with what each version changed. Read only."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import yaml
from chalice.app import Response

from services.registry.domain.difference import difference, hidden
from services.registry.usecases import Documents, Version
from shared.catalogue import ID
from shared.http import found
from shared.pages.shell import Frame, read_words, rendered
from shared.sessions import Visitor

HERE = Path(__file__).parent / "settings"
NUMBER = re.compile(r"[1-9][0-9]{0,5}")
PATH = "/settings"


def list_page(documents: Documents, visitor: Visitor) -> Response:
    """Every document, with its newest version."""
    return shown("list.html", words()[visitor.lang]["title"], visitor, PATH, heads=documents.heads())


def version_page(name: str, number: str, documents: Documents, visitor: Visitor) -> Response:
    """A version of a document as YAML, and what it changed. Raises NotFound."""
    version = version_of(name, number, documents)
    before = documents.version(name, version.version - 1)
    changes = difference(before.document if before else None, version.document)
    text = yaml.safe_dump(hidden(version.document), allow_unicode=True, sort_keys=False, width=100)
    newest = documents.head(name)
    return shown(
        "version.html",
        f"{name}, {words()[visitor.lang]['version'].format(n=version.version)}",
        visitor,
        f"{PATH}/{name}/{version.version}",
        version=version,
        changes=changes,
        text=text,
        newest=newest.version if newest else version.version,
    )


def version_of(name: str, number: str, documents: Documents) -> Version:
    is_name = ID.fullmatch(name) and NUMBER.fullmatch(number)
    version: Version = found(documents.version(name, int(number)) if is_name else None, "such version")
    return version


@cache
def words() -> dict[str, dict[str, str]]:
    """By language and name."""
    return read_words(HERE / "words.json")


def shown(template: str, title: str, visitor: Visitor, here: str, **values: object) -> Response:
    frame = Frame(title, visitor, visitor.lang, PATH, here, words()[visitor.lang])
    return rendered(template, frame, folder=HERE, **values)  # type: ignore[arg-type]
