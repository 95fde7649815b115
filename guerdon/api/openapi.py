"""The description of the service, as OpenAPI 3.1: made from the handlers, the messages and the examples.

An **operation** is a handler: its address, its parameters and its answer stand in its signature, its words in its
docstring, who may call it and what it reads itself in ``open_to``. Every Struct is a component under its plain name,
with the words under its fields. Every answer that is a "no" is a problem document with the codes that can come.

**Worked.** ``ask_for_quote(request, body: RawBody) -> QuoteAnswer`` with ``open_to(*CUSTOMER, body=QuoteRequest)``
becomes ``POST /v1/quotes``, which takes a ``QuoteRequestBody`` and answers 200 with a ``QuoteAnswer``; or 404 with
``member_unknown`` among the codes, 409 with any other refusal of the engine, 401 without a key, and so on.
"""

import http
import types
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple, Union, get_args, get_origin

import msgspec
from litestar import Litestar, Response
from litestar.handlers import HTTPRouteHandler
from litestar.params import ParameterKwarg
from litestar.response import Stream
from litestar.routes import HTTPRoute
from litestar.typing import FieldDefinition

from guerdon import __version__
from guerdon.api.access import Told
from guerdon.api.examples import Example, examples_of
from guerdon.api.problems import MEDIA_TYPE, PROBLEMS, codes
from guerdon.api.requests import EVENT_FROM_OUTSIDE
from guerdon.api.words import field_words, plain
from guerdon.core.effects import Effect
from guerdon.core.events import Event
from guerdon.core.refusals import REFUSALS
from guerdon.messages.effects import DAYS, INSTANTS
from guerdon.messages.problems import ProblemDetails

ABOUT = """\
Whatever a checkout, an app or the back office asks of a loyalty program.

**Keys.** Every request but those for health, metrics and these pages shows an API key: `Authorization: Bearer gk_…`. \
A key has scopes and opens one program, or all of the deployment; then the header `Guerdon-Program` names the one that \
is meant.

**Writes** carry an id of your choice, in the body or as `Idempotency-Key`. The same id with the same content is \
answered again, for as long as the ledger is kept, and nothing moves; with other content it is refused.

**Amounts** are whole numbers in the smallest part of their unit; above 2^53 they are texts. **Times** are RFC 3339 \
with an offset. **Lists** come in pages: `next` is the `cursor` of the page that follows.

**Problems** are documents of RFC 9457 with a stable `code`; the page `/problems/{code}` says what to do. Every answer \
has an `X-Request-Id`, which stands in the logs."""

