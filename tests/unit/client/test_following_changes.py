"""Following the stream: server-sent events, put together from any pieces, and resumed behind the last one."""

import asyncio
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

import httpx
import pytest

from guerdon.client import AsyncGuerdon, Failed, Guerdon, Refused, Retries

SOON = Retries(tries=3, seconds=5.0, first_pause=0.001)
BUSY = httpx.Response(503, content=b'{"type":"","title":"","status":503,"code":"stopping","detail":"Later."}')


class Pieces(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body that arrives byte by byte, and breaks at its end."""

    def __init__(self, content: bytes, *, breaks: bool) -> None:
        self.content, self.breaks = content, breaks

    def __iter__(self) -> Iterator[bytes]:
        yield from (bytes([byte]) for byte in self.content)
        if self.breaks:
            raise httpx.ReadError("gone")

    async def __aiter__(self) -> Any:
        for piece in self:
            yield piece


def answering(*answers: httpx.Response | Exception | bytes) -> tuple[Callable[..., Any], list[httpx.Request]]:
    """What gives one answer after the other, and what it was asked."""
    waiting, asked = list(answers), []

    def handle(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        answer = waiting.pop(0) if waiting else httpx.ConnectError("nobody there")
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, bytes):
            return httpx.Response(200, stream=Pieces(answer, breaks=len(waiting) % 2 == 0))
        return httpx.Response(answer.status_code, content=answer.content)

    return handle, asked


def followed(awaiting: bool, handle: Callable[..., Any], most: int, **wanted: Any) -> list[Any]:
    transport = httpx.MockTransport(handle)
    if not awaiting:
        with Guerdon("http://guerdon.test", "gk_1", transport=transport) as guerdon:
            return list(islice(guerdon.changes.follow(retries=SOON, **wanted), most))

    async def collected() -> list[Any]:
        found: list[Any] = []
        async with AsyncGuerdon("http://guerdon.test", "gk_1", transport=transport) as client:
            changes = client.changes.follow(retries=SOON, **wanted)
            async for change in changes:
                found.append(change)
                if len(found) == most:
                    await changes.aclose()
                    return found
        return found

    return asyncio.run(collected())


@pytest.fixture(params=[False, True], ids=["waiting", "awaiting"])
def awaiting(request: pytest.FixtureRequest) -> bool:
    found: bool = request.param
    return found


def test_the_stream_goes_on_behind_the_last_change_wherever_it_broke(awaiting: bool) -> None:
    handle, asked = answering(
        b'retry: 2000\n\nid: 41.0\nevent: a\ndata: {"n": 1}\n\nid: 41\ndata: {"n": 2}\n\nid: 42\ndata: {"n"',
        httpx.ReadTimeout("silence"),
        b'id: 42\r\ndata: {"n":\r\ndata: "\xe2\x80\xa8"}\r\n\r\n',
        b": nothing new\nid: 57\n\n",
        b'id: 58\ndata: {"n": 4}\n\n',
    )
    assert followed(awaiting, handle, 4, after=40) == [{"n": 1}, {"n": 2}, {"n": "\u2028"}, {"n": 4}]
    assert [request.headers.get("last-event-id") for request in asked] == [None, "41", "41", "42", "57"]
    assert {request.url.query for request in asked} == {b"after=40"}


def test_several_types_are_asked_for(awaiting: bool) -> None:
    handle, asked = answering(b"id: 1\ndata: 1\n\n")
    assert followed(awaiting, handle, 1, types=["guerdon.purchase", "guerdon.member.*"]) == [1]
    assert asked[0].url.params.get_list("types") == ["guerdon.purchase", "guerdon.member.*"]


def test_patience_begins_anew_with_every_sign_of_life_and_ends(awaiting: bool) -> None:
    broken = httpx.ConnectError("nobody there")
    handle, asked = answering(broken, BUSY, b": hello\n\n", broken, broken, broken)
    with pytest.raises(Failed):
        followed(awaiting, handle, 1)
    assert len(asked) == 5


def test_a_no_ends_it(awaiting: bool) -> None:
    gone = httpx.Response(409, content=b'{"type":"","title":"","status":409,"code":"position_trimmed","detail":"No."}')
    handle, asked = answering(gone)
    with pytest.raises(Refused):
        followed(awaiting, handle, 1)
    assert len(asked) == 1
