"""Behind the buttons of messages: the page of an alert, of a weekly report, and Slack."""

from __future__ import annotations

from collections.abc import Callable

from chalice.app import Response

from services.alerts import pages, remedy_views, slack_actions, views
from services.alerts.usecases import acting, remedying
from services.alerts.usecases import weekly as weeks
from shared.errors import EtincelleError, InvalidInput
from shared.forms import FORM, FORMS, fields_of, refuse_foreign_form
from shared.pages.site import Site


def register(app: Site) -> None:
    """Adds every route to the app."""
    register_alert(app)
    register_weekly(app)


def errors_of(app: Site) -> Callable[[EtincelleError], Response]:
    """How a refusal is shown: as a page, in the reader's language."""
    return lambda error: pages.error_page(error, app.header("accept-language"))


def register_alert(app: Site) -> None:
    """An alert, and what may be done about it."""
    show_error = errors_of(app)

    @app.operation("GET", "/alerts/{code}", problems=(404,), present=show_error)
    def get_page(code: str) -> Response:
        """The page behind a message's button, as HTML: what is known of the alert, what may be done. Does nothing."""
        return pages.alert_page(acting.opened(code, app.deps), app.deps, code, done=app.query("done"))

    @app.operation(
        "POST",
        "/alerts/{code}",
        status=303,
        problems=(403, 404, 409, 410, 413, 422),
        present=show_error,
        content_types=FORM,
    )
    def post_page(code: str) -> Response:
        """Takes the page's buttons: acknowledge, mute, write what was done, take it back."""
        refuse_foreign_form(app.header, app.deps.public_url)
        fields = fields_of(app.raw_body)
        if fields.get("do") == "remedy":
            return write_remedy(code, fields)
        if "take_back" in fields:
            remedying.take_back(acting.opened(code, app.deps).alert_id, fields["take_back"], app.deps)
            return pages.redirect(code, "taken_back")
        wish = views.wish_of(fields)
        acting.act(code, wish, app.deps)
        return pages.redirect(code, wish)

    def write_remedy(code: str, fields: dict[str, str]) -> Response:
        """303 to the page, which shows it; or the page again, with what is wrong."""
        opened = acting.opened(code, app.deps)
        try:
            done = remedy_views.done_of_form(fields)
            remedying.write_remedy(opened.alert_id, done, opened.subscription, app.deps)
        except InvalidInput as wrong:
            return pages.alert_page(opened, app.deps, code, typed=pages.Typed(fields, wrong))
        return pages.redirect(code, "remedy")

    @app.operation("POST", "/slack/actions", problems=(403, 404, 409, 410), content_types=FORM)
    def post_slack() -> Response:
        """A button pressed in Slack; the signature says that Slack tells it."""
        code = slack_actions.pressed(app.raw_body, app.header, app.deps.slack_signing, app.deps.now())
        if code is not None:
            acting.act(code, "acknowledge", app.deps)
        return Response("", status_code=200)


def register_weekly(app: Site) -> None:
    """Whether a weekly report comes."""
    show_error = errors_of(app)

    @app.operation("GET", "/alerts/{code}/weekly", problems=(404,), present=show_error)
    def get_weekly_page(code: str) -> Response:
        """The page behind a weekly report's last line: whether it comes, with a button to change it. Does nothing."""
        return pages.weekly_page(weeks.reader(code, app.deps), app.deps)

    @app.operation("POST", "/alerts/{code}/weekly", problems=(404, 413, 422), present=show_error, content_types=FORMS)
    def post_weekly_page(code: str) -> Response:
        """Stops the weekly report, as a mail program's own button does (RFC 8058), or lets it come again."""
        is_back = fields_of(app.raw_body).get("do") == "resume"
        return pages.weekly_page(weeks.change(code, stopped=not is_back, deps=app.deps), app.deps)
