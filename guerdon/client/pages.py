"""Pages: long lists, item by item. The next page is asked for when the one before is used up."""

from collections.abc import AsyncIterator, Iterator
from typing import Any, Generic, NamedTuple, TypeVar

from guerdon.client.calls import Call
from guerdon.client.ways import Async, Sync

T = TypeVar("T")


class Pages(NamedTuple, Generic[T]):
    """Every item of a list that the service gives in pages."""

    first: Call[Any]
    """The call for the first page. Its answer has ``items``, and ``next`` where there are more."""
    item: type[T]

    def each(self, way: Sync) -> Iterator[T]:
        """Item by item."""
        call: Call[Any] | None = self.first
        while call is not None:
            page = way.run(call)
            yield from page.items
            call = _following(call, page)

    async def each_awaited(self, way: Async) -> AsyncIterator[T]:
        """Item by item."""
        call: Call[Any] | None = self.first
        while call is not None:
            page = await way.run(call)
            for item in page.items:
                yield item
            call = _following(call, page)


def _following(call: Call[Any], page: Any) -> Call[Any] | None:
    return None if page.next is None else call._replace(query={**call.query, "cursor": page.next})