_REFERENCE = "#/components/schemas/{name}"
_NESTING = frozenset({"anyOf", "items", "additionalProperties", "prefixItems"})
"""The words of a schema under which there are schemas of the same field."""
_EVENTS: frozenset[type] = frozenset(get_args(Event))
_WORDS_OF_NAME: Mapping[str, str] = {
    "action": "What was done, as the program file matches it.",
    "after": "What it is now.",
    "all_of": "Every one of these.",
    "amount": "In the smallest part of its unit.",
    "arrives": "Whether it comes or goes.",
    "as_of": "The moment.",
    "at": "When it happened.",
    "available": "What can be spent.",
    "badge": "The badge, by its name in the program file.",
    "badges": "The badges, by their names in the program file.",
    "badges_lost": "Badges that the goods had brought.",
    "barred_since": "From when on the member is stopped.",
    "before": "What it was.",
    "benefit": "The benefit, by its name in the program file.",
    "by": "Who did it.",
    "capped_by": "The limit that made it less; empty: none did.",
    "cause": "The cause, by its name in the program file.",
    "closing": "What there is at the end.",
    "code": "The code.",
    "column": "Counted from 1.",
    "comes_home": "Whether it came home, because the merge was undone.",
    "conversion": "The conversion, by its name in the program file.",
    "cost": "What one piece costs.",
    "counter": "Which of its counters.",
    "coupon": "The coupon, by its name in the program file.",
    "coupons": "Personal coupons.",
    "created_at": "When it was made.",
    "currency": "ISO 4217.",
    "debt": "What is owed after a return.",
    "differences": "What differs, in the order of the file.",
    "earned": "What mechanics gave.",
    "effect": "The kind of the effect.",
    "effects": "What it led to, in order.",
    "enrolled_at": "When the member joined.",
    "event": "The event, as its source sent it.",
    "expired": "What expired by itself.",
    "expires_at": "When it expires; left out: it does not by itself.",
    "findings": "What is right by the letter and most likely not meant.",
    "first_day": "Left out: it always was.",
    "game": "The raffle or wheel, by its name in the program file.",
    "given_back": "What was paid with out of the wallet.",
    "got": "What it became.",
    "held": "What is reserved.",
    "hold": "The hold, by its id.",
    "household": "The household; left out: none.",
    "id": "Its id.",
    "into": "What it became, or who.",
    "issued": "All that was ever granted.",
    "issued_at": "When it was issued.",
    "items": "One each.",
    "joined_at": "When the member joined.",
    "kind": "The kind of the event or question.",
    "ladder": "The ladder, by its name in the program file.",
    "last_activity_at": "When the member did something last.",
    "last_day": "Left out: it stays.",
    "left": "What is left of it.",
    "level": "The level, by its name in the program file.",
    "line": "Counted from 1.",
    "lines": "One each.",
    "matures_at": "When it can be spent.",
    "mechanic": "The mechanic, by its name in the program file.",
    "member": "Your id of the member.",
    "memberships": "Plans and clubs.",
    "menu": "The menu, by its name in the program file.",
    "message": "What is wrong, for a person.",
    "meter": "The meter, by its name in the program file.",
    "missing": "What is missing of it.",
    "name": "By this name in the program file.",
    "number": "The number of the version, from 1.",
    "off": "What was taken off the price.",
    "opening": "What there was at the beginning.",
    "options": "What was chosen.",
    "other": "The other member.",
    "paid_with": "What was paid out of the wallet.",
    "partner": "The partner, by its name in the program file.",
    "pending": "What cannot be spent yet.",
    "per": "For how much of what is measured.",
    "plan": "The plan, by its name in the program file.",
    "prize": "The prize, by its name in the program file.",
    "program": "The program, by its name.",
    "published_at": "When it was published.",
    "purchase": "The purchase, by its id.",
    "quantity": "How many.",
    "rate": "The rate by which it was worked out.",
    "reason": "Why.",
    "receipt": "What a receipt is printed from.",
    "recorded": "How many were recorded.",
    "recorded_at": "When it was put on record.",
    "redeemed": "What was spent.",
    "reference": "The code or coupon that it goes by.",
    "refusal": "Why it was refused; left out: it was not.",
    "repeated": "It was recorded before; nothing has moved.",
    "requests_per_second": "How many requests a second it may make of one worker.",
    "reward": "The reward, by its name in the program file.",
    "rewards": "Rewards.",
    "role": "The role in the household.",
    "scopes": "What it may be used for.",
    "sender": "The member who sent it.",
    "sentence": "What there is to say, for a person.",
    "seq": "Its place in the member's journal, from 1.",
    "since": "From when on.",
    "sku": "The article number.",
    "starts_at": "From when on it is in force.",
    "status": "Where it stands.",
    "taken_back": "What the goods had earned.",
    "ticket": "The ticket.",
    "tickets": "The tickets.",
    "tiers": "Where the member stands on each ladder.",
    "tiers_after": "The level on each ladder after it.",
    "times": "How often.",
    "title": "What it is for, in words.",
    "to": "The other member's id.",
    "unit": "The unit, by its name in the program file.",
    "units": "One each.",
    "until": "Up to when.",
    "used": "What is used of it.",
    "version": "The number of the program version that decided.",
    "wallets": "What there is of each unit.",
    "wallets_after": "Where they stood after it.",
    "wallets_before": "Where the wallets stood before it.",
    "wanted": "What is asked for.",
    "what": "What became of it.",
}
"""What a field of this name is wherever nothing stands under it."""

