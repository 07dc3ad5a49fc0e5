"""The words around the question, in every language the page speaks; and which of them a visitor gets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

RIGHT_TO_LEFT = {"ar", "fa", "he", "ur"}


@dataclass(frozen=True)
class Frame:
    """The words of one language. {low} and {high} stand for the ends of the scale, {owner} for the team's name."""

    language: str
    optional: str
    why: str
    send: str
    choose: str
    too_long: str
    out_of_date: str
    problem: str
    leave_empty: str
    thanks_title: str
    thanks: str
    close: str
    answered_title: str
    answered: str
    gone_title: str
    gone: str
    paused_title: str
    paused: str
    unknown_title: str
    unknown: str
    refused_title: str
    refused: str
    large_title: str
    large: str
    unavailable_title: str
    unavailable: str
    privacy: str
    languages: str
    no: str
    yes: str


FRAMES = {
    "en": Frame(
        language="English",
        optional="optional",
        why="Would you like to tell us why?",
        send="Send my answer",
        choose="Choose an answer from {low} to {high}.",
        too_long="Your comment is too long: please keep it under 4,000 characters.",
        out_of_date="This page had grown old. It is fresh again: please send your answer once more.",
        problem="There is a problem",
        leave_empty="Leave this field empty",
        thanks_title="Thank you",
        thanks="Your answer has arrived. It helps us do better, one moment at a time.",
        close="You can close this page.",
        answered_title="You have already answered",
        answered="Your answer is in good hands. Thank you for taking the time.",
        gone_title="This link is no longer open",
        gone="The time to answer is over. Thank you for wanting to tell us.",
        paused_title="We are not asking just now",
        paused="This question is resting for a while. Thank you for wanting to tell us.",
        unknown_title="We cannot find this page",
        unknown="The link may have been cut on its way. Open it again from the message, or copy it whole.",
        refused_title="This answer was not taken",
        refused="It was not sent from our page. Open the link again and answer there.",
        large_title="This answer could not be read",
        large="What was sent is too large, or broken. Open the link again and answer there.",
        unavailable_title="One moment, please",
        unavailable="Your answer could not be taken just now. Please try again in a minute.",
        privacy="One question, no cookie. {owner} reads the answers.",
        languages="Language",
        no="No",
        yes="Yes",
    ),
    "fr": Frame(
        language="Français",
        optional="facultatif",
        why="Voulez-vous nous dire pourquoi ?",
        send="Envoyer ma réponse",
        choose="Choisissez une réponse de {low} à {high}.",
        too_long="Votre commentaire est trop long : 4 000 caractères au plus, s'il vous plaît.",
        out_of_date="Cette page avait vieilli. La voici rafraîchie : envoyez votre réponse encore une fois.",
        problem="Il y a un problème",
        leave_empty="Laissez ce champ vide",
        thanks_title="Merci",
        thanks="Votre réponse est bien arrivée. Elle nous aide à mieux faire, un moment à la fois.",
        close="Vous pouvez fermer cette page.",
        answered_title="Vous avez déjà répondu",
        answered="Votre réponse est entre de bonnes mains. Merci d'avoir pris le temps.",
        gone_title="Ce lien n'est plus ouvert",
        gone="Le temps de répondre est passé. Merci d'avoir voulu nous en parler.",
        paused_title="Nous ne posons pas de question en ce moment",
        paused="Cette question se repose un peu. Merci d'avoir voulu nous en parler.",
        unknown_title="Cette page est introuvable",
        unknown="Le lien a peut-être été coupé en route. Rouvrez-le depuis le message, ou copiez-le en entier.",
        refused_title="Cette réponse n'a pas été prise",
        refused="Elle n'a pas été envoyée depuis notre page. Rouvrez le lien et répondez-y.",
        large_title="Cette réponse n'a pas pu être lue",
        large="Ce qui a été envoyé est trop grand, ou abîmé. Rouvrez le lien et répondez-y.",
        unavailable_title="Un instant, s'il vous plaît",
        unavailable="Votre réponse n'a pas pu être prise. Réessayez dans une minute.",
        privacy="Une seule question, aucun cookie. Vos réponses sont lues par : {owner}.",
        languages="Langue",
        no="Non",
        yes="Oui",
    ),
}
FIRST = "en"


def choose(asked: str | None, accepted: str | None, spoken: Sequence[str]) -> str:
    """The page's language: the one asked for, else the best the browser accepts, else the survey's first.

    spoken: the survey's languages; accepted: an Accept-Language header. Only languages with a frame are taken.
    """
    both = [language for language in spoken if language in FRAMES] or [FIRST]
    wanted = [base(asked)] if asked else []
    wanted += preferences(accepted or "")
    return next((language for language in wanted if language in both), both[0])


def preferences(header: str) -> list[str]:
    """The languages of an Accept-Language header, best first; what cannot be read is left out."""
    weighed = []
    for part in header[:500].split(","):
        language, _, quality = part.partition(";")
        weighed.append((-weight(quality), base(language)))
    return [language for refused, language in sorted(weighed, key=lambda pair: pair[0]) if refused < 0]


def weight(quality: str) -> float:
    """`q=0.8` is 0.8; nothing is 1; what cannot be read is 0."""
    name, _, number = quality.strip().partition("=")
    if not name:
        return 1.0
    try:
        return float(number) if name == "q" and 0 <= float(number) <= 1 else 0.0
    except ValueError:
        return 0.0


def base(language: str) -> str:
    """`fr-CA` is `fr`."""
    return language.strip().lower().split("-")[0]


def direction(language: str) -> str:
    return "rtl" if base(language) in RIGHT_TO_LEFT else "ltr"
