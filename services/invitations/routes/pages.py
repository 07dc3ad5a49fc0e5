"""The pages of invitations: who is asked how often, whom to turn to, and what a person wishes."""

from __future__ import annotations

from chalice.app import Response

from services.invitations.pages import asked as asked_pages
from services.invitations.pages import forms, outreach_page, render
from services.invitations.usecases import asked, outreach, preferences
from services.invitations.views import asked as asked_views
from shared.catalogue import ROLES
from shared.errors import EtincelleError
from shared.forms import FORMS
from shared.pages.site import Site


def register(app: Site) -> None:
    """Adds every route to the app."""

    def show_error(error: EtincelleError) -> Response:
        return render.error_page(error, page_language())

    def page_language() -> str:
        return render.language(app.query("lang"), app.header("accept-language"))

    @app.page("GET", "/pressure", roles=ROLES, query=("page", "as"), problems=(422,))
    def get_pressure_page() -> Response:
        """Who asks whom how often, and who is left in peace, as HTML; with `as=csv` as a file."""
        found = asked.asked(app.visitor, asked_views.page(app.parameters), app.deps)
        if app.query("as") == "csv":
            return asked_pages.asked_csv(found)
        return asked_pages.asked_page(found, app.deps.catalogue.pressure(), app.visitor, app.here)

    @app.page("GET", "/outreach/{alert_id}", roles=("pilot", "owner"), query=("as",), problems=(404,))
    def get_outreach_page(alert_id: str) -> Response:
        """Whom to turn to while an alert stands, for the touchpoint's own team, as HTML; with `as=csv` as a file."""
        is_file = app.query("as") == "csv"
        limit = outreach.MOST_PEOPLE if is_file else outreach_page.MOST_SHOWN
        shown = outreach.shown_to(app.visitor, alert_id, limit, app.deps)
        said = {"alert_id": alert_id, "people": len(shown.found.people) if shown.found else 0}
        app.logger.info("outreach_read", extra=said | {"person": app.visitor.person.id})
        if is_file and shown.found:
            return outreach_page.list_csv(shown.found)
        return outreach_page.list_page(shown, app.visitor, app.here)

    @app.operation("GET", "/p/{token}", problems=(404, 410), present=show_error)
    def get_preferences(token: str) -> Response:
        """The page on which a person says how often, and how, they wish to be asked. Changes nothing."""
        return render.page(preferences.chooser(token, app.deps), page_language())

    @app.operation("POST", "/p/{token}", problems=(404, 410, 413, 422), present=show_error, content_types=FORMS)
    def post_preferences(token: str) -> Response:
        """Takes the page's form, or the one click of a mail program's own button, which ends this channel."""
        who, sent = preferences.chooser(token, app.deps), app.request.raw_body
        if forms.is_one_click(sent):
            return render.page(preferences.unsubscribe(who, app.deps), page_language(), is_saved=True)
        return render.page(preferences.choose(who, forms.choice_of(sent), app.deps), page_language(), is_saved=True)
