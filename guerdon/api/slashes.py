"""Slashes: ids that have one in them, in a path.

An id may hold a slash, as those of Guerdon's own ticks do: ``tick/ann/1767225600``. In a path it is written ``%2F``.
Servers turn that into a slash before the path is taken apart, and then there are too many parts; so a character that no
text has a use for stands in for it until ``with_slashes`` puts it back.
"""

import re
from urllib.parse import quote, unquote

from litestar.types import ASGIApp, Receive, Scope, Send

_STAND_IN = "\ue000"
_WRITTEN = re.compile("%2f", re.IGNORECASE)


def keeping_slashes(application: ASGIApp) -> ASGIApp:
    """The application, with the slashes of ids kept apart from those between the parts of a path."""

    async def handle(scope: Scope, receive: Receive, send: Send) -> None:
        written = scope.get("raw_path", b"").partition(b"?")[0].decode("latin-1")
        if _WRITTEN.search(written):
            scope["path"] = unquote(_WRITTEN.sub(quote(_STAND_IN), written))
        await application(scope, receive, send)

    return handle


def with_slashes(part: str) -> str:
    """A part of a path as it was meant."""
    return part.replace(_STAND_IN, "/")
