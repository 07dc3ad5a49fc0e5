"""Messages over HTTP: a look at one, taking one back, and to whom none is sent."""

from __future__ import annotations

from services.invitations.usecases import previewing, revoking, suppressing
from services.invitations.views import sending as sending_views
from services.invitations.views.sending import (
    InvitationView,
    PreviewQuestion,
    PreviewView,
    SentSuppressions,
    Suppressed,
    SuppressionList,
)
from shared.bodies import parse_as, parse_query
from shared.pages.site import Site


def register(app: Site) -> None:
    """Adds every route to the app."""

    @app.operation(
        "GET",
        "/v1/touchpoints/{touchpoint}/preview",
        scope="registry:read",
        returns=PreviewView,
        query=("channel", "lang", "country"),
        problems=(404, 422),
    )
    def get_preview(touchpoint: str) -> PreviewView:
        """A touchpoint's message as it would leave: an e-mail whole, a text message with its parts and their price."""
        asked = parse_query(PreviewQuestion, app.parameters)
        shown = previewing.preview(touchpoint, asked.channel, asked.lang, asked.country, app.deps)
        return sending_views.preview_view(shown)

    @app.operation(
        "DELETE", "/v1/invitations/{invitation_id}", scope="people:write", returns=InvitationView, problems=(404,)
    )
    def delete_invitation(invitation_id: str) -> InvitationView:
        """Takes an invitation back: nothing more is sent, its links take no answer. An answer that was given stays."""
        return sending_views.invitation_view(revoking.revoke(sending_views.invitation_name(invitation_id), app.deps))

    @app.operation("POST", "/v1/suppressions", scope="people:write", accepts=SentSuppressions, returns=Suppressed)
    def post_suppressions() -> Suppressed:
        """Puts up to 500 addresses and numbers on the list of those to which nothing is sent."""
        identifiers = sending_views.identifiers_of(parse_as(SentSuppressions, app.body()))
        suppressing.suppress(identifiers, "import", app.deps)
        return Suppressed(taken=len(identifiers))

    @app.operation(
        "GET",
        "/v1/suppressions",
        scope="people:read",
        returns=SuppressionList,
        query=("limit", "cursor"),
        problems=(422,),
    )
    def get_suppressions() -> SuppressionList:
        """The addresses and numbers to which nothing is sent, with the reason of each."""
        cursor, limit = sending_views.listing(app.query)
        return sending_views.suppression_list(*app.deps.suppressions.listed(cursor, limit))
