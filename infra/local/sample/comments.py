"""What people of the sample write, in French and in English; which language somebody speaks is drawn with the rest."""

from __future__ import annotations

Comment = dict[str, str]

PLEASED: tuple[Comment, ...] = (
    {"fr": "rapide et aimable", "en": "quick and friendly"},
    {"fr": "rien à redire", "en": "nothing to complain about"},
    {"fr": "très simple", "en": "very simple"},
    {"fr": "merci à l'équipe", "en": "thanks to the team"},
    {"fr": "mieux que la dernière fois", "en": "better than last time"},
)
DISPLEASED: tuple[Comment, ...] = (
    {"fr": "un peu décevant", "en": "a bit disappointing"},
    {"fr": "j'ai dû recommencer", "en": "I had to start again"},
    {"fr": "personne pour m'aider", "en": "nobody there to help me"},
    {"fr": "trop long", "en": "took too long"},
)
LATE: tuple[Comment, ...] = (
    {"fr": "trois jours de retard, colis laissé au dépôt", "en": "three days late, parcel left at the depot"},
    {"fr": "personne n'a sonné, colis laissé au dépôt", "en": "nobody rang, parcel left at the depot"},
    {"fr": "deuxième retard ce mois-ci, colis au dépôt", "en": "second delay this month, parcel at the depot"},
    {"fr": "carton abîmé, livreur pressé", "en": "damaged box, courier in a hurry"},
)
NOT_FOUND: tuple[Comment, ...] = (
    {"fr": "payée en ligne, commande introuvable au magasin", "en": "paid online, the store could not find my order"},
    {"fr": "le magasin ne voyait pas ma commande du site", "en": "the store did not see my order from the site"},
    {"fr": "commande introuvable, on m'a renvoyé vers le site", "en": "order not found, they sent me back to the site"},
)
DECLINED: tuple[Comment, ...] = (
    {"fr": "code de la banque jamais reçu", "en": "the code from my bank never came"},
    {"fr": "paiement refusé deux fois, code jamais reçu", "en": "payment declined twice, the code never came"},
)
WAITING: tuple[Comment, ...] = (
    {"fr": "vingt minutes d'attente, un seul vendeur", "en": "twenty minutes of waiting, only one assistant"},
    {"fr": "un seul vendeur pour tout le rayon", "en": "only one assistant for the whole department"},
    {"fr": "personne de libre, je suis reparti", "en": "nobody was free, so I left"},
)
UNDERSTAFFED: tuple[Comment, ...] = (
    {"fr": "seul au rayon tout l'après-midi", "en": "alone in the department all afternoon"},
    {"fr": "trois collègues absents, pas de renfort", "en": "three colleagues away, nobody to step in"},
    {
        "fr": "impossible de conseiller, la file est trop longue",
        "en": "no time to advise anybody, the queue is too long",
    },
)
STAFF_PLEASED: tuple[Comment, ...] = (
    {"fr": "bonne équipe aujourd'hui", "en": "good team today"},
    {"fr": "assez de monde au rayon", "en": "enough of us on the floor"},
)
STAFF_DISPLEASED: tuple[Comment, ...] = (
    {"fr": "le terminal a planté deux fois", "en": "the terminal crashed twice"},
    {"fr": "étiquettes de prix fausses", "en": "wrong price tags"},
)
