"""What a page of ours may do, as HTTP headers: its own style and script by their hashes, and nothing else at all."""

from __future__ import annotations

import base64
import hashlib
from functools import cache

Headers = dict[str, str | list[str]]


def headers(style: str = "", script: str = "", vary: str = "Accept-Language") -> Headers:
    """Of a page as HTML. style, script: the texts of its elements; vary: by which headers of the request it differs."""
    return {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Security-Policy": policy(style, script),
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), browsing-topics=()",
        "X-Robots-Tag": "noindex, nofollow",
        "Vary": vary,
    }


@cache
def policy(style: str, script: str) -> str:
    """The content-security policy. Only a page with a script may run it, or ask our server anything."""
    styles = f"style-src {digest(style)}; " if style else ""
    scripts = f"script-src {digest(script)}; connect-src 'self'; " if script else ""
    return (
        f"default-src 'none'; {styles}{scripts}img-src data:; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
    )


def digest(text: str) -> str:
    """By which a policy names the text of an element."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
