"""What is known of people over HTTP: how often they were asked, all that is kept, and its erasure."""

from __future__ import annotations

from chalice.app import Response

from services.invitations.usecases import erasing, pressure
from services.invitations.usecases.erasing import CustomerNamed
from services.invitations.usecases.pressure import PressureQuestion
from services.invitations.views import erasing as erasing_views
from services.invitations.views import sending as sending_views
from services.invitations.views.erasing import ErasureView, PersonExport
from services.invitations.views.pressure import PressureView, pressure_view
from shared.pages.site import Site


def register(app: Site) -> None:
    """Adds every route to the app."""

    @app.operation(
        "POST", "/v1/pressure", scope="people:read", accepts=PressureQuestion, returns=PressureView, problems=(404,)
    )
    def post_pressure() -> PressureView:
        """What a person was asked and by whom, what was refused and why, and when they may be asked again."""
        return pressure_view(pressure.pressure_on(app.body(), app.deps))

    @app.operation("POST", "/v1/erasures", scope="people:write", accepts=CustomerNamed, returns=ErasureView, status=202)
    def post_erasure() -> Response:
        """Erases a person everywhere, whatever they are named by; what was counted stays. Says where the receipt is."""
        named = erasing.named_in(app.body(), app.deps)
        return erasing_views.accepted(erasing.ask_to_erase(named, app.principal.key_id, app.deps.erasures, app.deps))

    @app.operation(
        "DELETE",
        "/v1/customers/{customer_id}",
        scope="people:write",
        returns=ErasureView,
        status=202,
        problems=(422,),
    )
    def delete_customer(customer_id: str) -> Response:
        """The same by the sender's own id, where it is a plain one: no address and no number belongs in a URL."""
        named = erasing.named_by_id(customer_id)
        return erasing_views.accepted(erasing.ask_to_erase(named, app.principal.key_id, app.deps.erasures, app.deps))

    @app.operation(
        "POST",
        "/v1/customers/export",
        scope="people:read",
        accepts=CustomerNamed,
        returns=PersonExport,
        problems=(413,),
    )
    def post_customer_export() -> PersonExport:
        """Everything that is kept of a person, in every table, whatever they are named by: what they may ask to see."""
        names = [one.text for one in erasing.named_in(app.body(), app.deps)]
        return erasing_views.person_export(app.deps.kept_of(names), app.deps.now())

    @app.operation("GET", "/v1/erasures/{erasure_id}", scope="people:read", returns=ErasureView, problems=(404,))
    def get_erasure(erasure_id: str) -> ErasureView:
        """How an erasure stands; once it is done, its receipt: what was erased, how much, when, and who asked."""
        name = sending_views.invitation_name(erasure_id)
        return erasing_views.erasure_view(erasing.receipt(name, app.deps.erasures))
