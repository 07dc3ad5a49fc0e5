"""What the shape of a document cannot say: who refers to whom, what contradicts what, which words are missing.

The rules read the raw value and pass over what is misshapen, so that a mistake in one place never hides one elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from services.registry.domain.case_rules import cases_opened
from services.registry.domain.journey import WAYS, with_kind
from services.registry.domain.mistakes import MOST, Mistake, Path, did_you_mean
from services.registry.domain.trees import Tree, mapping, section
from shared.scales import SCALES

SECRET_OF = {"webhook", "slack"}
LABELLED = {"nps", "csat", "ces"}


def broken_rules(document: Tree) -> list[Mistake]:
    """Every broken rule, errors and warnings, in the order of the rules; of each kind at most MOST."""
    found = (mistake for rule in RULES for mistake in rule(document))
    errors: list[Mistake] = []
    warnings: list[Mistake] = []
    for mistake in found:
        (warnings if mistake.warning else errors).append(mistake)
        if max(len(errors), len(warnings)) == MOST:
            break
    return errors + warnings


def references(document: Tree) -> Iterator[Mistake]:
    for identifier, touchpoint in section(document, "touchpoints").items():
        path = ("touchpoints", identifier)
        for name, kind in (("owner", "owners"), ("survey", "surveys"), ("staff_survey", "surveys")):
            yield from reference(document, touchpoint, (*path, name), kind)
        yield from place_in_journey(document, touchpoint, path)


def reference(document: Tree, entry: Tree, path: Path, kind: str) -> Iterator[Mistake]:
    """An id that is misshapen where it is defined is not unknown."""
    wanted, known = entry.get(str(path[-1])), mapping(document, kind)
    if isinstance(wanted, str) and wanted not in known:
        hint = did_you_mean(wanted, known) or f"add it under `{kind}`"
        yield Mistake(path, f"there is no {kind[:-1]} `{wanted[:80]}`", hint)


def place_in_journey(document: Tree, touchpoint: Tree, path: Path) -> Iterator[Mistake]:
    """What is wrong with the journey and the stage a touchpoint names."""
    journeys = mapping(document, "journeys")
    journey = touchpoint.get("journey") or (next(iter(journeys)) if len(journeys) == 1 else None)
    yield from reference(document, touchpoint, (*path, "journey"), "journeys")
    if journey is None and journeys:
        yield Mistake(path, "`journey` is missing", did_you_mean("", journeys), on_key=True)
    stage, stages = touchpoint.get("stage"), mapping(journeys.get(str(journey)), "stages")
    if not stages:
        return
    if stage is None:
        yield Mistake(path, f"`stage` is missing: where in `{journey}`?", did_you_mean("", stages), on_key=True)
    elif isinstance(stage, str) and stage not in stages:
        yield Mistake((*path, "stage"), f"`{journey}` has no stage `{stage[:80]}`", did_you_mean(stage, stages))


def channels_once(document: Tree) -> Iterator[Mistake]:
    for identifier, touchpoint in section(document, "touchpoints").items():
        channels = touchpoint.get("channels")
        if not isinstance(channels, list):
            continue
        for n, channel in enumerate(channels):
            if channel in channels[:n]:
                path = ("touchpoints", identifier, "channels", n)
                yield Mistake(path, f"`{str(channel)[:80]}` is listed twice", "leave one out")


def bad_on_scale(document: Tree) -> Iterator[Mistake]:
    for identifier, survey in section(document, "surveys").items():
        scale, bad = SCALES.get(str(survey.get("scale"))), survey.get("bad_at_most")
        if scale and type(bad) is int and not scale.low <= bad < scale.high:
            what = f"{scale.name} runs from {scale.low} to {scale.high}, so {bad} makes every answer bad, or none"
            hint = f"choose {scale.low} to {scale.high - 1}, or leave it out for {scale.bad_at_most}"
            yield Mistake(("surveys", identifier, "bad_at_most"), what, hint)


def share_for_each_score(document: Tree) -> Iterator[Mistake]:
    """What is typical of a scale is said of all its scores."""
    parts: list[tuple[Path, Tree]] = [(("defaults",), mapping(document, "defaults"))]
    parts += [(("touchpoints", identifier), entry) for identifier, entry in section(document, "touchpoints").items()]
    for path, part in parts:
        for name, typical in section(mapping(part, "detection"), "typical").items():
            scale, shares = SCALES.get(name), typical.get("shares")
            if scale and isinstance(shares, list) and len(shares) != scale.levels:
                what = f"{name} has {scale.levels} scores, and here are {len(shares)} shares"
                hint = "write a share for each, from the worst score to the best"
                yield Mistake((*path, "detection", "typical", name, "shares"), what, hint)


def one_target(document: Tree) -> Iterator[Mistake]:
    """Each subscription says where in exactly one way, and has the secrets of that way only."""
    for owner, entry in section(document, "owners").items():
        for identifier, target in subscriptions(entry):
            path = ("owners", owner, "subscriptions", identifier)
            ways = [way for way in WAYS if target.get(way) is not None]
            if len(ways) != 1:
                what = f"is {' and '.join(ways)} at once" if ways else f"says none of {', '.join(WAYS)}"
                yield Mistake(path, what, "write one of them; make a subscription for each")
            elif target.get("secret") is not None and ways[0] not in SECRET_OF:
                what = f"{'an e-mail' if ways == ['email'] else ways[0]} is not signed"
                yield Mistake((*path, "secret"), what, "leave `secret` out", on_key=True)
            elif target.get("former_secret") is not None and not (ways == ["webhook"] and target.get("secret")):
                what, hint = "only a webhook that has a `secret` has a former one", "leave it out"
                yield Mistake((*path, "former_secret"), what, hint, on_key=True)
            elif ways == ["slack"]:
                yield from slack_complete(target, path)


def slack_complete(target: Tree, path: Path) -> Iterator[Mistake]:
    """A channel takes messages from a bot only; an incoming webhook takes them from anybody who knows it."""
    is_channel = not str(target["slack"]).lower().startswith("http")
    if is_channel and not target.get("secret"):
        what, hint = "a channel needs a bot's token", "add `secret: xoxb-…`, or give an incoming webhook"
        yield Mistake((*path, "slack"), what, hint)


def subscriptions(owner: Tree) -> list[tuple[str, Tree]]:
    """The well-formed subscriptions of an owner, also those written as one text."""
    targets = [(i, with_kind(entry)) for i, entry in mapping(owner, "subscriptions").items()]
    return [(i, target) for i, target in targets if isinstance(target, dict)]


def caps_that_bind(document: Tree) -> Iterator[Mistake]:
    company = section(document, "pressure").get("company", {})
    for channel, cap in section(mapping(document, "pressure"), "channels").items():
        if not (is_cap(company) and is_cap(cap)):
            continue
        if cap["at_most"] > company["at_most"] and cap["days"] <= company["days"]:
            path = ("pressure", "channels", channel, "at_most")
            what = f"never reached: the company's cap is {company['at_most']} in {company['days']} days"
            yield Mistake(path, what, "lower it, or raise the company's")


def chains_known(document: Tree) -> Iterator[Mistake]:
    """A chain is of the owner's own subscriptions; the pilot is an owner."""
    for owner, entry in section(document, "owners").items():
        known, chain = mapping(entry, "subscriptions"), entry.get("chain")
        for n, name in enumerate(chain if isinstance(chain, list) else []):
            if isinstance(name, str) and name not in known:
                path = ("owners", owner, "chain", n)
                yield Mistake(path, f"there is no subscription `{name[:80]}` of this owner", did_you_mean(name, known))
    for identifier, lived in section(document, "journeys").items():
        yield from reference(document, lived, ("journeys", identifier, "pilot"), "owners")