_PROBLEM_OF_PATH: Mapping[str, str] = {
    "batches/name": "batch_not_found",
    "budgets/name": "limit_not_found",
    "event_id": "event_not_found",
    "hold": "hold_not_found",
    "key": "key_not_found",
    "member": "member_unknown",
    "name": "program_not_found",
    "number": "version_not_found",
    "partner": "partner_not_found",
    "rewards/name": "limit_not_found",
    "studies/number": "study_not_found",
    "unit": "unit_not_found",
    "webhooks/number": "webhook_not_found",
}
"""What is answered where the thing that a part of a path names is not there; with what stands before it first."""
_WORDS_OF_PATH: Mapping[str, str] = {
    "batches/name": "The batch of codes, by its name.",
    "budgets/name": "The mechanic, by its name in the program file.",
    "code": "The code of a problem.",
    "event_id": "The id of an event, as its source chose it.",
    "hold": "The id of the event that began the hold.",
    "key": "The id of an API key.",
    "member": "Your id of the member. A slash in it is written `%2F`.",
    "name": "The program, by its name.",
    "number": "The number of a version, from 1.",
    "partner": "The partner, by its name in the program file.",
    "rewards/name": "The reward, by its name in the program file.",
    "studies/number": "The number of a study.",
    "unit": "The unit, by its name in the program file.",
    "webhooks/number": "The number of a webhook.",
}
_EVERYWHERE = ("internal_error", "method_not_allowed", "not_found", "request_not_allowed")
_WITH_KEY = (
    "database_unavailable",
    "key_missing",
    "key_not_good",
    "not_allowed",
    "program_not_chosen",
    "program_not_found",
    "stopping",
    "too_many_requests",
)
_WITH_BODY = ("body_not_readable", "body_too_large", "not_as_wanted", "unsupported_media_type")
_WITH_EVENT = ("id_differs", "overloaded")

_ID_HEADER = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "The id of the event, where the body has none.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$"},
}
_PROGRAM_HEADER = {
    "name": "Guerdon-Program",
    "in": "header",
    "description": "The program that is meant, for a key that opens several.",
    "schema": {"type": "string", "maxLength": 200},
}
_IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "description": "The ETag of what you looked at. Where it is another one by now, nothing is changed.",
    "schema": {"type": "string"},
}


class Operation(NamedTuple):
    """A handler at an address."""

    method: str
    """In capitals."""
    path: str
    """With the names of its parts: ``/v1/members/{member}``."""
    parts: tuple[str, ...]
    """Those names."""
    handler: HTTPRouteHandler
    told: Told
    scopes: tuple[str, ...]
    """Empty: no key is needed."""

    @property
    def name(self) -> str:
        """The name of the function, which is unique."""
        return self.function.__name__

    @property
    def function(self) -> types.FunctionType:
        """The handler as it was written."""
        written: Any = self.handler.fn
        function: types.FunctionType = getattr(written, "func", written)
        return function

    @property
    def body(self) -> Any:
        """The type of the body; None: there is none."""
        if self.told.body is not None:
            return self.told.body
        data = self.handler.parsed_fn_signature.parameters.get("data")
        return None if data is None else data.annotation

    @property
    def answers(self) -> tuple[Any, ...]:
        """The types of which the answer, or a line of it, may be."""
        if self.told.answers:
            return self.told.answers
        returned = self.handler.parsed_fn_signature.return_type
        if get_origin(returned.raw) is Response:
            return get_args(returned.raw)
        if isinstance(returned.annotation, type) and issubclass(returned.annotation, Stream):
            return (str,)
        return (returned.annotation,)

    @property
    def is_write(self) -> bool:
        """Whether it hands in an event."""
        return self.told.is_event or self.body == EVENT_FROM_OUTSIDE or _is_event(self.body)


def description(application: Litestar) -> dict[str, Any]:
    """The whole description of an application."""
    found = operations(application)
    wanted = [
        ProblemDetails,
        *get_args(Effect),
        *[kind for one in found for kind in (one.body, *one.answers) if kind is not None],
    ]
    schemas, components = msgspec.json.schema_components(wanted, ref_template=_REFERENCE)
    schema_of = dict(zip(map(_key, wanted), schemas, strict=True))
    _put_words(wanted, components)
    _put_effects(components)
    paths: dict[str, dict[str, Any]] = {}
    for one in found:
        paths.setdefault(one.path, {})[one.method.lower()] = _operation(one, schema_of, components)
    used = _used(paths, components)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Guerdon", "version": __version__, "description": ABOUT, "license": _LICENSE},
        "servers": [{"url": "/"}],
        "tags": [{"name": tag} for tag in _tags(found)],
        "paths": paths,
        "components": {"schemas": {name: components[name] for name in sorted(used)}, "securitySchemes": {"key": _KEY}},
    }


_LICENSE = {"name": "Apache-2.0", "identifier": "Apache-2.0"}
_KEY = {"type": "http", "scheme": "bearer", "description": "An API key, `gk_…`, with one of the scopes that are named."}


