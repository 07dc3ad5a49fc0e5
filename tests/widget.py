"""A host page on an origin of its own, with the widget's tag in it, and what its browser did."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page

NOT_DRIVEN = "Object.defineProperty(Navigator.prototype, 'webdriver', { get: () => false })"
"""Playwright says that it drives the browser, and what a program presses does not count."""
CAUGHT = """window.caught = [];
for (const kind of ["error", "unhandledrejection"])
  addEventListener(kind, event => caught.push(String(event.reason || event.message)));"""
"""What reaches the host's own handlers of errors."""
PAGE = """<!doctype html><html lang="{lang}"><head><meta charset="utf-8"><title>The shop</title>
<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">{head}</head>
<body><main><h1>The shop</h1><button id="before">Buy</button><input id="field" aria-label="Search">
<p>Long.{lines}</p><p id="late">The end.</p></main>{tag}</body></html>"""


@dataclass
class Site:
    """The host's server. pages: by path; asked: the headers of every request, by path, newest last."""

    url: str = ""
    pages: dict[str, tuple[str, dict[str, str]]] = field(default_factory=dict)

    def page(self, tag: str, *, lang: str = "en", head: str = "", policy: str = "") -> str:
        """The address of a new page with the tag in it, under that content-security policy."""
        path = f"/basket/{len(self.pages)}?customer=jane&secret=42"
        headers = {"Content-Security-Policy": policy} if policy else {}
        self.pages[path] = PAGE.format(lang=lang, head=head, tag=tag, lines="<br>" * 90), headers
        return self.url + path


@contextmanager
def hosted() -> Iterator[Site]:
    """The host's server on a loopback port."""
    site = Site()

    class Host(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            content, headers = site.pages.get(self.path, ("", {}))
            self.send_response(200 if content else 404)
            for name, value in {"Content-Type": "text/html; charset=utf-8", **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content.encode())

        def log_message(self, format: str, *arguments: Any) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Host)
    Thread(target=server.serve_forever, daemon=True).start()
    site.url = f"http://127.0.0.1:{server.server_port}"
    yield site
    server.shutdown()
    server.server_close()


@dataclass
class Visit:
    """A person on the host page. requests: to anybody but the host, as method and address; errors: the page's own."""

    context: BrowserContext
    page: Page
    requests: list[Any] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    @property
    def sent(self) -> list[tuple[str, str]]:
        return [(request.method, request.url) for request in self.requests]

    def bodies(self) -> list[Any]:
        return [request.post_data_json for request in self.requests if request.method == "POST"]


@contextmanager
def visiting(
    browser: Browser, address: str, *, driven: bool = False, width: int = 390, **options: Any
) -> Iterator[Visit]:
    """The page opened in a context of its own. driven: the browser says that a program drives it, as it does."""
    context = browser.new_context(viewport={"width": width, "height": 740}, **options)
    visit = Visit(context, context.new_page())
    if not driven:
        context.add_init_script(NOT_DRIVEN)
    context.add_init_script(CAUGHT)
    own = address.split("/basket")[0]
    visit.page.on(
        "request", lambda request: request.url.startswith((own, "data:", "blob:")) or visit.requests.append(request)
    )
    visit.page.on("pageerror", lambda error: visit.errors.append(str(error)))
    visit.page.on("console", lambda message: visit.errors.append(message.text) if message.type == "error" else None)
    visit.page.goto(address)
    yield visit
    context.close()
