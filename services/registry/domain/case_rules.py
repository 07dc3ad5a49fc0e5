"""Rules about the `cases` of touchpoints that the shape of a document cannot say."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from services.registry.domain.mistakes import Mistake, Path
from services.registry.domain.trees import Tree, section
from shared.scales import SCALES

OPENS = ("when", "words", "call_back")
KNOWS_WHOM = {"email", "sms", "widget", "phone", "api", "import"}
"""Channels of whose answers we may know who gave them."""


def cases_opened(document: Tree) -> Iterator[Mistake]:
    """Rules of cases that open some, on the survey's scale; and by a channel that knows whom to call back."""
    for identifier, touchpoint in section(document, "touchpoints").items():
        cases, path = touchpoint.get("cases"), ("touchpoints", identifier, "cases")
        if not isinstance(cases, dict):
            continue
        if not any(cases.get(name) for name in OPENS) and cases.get("scores_at_most") is None:
            yield Mistake(path, f"no answer opens a case: say one of {', '.join(OPENS)}, scores_at_most", "`when: bad`")
        if cases.get("when") is not None and cases.get("scores_at_most") is not None:
            yield Mistake(
                (*path, "scores_at_most"), "says the same as `when`, differently", "leave one out", on_key=True
            )
        survey = section(document, "surveys").get(str(touchpoint.get("survey")), {})
        yield from score_on_scale(cases.get("scores_at_most"), str(survey.get("scale")), path)
        for n, word in enumerate(cases["words"] if isinstance(cases.get("words"), list) else []):
            if isinstance(word, str) and not any(sign.isalnum() for sign in word):
                yield Mistake((*path, "words", n), "holds no letter or digit", "leave it out")
        if cases.get("call_back") is True and not KNOWS_WHOM & set(map(str, touchpoint.get("channels") or ("api",))):
            what, hint = "nobody can be called back: no channel here knows who answers", "add `email`, `sms` or `api`"
            yield Mistake((*path, "call_back"), what, hint, warning=True, on_key=True)


def score_on_scale(score: Any, name: str, path: Path) -> Iterator[Mistake]:
    scale = SCALES.get(name)
    if scale and type(score) is int and not scale.low <= score < scale.high:
        what = f"{scale.name} runs from {scale.low} to {scale.high}, so {score} opens a case for every answer, or none"
        yield Mistake((*path, "scores_at_most"), what, f"choose {scale.low} to {scale.high - 1}")