def operations(application: Litestar) -> list[Operation]:
    """Every operation of an application, by address."""
    found = [
        Operation(
            method=str(method),
            path=route.path_format or "/",
            parts=tuple([part.name for part in route.path_components if not isinstance(part, str)]),
            handler=handler,
            told=handler.opt.get("told", Told()),
            scopes=handler.opt.get("scopes", ()),
        )
        for route in application.routes
        if isinstance(route, HTTPRoute)
        for handler in route.route_handlers
        for method in handler.http_methods
        if method != "OPTIONS" and handler.resolve_include_in_schema()
    ]
    return sorted(found, key=lambda one: (one.path, one.method))


def problems_of(one: Operation) -> list[str]:
    """The codes of the problems that an operation may answer."""
    found = {*_EVERYWHERE, *one.told.problems}
    found |= {code for part in one.parts if (code := _of_part(one, part, _PROBLEM_OF_PATH))}
    found |= set(_WITH_KEY) if one.scopes else {"database_unavailable", "stopping"}
    if one.body is not None:
        found |= set(_WITH_BODY)
    if one.is_write:
        found |= {*_WITH_EVENT, *REFUSALS}
    names = {parameter["name"] for parameter in _query(one)}
    if names:
        found.add("not_as_wanted")
    if "cursor" in names:
        found.add("cursor_not_readable")
    return sorted(found)


def _key(kind: Any) -> str:
    return repr(kind)


def _tags(found: Iterable[Operation]) -> list[str]:
    return sorted({tag for one in found for tag in one.handler.resolve_tags()})


def _is_event(kind: Any) -> bool:
    return isinstance(kind, type) and not _EVENTS.isdisjoint(kind.__mro__)


def _operation(one: Operation, schema_of: Mapping[str, Any], components: dict[str, Any]) -> dict[str, Any]:
    """An operation, as OpenAPI has it."""
    shown = examples_of(one.method, one.path)
    told: dict[str, Any] = {
        "operationId": one.name,
        "summary": one.name.replace("_", " ").capitalize(),
        "description": _words(one),
        "tags": one.handler.resolve_tags(),
        "parameters": [*_path(one), *_query(one), *_headers(one)],
    }
    if one.scopes:
        told["security"] = [{"key": []}]
        told["x-scopes"] = list(one.scopes)
    else:
        told["security"] = []
    if one.body is not None:
        told["requestBody"] = _body(one, schema_of, components, shown)
    return told | {"responses": _responses(one, schema_of, shown)}


def _words(one: Operation) -> str:
    paragraphs = [plain(paragraph) for paragraph in (one.function.__doc__ or "").split("\n\n")]
    if one.scopes:
        paragraphs.append(f"It takes a key with one of the scopes {', '.join(f'`{scope}`' for scope in one.scopes)}.")
    return "\n\n".join(paragraphs)


def _path(one: Operation) -> Iterator[dict[str, Any]]:
    for part in one.parts:
        field = one.handler.parsed_fn_signature.parameters.get(part)
        schema: dict[str, Any] = {"type": "string", "minLength": 1}
        if field is not None and field.annotation is int:
            schema = {"type": "integer", "minimum": 1}
        yield {
            "name": part,
            "in": "path",
            "required": True,
            "description": _of_part(one, part, _WORDS_OF_PATH),
            "schema": schema,
        }


def _of_part(one: Operation, part: str, told: Mapping[str, str]) -> str:
    """What a table says of a part of a path, first of the part with what stands before it; empty: nothing."""
    before = one.path.partition(f"/{{{part}}}")[0].rpartition("/")[2]
    return told.get(f"{before}/{part}") or told.get(part, "")


def _query(one: Operation) -> list[dict[str, Any]]:
    return [
        _parameter(name, field)
        for name, field in one.handler.parsed_fn_signature.parameters.items()
        if name not in ("request", "body", "data") and name not in one.parts
    ]


