"""Operations: methods that are written once and serve both clients.

A method of a group makes a value, a ``Call`` or something that gives many answers, and the client that the group
belongs to runs it in its own way::

    class Quotes(Group[Way]):
        @operation
        def ask(self, member: str, ...) -> Call[QuoteAnswer]: ...

    guerdon.quotes.ask("ann", ...)          # of Guerdon: a QuoteAnswer
    await guerdon.quotes.ask("ann", ...)    # of AsyncGuerdon: the same, awaited
"""

import functools
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any, Concatenate, Generic, ParamSpec, Protocol, Self, TypeVar, overload

from guerdon.client.calls import Call
from guerdon.client.ways import Async, Sync

P = ParamSpec("P")
T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
Way = TypeVar("Way", bound=Sync | Async)


class Group(Generic[Way]):
    """Operations that belong together."""

    def __init__(self, way: Way) -> None:
        self._way = way


class Many(Protocol[T_co]):
    """What gives one thing after the other."""

    def each(self, way: Sync) -> Iterator[T_co]: ...

    def each_awaited(self, way: Async) -> AsyncIterator[T_co]: ...


class operation(Generic[P, T]):  # noqa: N801 - it is written as a decorator
    """A method that makes a call, and is answered."""

    def __init__(self, make: Callable[Concatenate[Any, P], Call[T]]) -> None:
        self.make = make
        functools.update_wrapper(self, make)  # type: ignore[arg-type]

    @overload
    def __get__(self, group: Group[Sync], owner: Any) -> Callable[P, T]: ...
    @overload
    def __get__(self, group: Group[Async], owner: Any) -> Callable[P, Awaitable[T]]: ...
    @overload
    def __get__(self, group: None, owner: Any) -> Self: ...
    def __get__(self, group: Any, owner: Any) -> Any:
        if group is None:
            return self
        make = functools.partial(self.make, group)

        @functools.wraps(self.make.__get__(group))
        def ask(*args: P.args, **kwargs: P.kwargs) -> Any:
            return group._way.run(make(*args, **kwargs))

        return ask


class series(Generic[P, T]):  # noqa: N801 - it is written as a decorator
    """A method that makes something of many answers, given one after the other."""

    def __init__(self, make: Callable[Concatenate[Any, P], Many[T]]) -> None:
        self.make = make
        functools.update_wrapper(self, make)  # type: ignore[arg-type]

    @overload
    def __get__(self, group: Group[Sync], owner: Any) -> Callable[P, Iterator[T]]: ...
    @overload
    def __get__(self, group: Group[Async], owner: Any) -> Callable[P, AsyncIterator[T]]: ...
    @overload
    def __get__(self, group: None, owner: Any) -> Self: ...
    def __get__(self, group: Any, owner: Any) -> Any:
        if group is None:
            return self

        @functools.wraps(self.make.__get__(group))
        def ask(*args: P.args, **kwargs: P.kwargs) -> Any:
            many = self.make(group, *args, **kwargs)
            return many.each(group._way) if isinstance(group._way, Sync) else many.each_awaited(group._way)

        return ask
