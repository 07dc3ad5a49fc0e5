"""A survey of ordinary length in every language that we speak."""

from __future__ import annotations

QUESTION = {
    "en": "How likely are you to recommend us to a colleague or a friend?",
    "fr": "Recommanderiez-vous notre service à un collègue ou à un proche ?",
    "es": "¿Recomendaría nuestro servicio a un colega o a un amigo?",
    "de": "Würden Sie unseren Dienst einer Kollegin oder einem Freund weiterempfehlen?",
    "it": "Consiglierebbe il nostro servizio a un collega o a un amico?",
    "pt": "Recomendaria o nosso serviço a um colega ou a um amigo?",
    "nl": "Zou u onze dienst aanbevelen aan een collega of een vriend?",
    "ar": "هل توصي بخدمتنا لزميل أو صديق؟",
}
LOW = {
    "en": "Not at all likely",
    "fr": "Pas du tout",
    "es": "En absoluto",
    "de": "Keinesfalls",
    "it": "Per niente",
    "pt": "De modo nenhum",
    "nl": "Zeker niet",
    "ar": "لا أبدًا",
}
HIGH = {
    "en": "Extremely likely",
    "fr": "Tout à fait",
    "es": "Con toda seguridad",
    "de": "Auf jeden Fall",
    "it": "Assolutamente sì",
    "pt": "Com toda a certeza",
    "nl": "Zeker wel",
    "ar": "بكل تأكيد",
}
NAME = {
    "en": "Checkout",
    "fr": "Paiement en ligne",
    "es": "Pago en línea",
    "de": "Bezahlung",
    "it": "Pagamento",
    "pt": "Pagamento",
    "nl": "Afrekenen",
    "ar": "الدفع عبر الإنترنت",
}
