"""What a check found, in words: what the method allows to say, and no more."""

from __future__ import annotations

from math import floor, log10

from services.insights.domain.check import Expected, Findings
from shared.events import Share

THIN, NO_BREAK = "\u202f", "\u00a0"
SAID = {
    "fr": {
        "worked": "L’effort a porté{nb}: {before} → {after} de mauvaises réponses{usual}. Sans l’action on en "
        "attendait {expected}, d’après {n} autres points de contact. Si elle n’avait rien changé, on verrait une "
        "telle baisse une fois sur {odds}.",
        "worse": "C’est pire depuis{nb}: {before} → {after} de mauvaises réponses{usual}. Sans l’action on en "
        "attendait {expected}, d’après {n} autres points de contact.",
        "not_shown": "Pas d’effet visible pour l’instant{nb}: {before} → {after} de mauvaises réponses{usual}. Sans "
        "l’action on en attendait {expected}{nb}; ce qui est arrivé reste dans cette fourchette.",
        "too_early": "Trop tôt pour le dire{nb}: il faut au moins trois jours et vingt réponses depuis l’action.",
        "too_close": "Deux actions se suivent de trop près{nb}: on ne peut pas dire ce que chacune a fait.",
        "alone": "{before} → {after} de mauvaises réponses{usual}. Moins de trois autres points de contact tranquilles "
        "sur cette échelle{nb}: on ne peut pas dire si c’est l’action.",
        "over": "L’alerte était close avant l’action{nb}: il n’y a pas d’effort à juger.",
        "other_kind": "Cette alerte ne porte pas sur les mauvaises réponses{nb}: il n’y a rien à comparer.",
        "usual": ", contre {usual} avant la friction",
        "regained": "{part} de la hausse est effacée (entre {low} et {high}).",
        "regained_all": "La hausse est effacée en entier{nb}: {part} (entre {low} et {high}){nb}; au-delà de {whole}, "
        "c’est mieux qu’avant.",
        "back": "On ne distingue plus ce niveau de celui d’avant la friction.",
        "not_back": "Le niveau reste au-dessus de celui d’avant la friction ({low} à {high} attendus aujourd’hui).",
        "alarm": "L’action est venue trop vite après l’alerte pour mesurer le niveau entre les deux{nb}: celui que "
        "l’alerte a mesuré sert de départ, avec sa marge.",
        "weeks": "Les réponses des équipes comptent par semaines entières, du lundi au dimanche, terminées et d’au "
        "moins cinq réponses{nb}: les autres jours sont laissés de côté.",
        "interval": "{share} ({low} à {high})",
        "percent": "{value}{thin}%",
    },
    "en": {
        "worked": "It worked: {before} → {after} bad answers{usual}. Without it, {expected} were to be expected, going "
        "by {n} other touchpoints. Had it changed nothing, such a fall would come about once in {odds}.",
        "worse": "It is worse since: {before} → {after} bad answers{usual}. Without it, {expected} were to be "
        "expected, going by {n} other touchpoints.",
        "not_shown": "No effect to be seen so far: {before} → {after} bad answers{usual}. Without it, {expected} were "
        "to be expected; what came lies within that range.",
        "too_early": "Too early to say: at least three days and twenty answers since are needed.",
        "too_close": "Two things were done too close together: what each did cannot be told apart.",
        "alone": "{before} → {after} bad answers{usual}. Fewer than three other quiet touchpoints on this scale: "
        "whether it was what was done cannot be told.",
        "over": "The alert was over before: there is no effort to judge.",
        "other_kind": "This alert is not about bad answers: there is nothing to compare.",
        "usual": ", against {usual} before the friction",
        "regained": "{part} of the rise is undone (between {low} and {high}).",
        "regained_all": "The whole rise is undone: {part} (between {low} and {high}); above {whole} it is better than "
        "before.",
        "back": "The level can no longer be told from that before the friction.",
        "not_back": "The level is still above that before the friction ({low} to {high} expected today).",
        "alarm": "What was done came too soon after the alert to measure the level in between: the one that the alert "
        "measured stands in, with its margin.",
        "weeks": "Staff answers count by whole weeks, Monday to Sunday, that are over and have five or more: other "
        "days are left out.",
        "interval": "{share} ({low} to {high})",
        "percent": "{value}%",
    },
}
LANGUAGES = tuple(SAID)


def sentences(findings: Findings, lang: str) -> list[str]:
    """The verdict first, then what else can be said. lang: fr or en."""
    return [verdict(findings, lang), *further(findings, lang)]


def verdict(findings: Findings, lang: str) -> str:
    """One sentence, or three: from what to what, what was to be expected, how rare that is by chance."""
    said = SAID[lang]
    usual = said["usual"].format(usual=share(findings.usual, lang)) if findings.usual else ""
    return said[findings.verdict].format(
        before=share(findings.before, lang),
        after=share(findings.after, lang),
        usual=usual,
        expected=interval(findings.expected, lang),
        n=findings.comparisons,
        odds=number(odds(findings.chance), lang),
        nb=NO_BREAK,
    )


def further(findings: Findings, lang: str) -> list[str]:
    """How much was regained, whether it is as before, what the level before stands on, and by what staff count."""
    said, found = SAID[lang], []
    regained, usually, after = findings.regained, findings.usually, findings.after
    if regained:
        ends = {name: percent(getattr(regained, name), lang) for name in ("part", "low", "high")}
        name = "regained_all" if round(100 * regained.part) > 100 else "regained"
        found.append(said[name].format(**ends, whole=percent(1, lang), nb=NO_BREAK))
    if usually and after:
        is_back = after.bad / after.n <= usually.high
        ends = {name: percent(getattr(usually, name), lang) for name in ("low", "high")}
        found.append(said["back" if is_back else "not_back"].format(**ends))
    if findings.is_alarms and findings.before:
        found.append(said["alarm"].format(nb=NO_BREAK))
    if findings.is_weekly:
        found.append(said["weeks"].format(nb=NO_BREAK))
    return found


def share(value: Share | None, lang: str) -> str:
    return percent(value.bad / value.n, lang) if value and value.n else "–"


def interval(value: Expected | None, lang: str) -> str:
    if value is None:
        return "–"
    ends = {name: percent(getattr(value, name), lang) for name in ("share", "low", "high")}
    return SAID[lang]["interval"].format(**ends)


def percent(value: float, lang: str) -> str:
    return SAID[lang]["percent"].format(value=round(100 * value), thin=THIN)


def odds(chance: float | None) -> int:
    """One in so many; one figure that matters, rounded down, at most a million: nobody needs one in 10,237."""
    rare = 1 / max(chance or 1.0, 1e-6)
    step = 10 ** floor(log10(rare))
    return int(rare // step * step)


def number(n: int, lang: str) -> str:
    return f"{n:,}".replace(",", THIN) if lang == "fr" else f"{n:,}"
