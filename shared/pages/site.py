"""The Chalice app of a service that has pages of the product: who is signed in, whose a page is, whose a form."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, urlencode

from chalice.app import Response

from shared.catalogue import Role
from shared.errors import EtincelleError, Forbidden
from shared.forms import FORM, fields_of, refuse_foreign_form
from shared.http import WITH_BODY, Api, View
from shared.pages.errors import error_page
from shared.sessions import Visitor, check_form, language


class Site(Api):
    """An Api whose dependencies have `sessions`, too."""

    def page(
        self,
        method: str,
        path: str,
        *,
        roles: tuple[Role, ...] = (),
        query: tuple[str, ...] = (),
        status: int = 200,
        problems: tuple[int, ...] = (),
    ) -> Callable[[View], View]:
        """Registers a page, in the one look of all of them; its refusals are pages too.

        roles: who may see it; whoever is not signed in is led to sign in, and a form must have been made for the
        session. None: anybody may see it.
        """
        refused = (303, 403, *problems) if roles else problems
        options: dict[str, Any] = {"query": query, "status": status, "problems": tuple(sorted(set(refused)))}

        def register(view: View) -> View:
            asked = self._asked(view, roles, is_form=method in WITH_BODY)
            registered = self.operation(
                method, path, roles=roles, content_types=FORM, present=self._error_page, **options
            )
            return registered(asked)

        return register

    @property
    def visitor(self) -> Visitor:
        """Who is signed in. Only in views of a page with roles."""
        visitor: Visitor = self._local.visitor
        return visitor

    @property
    def language(self) -> str:
        """The visitor's; where nobody is signed in, the browser's, French or English."""
        visitor: Visitor | None = self._local.visitor
        return visitor.lang if visitor else language(self.header("accept-language"))

    @property
    def form(self) -> dict[str, str]:
        """The fields of the form that was sent. Raises TooLarge, MalformedBody."""
        return fields_of(self.raw_body)

    @property
    def here(self) -> str:
        """Path and query of the request, as our own links write them, whatever path the API is published under."""
        path = str(self.request.path)
        for name, value in (self.request.uri_params or {}).items():
            path = path.replace(f"{{{name}}}", quote(value, safe=""))
        return path + (f"?{urlencode(self.parameters)}" if self.parameters else "")

    def _asked(self, view: View, roles: tuple[Role, ...], *, is_form: bool) -> View:
        @functools.wraps(view)
        def asked(**arguments: Any) -> Any:
            if roles:
                self._welcome(roles)
                if is_form:
                    refuse_foreign_form(self.header, self.deps.sessions.public_url)
                    check_form(self.visitor, self.form)
            return view(**arguments)

        return asked

    def _welcome(self, roles: tuple[Role, ...]) -> None:
        """Notes who is signed in. Raises SignInNeeded, and Forbidden where the page is not for their role."""
        visitor = self.deps.sessions.visitor(self.header("cookie"))
        self._local.visitor = visitor
        if visitor.role not in roles:
            raise Forbidden("this page is not for this role")

    def _take(self, kinds: tuple[str, ...]) -> None:
        self._local.visitor = None  # the thread's last request was perhaps somebody else's
        super()._take(kinds)

    def _error_page(self, error: EtincelleError) -> Response:
        here = self.here if self.request.method == "GET" else None
        return error_page(error, self._local.visitor, self.header("accept-language"), here)