def _parameter(name: str, field: FieldDefinition) -> dict[str, Any]:
    schema = msgspec.json.schema(field.annotation)
    told = field.kwarg_definition
    found: dict[str, Any] = {"name": name, "in": "query", "required": field.is_required, "schema": schema}
    if isinstance(told, ParameterKwarg):
        bounds = {"minimum": told.ge, "maximum": told.le, "minLength": told.min_length, "maxLength": told.max_length}
        schema |= {word: value for word, value in bounds.items() if value is not None}
        schema |= dict(told.schema_extra or {})
        found |= {"name": getattr(told, "name", None) or told.query or name, "description": told.description or ""}
    if not field.is_required and field.default is not None:
        schema["default"] = field.default
    found["schema"] = _without_null(schema)
    return found


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """A parameter is left out; nobody writes null in an address."""
    kinds = [kind for kind in schema.pop("anyOf", []) if kind != {"type": "null"}]
    if schema.get("default", ...) is None:
        del schema["default"]
    return (kinds[0] if kinds else {}) | schema


def _headers(one: Operation) -> list[dict[str, Any]]:
    found = [_PROGRAM_HEADER] if one.scopes else []
    if one.is_write and "application/json" in one.told.body_kinds:
        found.append(_ID_HEADER)
    if one.told.if_match:
        found.append(_IF_MATCH)
    return found


def _body(
    one: Operation, schema_of: Mapping[str, Any], components: dict[str, Any], shown: Sequence[Example]
) -> dict[str, Any]:
    schema = schema_of[_key(one.body)]
    if one.is_write and one.body != EVENT_FROM_OUTSIDE:
        schema = _without_kind(one, components)
    content = {}
    for kind in one.told.body_kinds:
        fitting = [example for example in shown if example.body is not None and example.body_kind == kind]
        content[kind] = _content(kind, schema, fitting, lambda example: example.body)
    return {"required": True, "content": content}


def _without_kind(one: Operation, components: dict[str, Any]) -> dict[str, Any]:
    """The body of an operation for one kind of event: its kind is known, and its id may stand in a header.

    Where the path names the member, the body need not, and who did it is the key.
    """
    name = one.body.__name__
    own = f"{name}Body"
    known = {"kind", "id", "member", "by"} if "member" in one.parts else {"kind", "id"}
    body = dict(components[name])
    body["required"] = [field for field in body["required"] if field not in known]
    components[own] = body | {"title": own}
    return {"$ref": _REFERENCE.format(name=own)}


def _content(kind: str, schema: Any, shown: Sequence[Example], value: Any) -> dict[str, Any]:
    found: dict[str, Any] = {"schema": schema if kind == "application/json" else {"type": "string"}}
    if kind.endswith("ndjson"):
        # One line of it; OpenAPI 3.1 has no word for many.
        found["x-line"] = schema
    if shown:
        found["examples"] = {example.name: {"summary": example.title, "value": value(example)} for example in shown}
    return found


def _responses(one: Operation, schema_of: Mapping[str, Any], shown: Sequence[Example]) -> dict[str, Any]:
    made = one.told.if_match and one.handler.status_code == http.HTTPStatus.CREATED
    statuses = sorted({one.handler.status_code} | ({200} if made else set()))
    schemas = [schema_of[_key(answer)] for answer in one.answers]
    schema = schemas[0] if len(schemas) == 1 else {"anyOf": schemas}
    found = {str(status): _answer(one, status, schema, shown) for status in statuses}
    known, by_status = codes(), dict[int, list[str]]()
    for code in problems_of(one):
        by_status.setdefault(known[code][0], []).append(code)
    for status, names in sorted(by_status.items()):
        found[str(status)] = _problem(status, names, shown)
    return found


def _answer(one: Operation, status: int, schema: Any, shown: Sequence[Example]) -> dict[str, Any]:
    content = {}
    for kind in one.told.answer_kinds if status != http.HTTPStatus.NO_CONTENT else ():
        fitting = [example for example in shown if example.status == status and example.answer_kind == kind]
        content[kind] = _content(kind, schema, fitting, lambda example: example.answer)
    answer: dict[str, Any] = {"description": http.HTTPStatus(status).phrase} | ({"content": content} if content else {})
    if one.told.etag:
        answer["headers"] = {"ETag": {"description": "For `If-Match`.", "schema": {"type": "string"}}}
    return answer


def _problem(status: int, names: Sequence[str], shown: Sequence[Example]) -> dict[str, Any]:
    schema = {
        "allOf": [
            {"$ref": _REFERENCE.format(name="ProblemDetails")},
            {"properties": {"code": {"enum": list(names)}, "status": {"const": status}}},
        ]
    }
    content: dict[str, Any] = {"schema": schema}
    fitting = [example for example in shown if example.status == status]
    if fitting:
        content["examples"] = {example.name: {"summary": example.title, "value": example.answer} for example in fitting}
    answer: dict[str, Any] = {"description": http.HTTPStatus(status).phrase, "content": {MEDIA_TYPE: content}}
    if status in (429, 503):
        answer["headers"] = {"Retry-After": {"description": "In seconds.", "schema": {"type": "string"}}}
    return answer


