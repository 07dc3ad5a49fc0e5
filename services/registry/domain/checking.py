"""Is this a journey document? Every mistake at once, in words, whether it comes from a file or over HTTP."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, get_args, get_origin

from pydantic import BaseModel, ValidationError

from services.registry.domain.journey import JourneyDocument
from services.registry.domain.mistakes import MOST, Mistake, Path, did_you_mean, errors_among
from services.registry.domain.rules import broken_rules
from services.registry.domain.variables import substituted

KINDS = {dict: "a mapping", list: "a list", str: "a text", bool: "true or false", int: "a number", float: "a number"}
NEEDED = {
    "string_type": "a text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
    "tuple_type": "a list",
    "list_type": "a list",
}
PATTERNS = {
    "email": "is no e-mail address",
    "webhook": "is no address that may be called: https, or http on this machine",
    "secret": "is no signing secret: `whsec_` and at least 24 bytes in base64; nor a Slack bot's token, `xoxb-…`",
    "former_secret": "is no signing secret: `whsec_` and at least 24 bytes in base64",
    "slack": "is no Slack channel's id, such as C024BE91L, and no incoming webhook's https address",
    "teams": "is no address that may be called: https, or http on this machine",
    "sms": "is no phone number; write one such as '+33612345678'",
    "colour": "is no colour; write one such as '#b3400f'",
    "logo": "is no picture: data:image/svg+xml;base64,… (or png, webp)",
    "start": "is no time of day; write one such as '20:00'",
    "end": "is no time of day; write one such as '07:30'",
    "at": "is no time of day; write one such as '08:00'",
    "lang": "is no language tag, such as en or fr-CA",
    "time_zone": "is no time zone; write one such as Europe/Paris",
}
REFERENCES = {"owner", "journey", "stage", "survey", "staff_survey"}
WORDS = {"question", "low_label", "high_label", "comment", "thanks", "name", "text"}
SHARES = {"bad_at_most", "share_false"}


@dataclass(frozen=True)
class Checked:
    """document: None where a mistake is an error."""

    document: JourneyDocument | None
    mistakes: tuple[Mistake, ...]


def check(value: Any) -> Checked:
    """Every mistake of a plain value, as JSON or YAML gave it; of each kind at most MOST. Never raises."""
    if not isinstance(value, Mapping):
        hint = "begin with `name:`, `owners:`, `surveys:` and `touchpoints:`"
        return Checked(None, (Mistake((), f"a journey document is a mapping, not {kind_of(value)}", hint),))
    tree = {str(name): inner for name, inner in value.items() if inner is not None}
    document, shapes = parsed(tree)
    mistakes = tuple(shapes + broken_rules(tree))
    return Checked(None if errors_among(mistakes) else document, mistakes)


def check_text(source: str | bytes, variables: Mapping[str, str], *, required: bool = True) -> Checked:
    """Every mistake of a journey file, each with its line; `${NAME}` is replaced by the variables."""
    from services.registry.domain.reading import read  # the API takes JSON, and its Lambda has no YAML

    reading = read(source)
    if reading.value is None and reading.mistakes:
        return Checked(None, tuple(reading.mistakes))
    value, unset = substituted(reading.value, variables, required=required)
    checked = check(value)
    mistakes = [*reading.mistakes, *(reading.placed(mistake) for mistake in (*unset, *checked.mistakes))]
    mistakes.sort(key=lambda mistake: (mistake.line or 0, mistake.column or 0, mistake.warning))
    return Checked(None if errors_among(mistakes) else checked.document, tuple(mistakes))


def parsed(tree: dict[str, Any]) -> tuple[JourneyDocument | None, list[Mistake]]:
    lang = tree.get("lang")
    context = {"lang": lang if isinstance(lang, str) else "en"}
    try:
        return JourneyDocument.model_validate(tree, context=context), []
    except ValidationError as error:
        found = error.errors(include_url=False)[:MOST]
    paths = [tuple(one["loc"]) for one in found]
    return None, [mistake_of(one) for one in found if not follows(tuple(one["loc"]), one["type"], paths)]


def follows(path: Path, kind: str, paths: list[Path]) -> bool:
    """Whether a list is only too short because its elements are wrong, which is said already."""
    return kind == "too_short" and any(other[: len(path)] == path and len(other) > len(path) for other in paths)


def mistake_of(error: Any) -> Mistake:
    """Pydantic's error in words of ours. The value itself is repeated only where it is a name that may be known."""
    path, kind, value = tuple(error["loc"]), error["type"], error["input"]
    if path[-1:] == ("[key]",):
        return key_mistake(path[:-1], error)
    name = next((str(part) for part in reversed(path) if isinstance(part, str)), "")
    explain = EXPLAINED.get(kind)
    if explain:
        return explain(path, name, value, error)
    if kind in NEEDED:
        hint = "put it in quotes" if kind == "string_type" and isinstance(value, (bool, int, float)) else ""
        return Mistake(path, f"{NEEDED[kind]} is needed here, not {kind_of(value)}", hint)
    if kind in ("greater_than", "less_than") and name in SHARES:
        return Mistake(path, "a share lies between 0 and 1", "write 8 % as 0.08")
    return Mistake(path, str(error["msg"]).removeprefix("Input ").removeprefix("Value error, "))