def one_way_of_sampling(document: Tree) -> Iterator[Mistake]:
    ways = ("answers_per_week", "half_width", "share")
    for identifier, touchpoint in section(document, "touchpoints").items():
        sampling = touchpoint.get("sampling")
        if isinstance(sampling, dict) and sum(sampling.get(way) is not None for way in ways) != 1:
            path = ("touchpoints", identifier, "sampling")
            yield Mistake(path, f"say exactly one of {', '.join(ways)}", "leave `sampling` out to ask everybody")


def programmes_known(document: Tree) -> Iterator[Mistake]:
    """A cap that no touchpoint comes under is probably misspelt; in another document it may be right."""
    named = {str(one.get("programme")) for one in section(document, "touchpoints").values() if one.get("programme")}
    for programme in mapping(mapping(document, "pressure"), "programmes"):
        if programme not in named:
            path = ("pressure", "programmes", programme)
            hint = did_you_mean(programme, named)
            yield Mistake(path, "no touchpoint here is of this programme", hint, warning=True, on_key=True)


def asked_in_time(document: Tree) -> Iterator[Mistake]:
    for identifier, touchpoint in section(document, "touchpoints").items():
        ask = mapping(touchpoint, "ask")
        delay, fresh = ask.get("delay_minutes", 0), ask.get("fresh_hours", 72)
        if all(type(one) in (int, float) for one in (delay, fresh)) and delay >= fresh * 60:
            path = ("touchpoints", identifier, "ask", "delay_minutes" if "delay_minutes" in ask else "fresh_hours")
            what = f"nobody is ever asked: after {delay} minutes the {fresh} fresh hours are over"
            yield Mistake(path, what, "lower `delay_minutes`, or raise `fresh_hours`")


def people_placed(document: Tree) -> Iterator[Mistake]:
    """Each role has the team and the touchpoints that it needs, and no two people have one address."""
    seen: dict[str, str] = {}
    for identifier, person in section(document, "people").items():
        path = ("people", identifier)
        yield from reference(document, person, (*path, "owner"), "owners")
        yield from role_complete(person, path)
        places = person.get("touchpoints")
        for n, name in enumerate(places if isinstance(places, list) else []):
            if isinstance(name, str) and name not in (known := mapping(document, "touchpoints")):
                hint = did_you_mean(name, known)
                yield Mistake((*path, "touchpoints", n), f"there is no touchpoint `{name[:80]}`", hint)
        first = seen.setdefault(str(person.get("email", identifier)).strip().casefold(), identifier)
        if first != identifier:
            what, hint = f"`{first[:80]}` has the same address", "give each person an address of their own"
            yield Mistake((*path, "email"), what, hint)


