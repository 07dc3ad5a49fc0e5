"""Signing in and out over HTTP, and the language of a visit."""

from __future__ import annotations

from chalice.app import Response

from services.registry.signing_in import pages, usecases
from shared.callers import Caller
from shared.catalogue import ROLES
from shared.errors import Gone
from shared.forms import refuse_foreign_form
from shared.pages.errors import redirect
from shared.pages.site import Site
from shared.sessions import LANGUAGES, first_language, own_path


def register(app: Site) -> None:
    """Adds every route to the app."""

    @app.page("GET", "/sign-in", query=("next",))
    def get_sign_in() -> Response:
        """Asks who wants to sign in for their address, as HTML."""
        return pages.ask_page(app.language, own_path(app.query("next")))

    @app.page("POST", "/sign-in", problems=(403, 413))
    def post_sign_in() -> Response:
        """Sends a link to the person with that address; says the same whoever asks."""
        refuse_foreign_form(app.header, app.deps.sessions.public_url)
        asked = app.form
        source = (app.request.context.get("identity") or {}).get("sourceIp", "")
        network = Caller(source, app.header("x-forwarded-for"), app.deps.proxies).network
        email, path = asked.get("email", "")[:254], own_path(asked.get("next"))
        if not usecases.ask_for_link(email, path, network, app.deps.sign_in):
            app.logger.error("sign_in_mail_not_sent")
        return pages.sent_page(app.language)

    @app.page("GET", "/sign-in/{code}", problems=(410,))
    def get_sign_in_link(code: str) -> Response:
        """The page behind a link, with a button, as HTML. Does nothing: mail scanners open links, too."""
        try:
            person = usecases.opened(code, app.deps.sign_in)
        except Gone:
            return pages.gone_page(app.language)
        return pages.button_page(code, first_language(person))

    @app.page("POST", "/sign-in/{code}", status=303, problems=(403, 410))
    def post_sign_in_link(code: str) -> Response:
        """Takes the link's button: begins a session, once."""
        refuse_foreign_form(app.header, app.deps.sessions.public_url)
        try:
            person, path, seen = usecases.sign_in(code, app.deps.sign_in)
        except Gone:
            return pages.gone_page(app.language)
        return redirect(path, app.deps.sessions.begun(person, first_language(person), seen))

    @app.page("POST", "/language", status=303, roles=ROLES)
    def post_language() -> Response:
        """Shows the pages in another language from now on."""
        wanted, visitor = app.form.get("lang", ""), app.visitor
        lang = wanted if wanted in LANGUAGES else visitor.lang
        return redirect(own_path(app.form.get("next")), app.deps.sessions.in_language(visitor, lang))

    @app.page("POST", "/sign-out", status=303, roles=ROLES)
    def post_sign_out() -> Response:
        """Ends the session in this browser."""
        return redirect("/sign-in", app.deps.sessions.ended())