def _put_words(wanted: Iterable[Any], components: Mapping[str, Any]) -> None:
    """Give every component the words of its Struct and of its fields."""
    for struct in structs_in(wanted):
        component = components[_name_of(struct, components)]
        component["description"] = plain(component.get("description", ""))
        words = field_words(struct)
        for field in msgspec.structs.fields(struct):
            if datetime in (field.type, *get_args(field.type)):
                component["properties"][field.encode_name] = _a_time(component["properties"][field.encode_name])
        for name, schema in component.get("properties", {}).items():
            told = words.get(name) or _WORDS_OF_NAME.get(name)
            if told:
                component["properties"][name] = schema | {"description": told}


def _name_of(struct: type[Any], components: Mapping[str, Any]) -> str:
    """The name of a Struct's component: its own, or with its module where two share it."""
    return struct.__name__ if struct.__name__ in components else f"{struct.__module__}.{struct.__qualname__}"


def _a_time(schema: Any) -> Any:
    """A field that is a time. All of ours have an offset, whether its type asks for it or not."""
    if "anyOf" in schema:
        return schema | {"anyOf": [_a_time(one) for one in schema["anyOf"]]}
    return schema | {"format": "date-time"} if schema.get("type") == "string" else schema


def _put_effects(components: dict[str, Any]) -> None:
    """Describe effects as they go over the wire, and let every list of them be one."""
    kinds = [components[_name_of(kind, components)] for kind in structs_in(get_args(Effect))]
    for component in kinds:
        properties = component["properties"]
        component["properties"] = {name: _on_the_wire(name, schema) for name, schema in properties.items()}
    reference = {"type": "array", "items": {"$ref": _REFERENCE.format(name="Effect")}}
    for component in components.values():
        if "effects" in component.get("properties", {}) and "effect" not in component["properties"]:
            own = component["properties"]["effects"]
            told = {word: own[word] for word in ("description", "default") if word in own}
            component["properties"]["effects"] = reference | told
    components["Effect"] = {
        "title": "Effect",
        "description": "One thing that an event led to.",
        "anyOf": [{"$ref": _REFERENCE.format(name=_name_of(kind, components))} for kind in get_args(Effect)],
    }


def _on_the_wire(name: str, schema: Any) -> Any:
    """A field of an effect: instants are times, and a large number is a text."""
    if isinstance(schema, list):
        return [_on_the_wire(name, one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    if schema.get("type") != "integer":
        nested = {word: _on_the_wire(name, value) for word, value in schema.items() if word in _NESTING}
        return schema | nested
    rest = {word: value for word, value in schema.items() if word == "description"}
    if name in INSTANTS:
        return rest | {"type": "string", "format": "date-time"}
    if name in DAYS:
        return rest | {"type": "string", "format": "date"}
    return schema | {"type": ["integer", "string"]}


def _used(paths: object, components: Mapping[str, Any]) -> set[str]:
    """The names of the components that paths, or other components of theirs, refer to."""
    found: set[str] = set()
    waiting: list[object] = [paths]
    while waiting:
        part = waiting.pop()
        if isinstance(part, list | tuple):
            waiting += part
        elif isinstance(part, dict):
            waiting += part.values()
            name = str(part.get("$ref", "")).rpartition("/")[2]
            if name in components and name not in found:
                found.add(name)
                waiting.append(components[name])
    return found


def structs_in(wanted: Iterable[Any]) -> list[type[msgspec.Struct]]:
    """Every Struct that types are made of."""
    found: dict[type[msgspec.Struct], None] = {}
    waiting = list(wanted)
    while waiting:
        kind = waiting.pop()
        if isinstance(kind, type) and issubclass(kind, msgspec.Struct) and get_origin(kind) is None:
            if kind not in found:
                found[kind] = None
                waiting += [field.type for field in msgspec.structs.fields(kind)]
        elif get_origin(kind) in (Union, types.UnionType) or get_args(kind):
            waiting += get_args(kind)
    return list(found)


assert set(_PROBLEM_OF_PATH.values()) <= PROBLEMS.keys() | REFUSALS.keys()