def role_complete(person: Tree, path: Path) -> Iterator[Mistake]:
    """What the role needs and is not there, and what is there and means nothing."""
    role = person.get("role")
    if role in ("owner", "front_line") and person.get("owner") is None:
        yield Mistake(
            path, f"`owner` is missing: of which team is this {role}?", "add `owner:` and the team's id", on_key=True
        )
    if role == "front_line" and not person.get("touchpoints"):
        yield Mistake(path, "`touchpoints` is missing: where do they work?", "add `touchpoints: […]`", on_key=True)
    for name in {"pilot": ("owner", "touchpoints"), "owner": ("touchpoints",)}.get(str(role), ()):
        if person.get(name):
            yield Mistake(
                (*path, name), f"a {role} has no `{name}`", "leave it out, or choose another role", on_key=True
            )


def is_cap(value: Tree) -> bool:
    return all(type(value.get(name)) in (int, float) for name in ("at_most", "days"))


def ids_apart(document: Tree) -> Iterator[Mistake]:
    for kind in ("owners", "journeys", "surveys", "touchpoints"):
        seen: dict[str, str] = {}
        for identifier in mapping(document, kind):
            first = seen.setdefault(identifier.lower(), identifier)
            if first != identifier:
                what = f"`{identifier[:80]}` and `{first[:80]}` differ in capitals only"
                yield Mistake((kind, identifier), what, "people will mix them up: rename one", True, on_key=True)


def somebody_told(document: Tree) -> Iterator[Mistake]:
    for owner, entry in section(document, "owners").items():
        if not entry.get("subscriptions"):
            hint = "add `subscriptions: {mail: team@example.com}`"
            yield Mistake(("owners", owner), "nobody is told when friction begins", hint, warning=True, on_key=True)
        for identifier, target in subscriptions(entry):
            if target.get("webhook") is not None and not target.get("secret"):
                path = ("owners", owner, "subscriptions", identifier)
                yield Mistake(path, "this webhook is not signed", "add a `secret`", warning=True, on_key=True)


def all_used(document: Tree) -> Iterator[Mistake]:
    touchpoints = section(document, "touchpoints").values()
    for kind, fields in (("owners", ("owner",)), ("surveys", ("survey", "staff_survey"))):
        used = {str(touchpoint.get(name)) for touchpoint in touchpoints for name in fields}
        for identifier in mapping(document, kind):
            if touchpoints and identifier not in used:
                yield Mistake((kind, identifier), "no touchpoint uses it", "", warning=True, on_key=True)


def labels_complete(document: Tree) -> Iterator[Mistake]:
    for identifier, survey in section(document, "surveys").items():
        asked = languages(document, survey.get("question"))
        for name in ("low_label", "high_label", "comment", "thanks"):
            written = languages(document, survey.get(name))
            expected = name.endswith("label") and str(survey.get("scale")) in LABELLED
            missing = sorted(asked - written) if written or expected else []
            if missing:
                path = ("surveys", identifier, name)
                what = f"`{name}` is missing in {', '.join(missing)}, in which the question is asked"
                yield Mistake(path, what, f"add `{name}: {{{missing[0]}: …}}`", warning=True)


def owners_language(document: Tree) -> Iterator[Mistake]:
    owners, surveys = section(document, "owners"), section(document, "surveys")
    for identifier, touchpoint in section(document, "touchpoints").items():
        owner = owners.get(str(touchpoint.get("owner")))
        survey = surveys.get(str(touchpoint.get("survey")))
        lang = str(owner.get("lang") or document.get("lang", "en")) if owner else ""
        asked = languages(document, survey.get("question")) if survey else set()
        if owner and asked and lang.split("-")[0] not in {one.split("-")[0] for one in asked}:
            what = f"`{touchpoint['survey']}` is not asked in {lang}, which `{touchpoint['owner']}` speaks"
            path = ("touchpoints", identifier, "survey")
            yield Mistake(path, what, f"add `question: {{{lang}: …}}` to the survey", warning=True)


def languages(document: Tree, words: Any) -> set[str]:
    if isinstance(words, str):
        return {str(document.get("lang", "en"))}
    return {str(lang) for lang in words} if isinstance(words, dict) else set()


RULES: tuple[Callable[[Tree], Iterator[Mistake]], ...] = (
    references,
    channels_once,
    bad_on_scale,
    share_for_each_score,
    one_target,
    chains_known,
    caps_that_bind,
    one_way_of_sampling,
    asked_in_time,
    people_placed,
    cases_opened,
    programmes_known,
    ids_apart,
    somebody_told,
    all_used,
    labels_complete,
    owners_language,
)