def missing(path: Path, name: str, _value: Any, _error: Any) -> Mistake:
    return Mistake(path, f"`{name}` is missing")


def unknown(path: Path, name: str, _value: Any, _error: Any) -> Mistake:
    known = model_at(path[:-1]).model_fields
    return Mistake(path, f"there is no field `{name[:80]}` here", did_you_mean(name, known), on_key=True)


def not_listed(path: Path, name: str, value: Any, error: Any) -> Mistake:
    known = re.findall(r"'([^']+)'", error["ctx"]["expected"])
    written = f"`{value[:80]}`" if isinstance(value, str) else kind_of(value)
    what = f"{written} is no {name.removesuffix('s')}; there is {', '.join(known)}"
    return Mistake(path, what, did_you_mean(value, known, most=0))


def malformed(path: Path, name: str, _value: Any, _error: Any) -> Mistake:
    if name in PATTERNS:
        return Mistake(path, PATTERNS[name])
    if name in REFERENCES or path == ("name",):
        return Mistake(path, key_trouble(path))
    return Mistake(path, "holds control characters")


def halved(path: Path, _name: str, _value: Any, _error: Any) -> Mistake:
    printable = tuple(p if isinstance(p, int) else p.encode("utf-8", "replace").decode() for p in path)
    return Mistake(printable, "holds half a character (a lone surrogate)")


def too_short(path: Path, _name: str, _value: Any, error: Any) -> Mistake:
    return Mistake(path, f"at least {error['ctx']['min_length']} is needed")


def too_long(path: Path, _name: str, _value: Any, error: Any) -> Mistake:
    return Mistake(path, f"at most {error['ctx']['max_length']} are taken")


def no_mapping(path: Path, name: str, value: Any, _error: Any) -> Mistake:
    needed = "a text, or one for each language," if name in WORDS else "a mapping"
    return Mistake(path, f"{needed} is needed here, not {kind_of(value)}")


EXPLAINED: dict[str, Callable[[Path, str, Any, Any], Mistake]] = {
    "missing": missing,
    "extra_forbidden": unknown,
    "literal_error": not_listed,
    "string_pattern_mismatch": malformed,
    "string_unicode": halved,
    "too_short": too_short,
    "too_long": too_long,
    "dict_type": no_mapping,
}


def key_mistake(path: Path, error: Any) -> Mistake:
    """What is wrong with a key: it is none of those there are, or no id."""
    if error["type"] != "literal_error":
        return Mistake(path, key_trouble(path), on_key=True)
    known = re.findall(r"'([^']+)'", error["ctx"]["expected"])
    what = f"there is no `{str(path[-1])[:80]}` here; there is {', '.join(known)}"
    return Mistake(path, what, did_you_mean(str(path[-1]), known, most=0), on_key=True)


def key_trouble(path: Path) -> str:
    if len(path) > 2 and path[-2] in WORDS:
        return PATTERNS["lang"]
    return "an id has letters, digits, `.`, `_`, `-`, begins with a letter or digit, and has at most 64 characters"


def kind_of(value: Any) -> str:
    return "nothing" if value is None else KINDS.get(type(value), "this")


def model_at(path: Path) -> type[BaseModel]:
    """The model of the part at the path; ids and list places are passed over."""
    model: type[BaseModel] = JourneyDocument
    is_id = False
    for part in path:
        field = None if is_id else model.model_fields.get(str(part))
        is_id = False
        if field:
            model = inner_model(field.annotation) or model
            is_id = get_origin(field.annotation) is dict
    return model


def inner_model(annotation: Any) -> type[BaseModel] | None:
    """The first model in an annotation such as `dict[Id, Annotated[Owner, …]] | None`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in get_args(annotation) if (found := inner_model(part))), None)
