"""Two brands on one deployment: with a key of one, every address of the application is tried on what is the other's.

The addresses come from the application itself, so a new one is tried from its first day on. Whatever is answered, not a
word of the other brand's may be in it, and not a row of the other brand may change.

::

    key of shop ──▶ GET, POST, PUT, DELETE … /v1/…{cafe's member, event, key, version …} ──▶ nothing of cafe's
"""

import itertools
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

import pytest
from fire import ENDLESS
from http_fixtures import Counter, counter, enrol, purchase
from ledger_fixtures import FULL

from guerdon.connect.signing import Vault
from guerdon.connect.webhooks import add_webhook
from guerdon.people.identities import add_identity
from guerdon.people.persons import keep_profile
from guerdon.people.profile import Profile
from guerdon.runtime.codes import import_batch
from guerdon.runtime.secret_key import Secret, SecretKey
from guerdon.store.codes import Terms
from guerdon.store.database import Connection, connect

AT = "2026-02-01T10:00:00Z"
WORD = "cafesecret"
"""Stands in everything that the other brand has and that nobody sends from outside."""
CAFE = (
    FULL.replace("program: shop", "program: cafe").replace("reward: coffee,", f"reward: coffee, title: {WORD},")
    + f"  - {{reward: {WORD}-mug, cost: 9 stars, stock: 3}}\n"
).replace("mechanics:", f"partners:\n  {WORD}-partner: {{}}\nmechanics:", 1)
CODE = "CAFELEAF1"
EMAIL = f"{WORD}@example.com"
SECRET = SecretKey(Secret(bytes(range(32))))


class Other(NamedTuple):
    """What the other brand has: by the name of a part of a path, what somebody could try there."""

    ids: Mapping[str, tuple[Any, ...]]
    program: int


@pytest.fixture
def town(database_url: str) -> Iterator[tuple[Counter, Other]]:
    with counter(database_url, FULL, CAFE, settings={"secret": SECRET}) as open_counter:
        yield open_counter, furnished(open_counter)


def furnished(town: Counter) -> Other:
    """Give both brands something of everything; what the other one has of each is told."""
    theirs, number = town.headers(program="cafe"), town.programs["cafe"]
    for content in (
        enrol("cafe-ann"),
        purchase("cafe-p1", "cafe-ann", 50_000, store=WORD),
        {"kind": "hold", "id": "cafe-hold", "member": "cafe-ann", "at": AT, "until": "2026-02-03T10:00:00Z",
         "unit": "points", "amount": 10},
    ):  # fmt: skip
        answer = town.client.post("/v1/events", json={"kind": "purchase"} | content, headers=theirs)
        assert answer.status_code == 200, answer.text
    made = town.client.post("/v1/keys", json={"title": WORD, "scopes": ["manager"]}, headers=theirs).json()
    assert town.client.post("/v1/events", json=enrol("ann"), headers=town.headers()).status_code == 200
    with connect(town.url) as connection:
        vault = Vault(SECRET.derive("webhooks"))
        hook = add_webhook(connection, vault, number, f"https://{WORD}.example/hook").webhook
        import_batch(connection, number, "cafe-leaf", [CODE], Terms(valid_until=datetime(2026, 12, 31, tzinfo=UTC)))
        add_identity(connection, SECRET, number, "cafe-ann", "email", EMAIL, at=datetime.now(UTC))
        keep_profile(connection, SECRET, number, "cafe-ann", Profile(given_name=WORD), at=datetime.now(UTC))
    members, events = ("cafe-ann", f"email:{EMAIL}"), ("cafe-p1", "cafe-hold")
    everything = (*members, *events, "cafe", made["id"], str(hook.id), "1", "cafe-leaf", CODE)
    ids = {
        "member": members,
        "event_id": events,
        "key": (made["id"],),
        "name": ("cafe", "shop"),
        "number": (1, 2),
        "unit": ("points",),
        "partner": (f"{WORD}-partner", "sky"),
        "*": everything,
    }
    return Other(ids, number)


