"""One try to deliver one change over HTTP, and what came of it.

Whatever the other side does, a try ends within its time, reads a little of the answer at most, and follows no redirect:
an answer of 2xx is a delivery and everything else a failure.
"""

import asyncio
import ssl
import time
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import httpcore

from guerdon.connect.addresses import AddressRefused
from guerdon.connect.schedule import retry_after

GONE = 410
_SLOW_DOWN = (429, 503)
_MOST_READ = 16_384
"""Bytes of an answer that are read; a longer one is cut off with its connection."""
_KEPT = 500
"""Characters of an answer that are kept in the log."""
_FAILURES = (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException, httpcore.UnsupportedProtocol,
             ssl.SSLError, OSError)  # fmt: skip


class Try(NamedTuple):
    """What came of one try."""

    tried_at: datetime
    took_ms: int
    status: int | None
    """None: there was no answer."""
    error: str
    """Why it failed; empty: it was delivered."""
    answer: str = ""
    """The beginning of the answer."""
    wait: timedelta | None = None
    """How long the other side asks to be left alone; None: it does not."""

    @property
    def is_delivered(self) -> bool:
        """Whether the other side took it."""
        return not self.error


async def post(
    pool: httpcore.AsyncConnectionPool, url: str, headers: dict[str, str], body: bytes, seconds: float
) -> Try:
    """Send a body once."""
    tried_at, began = datetime.now(UTC), time.monotonic()
    status: int | None = None
    answer, wait = "", None
    try:
        async with asyncio.timeout(seconds):
            status, answered, content = await _exchange(pool, url, headers, body, seconds)
        answer = content[:_KEPT].decode("utf-8", "replace").replace("\x00", "�")
        wait = retry_after(answered.get("retry-after"), tried_at) if status in _SLOW_DOWN else None
        error = "" if 200 <= status < 300 else _told(status)
    except TimeoutError:
        error = f"no answer within {seconds:g} seconds"
    except AddressRefused as refused:
        error = str(refused)
    except _FAILURES as failure:
        error = f"{type(failure).__name__}: {failure}"[:_KEPT].replace("\x00", "�")
    return Try(tried_at, round((time.monotonic() - began) * 1_000), status, error, answer, wait)


async def _exchange(
    pool: httpcore.AsyncConnectionPool, url: str, headers: dict[str, str], body: bytes, seconds: float
) -> tuple[int, dict[str, str], bytes]:
    """The status, the headers and the beginning of the body of the answer."""
    limits = dict.fromkeys(("connect", "read", "write", "pool"), seconds)
    sent = [(name.encode(), value.encode()) for name, value in headers.items()]
    content = b""
    async with pool.stream("POST", url, headers=sent, content=body, extensions={"timeout": limits}) as response:
        answered = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}
        async for part in response.aiter_stream():
            content += part
            if len(content) >= _MOST_READ:
                break
    return response.status, answered, content


def _told(status: int) -> str:
    if 300 <= status < 400:
        return f"answered {status}, a redirect, which is not followed"
    return f"answered {status}"
