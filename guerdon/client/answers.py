"""Answers: from bytes to messages, and from problem documents to errors.

Amounts are numbers up to 2^53 on the wire and texts beyond, because other languages would round them. Whoever calls
gets whole numbers: ``"9007199254740993"`` becomes ``9007199254740993``.
"""

import types
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, NamedTuple, TypeVar, Union, get_args, get_origin, get_type_hints

import msgspec

from guerdon.client.calls import Call, Tagged
from guerdon.client.errors import Failed, refused
from guerdon.messages.problems import ProblemDetails

T = TypeVar("T")

TEMPORARY = frozenset((429, 502, 503, 504))
"""What the service, or something before it, answers when it cannot just now."""


class Reply(NamedTuple):
    """What came back."""

    status: int
    headers: Mapping[str, str]
    content: bytes


_PLAIN: Mapping[Any, Callable[[bytes], Any]] = {str: bytes.decode, bytes: bytes, type(None): lambda _: None}
"""Answers that are no messages."""


def answer_in(call: Call[T], reply: Reply, tries: int = 1) -> T:
    """The answer to a call. Raises Refused, and Failed where it is none of the service's answers."""
    if not 200 <= reply.status < 300:
        raise error_in(reply, tries=tries, id=call.id)
    if call.answer in _PLAIN:
        return _PLAIN[call.answer](reply.content)  # type: ignore[no-any-return]
    try:
        message = message_in(reply.content, call.answer)
        return Tagged(message, reply.headers.get("etag", "")) if call.is_tagged else message  # type: ignore[return-value]
    except msgspec.MsgspecError as error:
        raise Failed(f"the answer cannot be read ({error})", tries=tries, id=call.id) from error


def error_in(reply: Reply, *, tries: int, id: str = "") -> Exception:
    """The error for a reply that is no success."""
    problem = problem_in(reply)
    if problem is not None and 400 <= reply.status < 500 and reply.status not in TEMPORARY:
        return refused(problem)
    reason = f"status {reply.status}" if problem is None else f"{problem.code}, {problem.detail}".rstrip(".")
    return Failed(reason, tries=tries, id=id, problem=problem)


def problem_in(reply: Reply) -> ProblemDetails | None:
    """The problem document in a reply; None where somebody on the way answered with something else."""
    try:
        return msgspec.json.decode(reply.content, type=ProblemDetails)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None


def message_in(content: bytes | str, kind: type[T]) -> T:
    """Read a message, with every amount in it as a whole number. Raises msgspec.MsgspecError."""
    message = msgspec.json.decode(content, type=kind)
    found: T = message if (exact := _exact(kind)) is None else exact(message)
    return found


def _whole(amount: Any) -> Any:
    return msgspec.convert(amount, int, strict=False) if isinstance(amount, str) else amount


def _exact(kind: Any) -> Callable[[Any], Any] | None:
    """What turns the texts among a type's amounts into numbers; None: it holds no amounts."""
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return _exact_struct(kind)
    inner = get_args(kind)
    if get_origin(kind) in (Union, types.UnionType):
        return _whole if {int, str} <= set(inner) else _exact_choice(inner)
    if get_origin(kind) is list:
        return _each(_exact(inner[0]))
    return _each_value(_exact(inner[1])) if get_origin(kind) is dict else None


@cache
def _exact_struct(kind: type[msgspec.Struct]) -> Callable[[Any], Any] | None:
    changes = {name: exact for name, of in get_type_hints(kind).items() if (exact := _exact(of)) is not None}
    if not changes:
        return None
    return lambda value: msgspec.structs.replace(
        value, **{name: exact(getattr(value, name)) for name, exact in changes.items()}
    )


def _exact_choice(kinds: tuple[Any, ...]) -> Callable[[Any], Any] | None:
    """For a message or None. No message has several that hold amounts beyond 2^53 to choose from."""
    found = [exact for kind in kinds if (exact := _exact(kind)) is not None]
    if len(found) != 1:
        return None
    return lambda value: None if value is None else found[0](value)


def _each(exact: Callable[[Any], Any] | None) -> Callable[[Any], Any] | None:
    return None if exact is None else lambda values: [exact(value) for value in values]


def _each_value(exact: Callable[[Any], Any] | None) -> Callable[[Any], Any] | None:
    return None if exact is None else lambda values: {name: exact(value) for name, value in values.items()}