def bodies(other: Other) -> list[Any]:
    """What somebody could send about the other brand's things."""
    event = {"id": "mine-1", "member": "cafe-ann", "at": AT}
    line = [{"sku": "s", "amount": 5_000}]
    return [
        {},
        {"kind": "purchase", **event, "lines": line, "codes": [CODE], "holds": ["cafe-hold"]},
        {**event, "lines": line, "codes": [CODE]},
        {**event, "member": "ann", "lines": line, "holds": ["cafe-hold"]},
        {**event, "purchase": "cafe-p1"},
        {"kind": "capture", **event, "hold": "cafe-hold"},
        {"kind": "release", **event, "member": "ann", "id": "mine-2", "hold": "cafe-hold"},
        {"kind": "send", **event, "member": "ann", "id": "mine-3", "to": "cafe-ann", "unit": "points", "amount": 1},
        {"kind": "merge", **event, "member": "ann", "id": "mine-4", "into": "cafe-ann", "by": "x"},
        {"kind": "adjust", **event, "unit": "points", "amount": 9, "reason": "x", "by": "x"},
        {"id": "cafe-p1", "member": "ann", "at": AT, "lines": line},
        {"title": "x", "scopes": ["manager"], "program": "cafe"},
        {"overlap_seconds": 60},
        {"effective_from": "2098-01-01"},
        {"source": CAFE},
        {"member": "cafe-ann"},
        {"email": EMAIL},
        {"kind": "email", "value": EMAIL},
        {"url": "https://example.com/x", "types": ["*"]},
    ]


def dump(connection: Connection, program: int) -> dict[str, list[tuple[Any, ...]]]:
    """Every row that belongs to a program, in whatever table."""
    tables = connection.execute(
        "select table_name from information_schema.columns where table_schema = 'public' and column_name = 'program'"
    ).fetchall()
    found = {
        name: connection.execute(f"select to_jsonb(t)::text from {name} t where program = %s order by 1", [program])  # type: ignore[call-overload]
        .fetchall()
        for (name,) in tables
    }  # fmt: skip
    found["journal"] = connection.execute(
        "select j.* from journal j join members m on m.id = j.member where m.program = %s order by j.member, j.seq",
        [program],
    ).fetchall()
    assert {"members", "api_keys", "webhooks", "codes", "identities"} <= found.keys()
    assert all(found[name] for name in ("members", "journal", "api_keys", "webhooks", "code_batches", "identities"))
    return found


def tries(town: Counter, other: Other) -> Iterator[tuple[str, str]]:
    """Every method of every address, with every mixture of the other brand's ids in it."""
    for route in town.client.app.routes:
        named = [part for part in route.path_components if not isinstance(part, str)]
        for method in sorted(getattr(route, "methods", set()) - {"OPTIONS"}):
            for ids in itertools.product(*[other.ids.get(part.name, other.ids["*"]) for part in named]):
                path = route.path_format
                for part, value in zip(named, ids, strict=True):
                    path = path.replace(f"{{{part.name}}}", str(value))
                if path not in ENDLESS and not path.startswith("/schema"):
                    yield method, path


def answers(town: Counter, other: Other, headers: dict[str, str]) -> Iterator[tuple[str, str, Any, Any]]:
    """Everything that is tried, with what is answered."""
    for method, path in tries(town, other):
        for content in [None] if method == "GET" else bodies(other):
            for more in ({}, {"Guerdon-Program": "cafe"}):
                yield method, path, content, town.client.request(method, path, headers=headers | more, json=content)


def tells(content: Any, answer: Any) -> bool:
    """Whether an answer says more of the other brand than what was sent."""
    return content != {"source": CAFE} and WORD in answer.text.replace(EMAIL, "").replace(f"{WORD}-partner", "")


def test_no_address_shows_or_changes_anything_of_another_brand(town: tuple[Counter, Other]) -> None:
    counter, other = town
    headers = counter.headers("manager", "checkout", "app", "auditor", program="shop")
    with connect(counter.url) as connection:
        before = dump(connection, other.program)

    tried = list(answers(counter, other, headers))

    with connect(counter.url) as connection:
        after = dump(connection, other.program)
    assert [(*one, answer.text) for *one, answer in tried if tells(one[2], answer)] == []
    assert [(*one, answer.text) for *one, answer in tried if answer.status_code >= 429] == []
    assert {name for name in before if before[name] != after[name]} == set()
    assert {answer.status_code for *_, answer in tried} >= {200, 404}


def test_the_brand_itself_is_shown_what_is_looked_for(town: tuple[Counter, Other]) -> None:
    counter, other = town
    headers = counter.headers("manager", "checkout", "app", "auditor", program="cafe")

    telling = {path for method, path, content, answer in answers(counter, other, headers) if tells(content, answer)}

    assert telling >= {"/v1/events/cafe-p1", "/v1/keys", "/v1/rewards", "/v1/programs/cafe/versions/1"}
