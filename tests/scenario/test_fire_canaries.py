"""Canaries: secrets and personal data that are planted everywhere, and then looked for where they must not be.

::

    key, e-mail, phone, name, card, code, secret ──▶ every address, in path, query, header and body
                                                 ──▶ logs? metrics? PostgreSQL's log? journal? outbox? audit log?
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from fire import ENDLESS, PROGRAM, Ask, Crowd, cut_every_connection
from http_fixtures import SECRET_KEY, Running, enrol, purchase

from guerdon.api.app import create_app
from guerdon.connect.signing import Vault
from guerdon.connect.webhooks import add_webhook
from guerdon.people.consents import Details, record_consent
from guerdon.people.identities import add_identity
from guerdon.people.persons import keep_profile
from guerdon.people.profile import Profile
from guerdon.runtime.codes import import_batch
from guerdon.runtime.secret_key import Secret, SecretKey
from guerdon.store.codes import Terms
from guerdon.store.database import connect
from guerdon.store.migrations import migrate
from guerdon.store.server import EmbeddedServer

EMAIL, PHONE, NAME, CARD = "canary.bird@example.com", "+359888123987", "Canarina", "9876543210987654"
CODE, UNUSED = "CANARYLEAF7", "CANARYLEAF8"
NOW = datetime.now(UTC)
PERSONAL = (EMAIL, "canary.bird", "888123987", NAME, CARD)

INVENTED = {"/v1/codes/batches/{name}/import"}
"""Where a manager invents a name, which is no secret and is kept."""


@pytest.fixture
def service(own_server: EmbeddedServer, tmp_path: Path) -> Iterator[Running]:
    own_server.ensure_database("shop")
    with connect(own_server.url("shop")) as connection:
        migrate(connection)
    told = {"GUERDON_LOG_REQUESTS": "all"}
    with Running(own_server.url("shop"), tmp_path / "service", PROGRAM, workers=1, environment=told) as running:
        yield running


def planted(service: Running) -> str:
    """A member with everything that must not be seen; gives the secret of a webhook."""
    secret, number = SecretKey(Secret(bytes(range(32)))), service.number()
    crowd = Crowd(service.headers())
    assert crowd.at_once([Ask(f"{service.address}/v1/events", enrol("ann"))])[0].status == 200
    with connect(service.url) as connection:
        for kind, value in (("email", EMAIL), ("phone", PHONE), ("card", CARD)):
            assert add_identity(connection, secret, number, "ann", kind, value, at=NOW)
        keep_profile(connection, secret, number, "ann", Profile(given_name=NAME, email=EMAIL), at=NOW)
        record_consent(
            connection, secret, number, "ann", "marketing", granted=True, at=NOW, details=Details(source=NAME)
        )
        import_batch(connection, number, "leaf", [CODE, UNUSED], Terms(valid_until=datetime(2098, 1, 1, tzinfo=UTC)))
        vault = Vault(secret.derive("webhooks"))
        return add_webhook(connection, vault, number, "http://127.0.0.1:9/hook", private_allowed=True).secret


def everywhere(service: Running, headers: dict[str, str], canaries: list[str]) -> list[tuple[str, httpx.Response]]:
    """Send every canary to every address: in the path, the query, the headers and the body. Gives what was answered to
    which."""
    replies: list[tuple[str, httpx.Response]] = []
    with httpx.Client(headers=headers, base_url=service.address, trust_env=False, timeout=20) as client:
        for route in create_app(lambda _: None).routes:  # type: ignore[arg-type,return-value]
            for method in sorted(getattr(route, "methods", set()) - {"OPTIONS"}):
                if route.path in ENDLESS or route.path.startswith("/schema"):
                    continue
                for canary in canaries:
                    path = route.path_format
                    for part in route.path_components:
                        if not isinstance(part, str):
                            named = "a-batch" if path in INVENTED else canary.replace("+", "%2B")
                            path = path.replace(f"{{{part.name}}}", named)
                    body = None if method == "GET" else _body(canary)
                    asked: dict[str, Any] = {"params": {"q": canary, "cursor": canary, "as_of": canary}, "json": body}
                    replies.append((canary, client.request(method, path, headers={"Idempotency-Key": canary}, **asked)))
                    if body is not None:
                        replies.append(
                            (canary, client.request(method, path, json=body | {"id": "other", "at": canary}))
                        )
                        replies.append((canary, client.request(method, path, content=f'{{"id": "{canary}')))
    return replies


def _body(canary: str) -> dict[str, Any]:
    event = purchase("by-canary", "ann", 100)
    return event | {"kind": "purchase", "email": canary, "title": canary, canary: canary}


def tables(service: Running) -> dict[str, str]:
    """What stands in every table, as text."""
    with connect(service.url) as connection:
        names = connection.execute("select tablename from pg_tables where schemaname = 'public'").fetchall()
        rows = {name: connection.execute(f"select t::text from {name} t").fetchall() for (name,) in names}  # type: ignore[call-overload]
    return {name: "\n".join([row for (row,) in found]) for name, found in rows.items()}


def test_nothing_secret_and_nobody_s_data_is_seen_where_it_must_not_be(
    own_server: EmbeddedServer, service: Running
) -> None:
    secret = planted(service)
    key = service.key()
    headers = {"Authorization": f"Bearer {key}"}
    crowd = Crowd(headers)
    used = [Ask(f"{service.address}/v1/purchases", purchase(f"code-{n}", "ann", 900, codes=[CODE])) for n in range(3)]
    assert sorted(reply.status for reply in crowd.at_once(used)) == [200, 409, 409]
    replies = everywhere(service, headers, [EMAIL, PHONE, NAME, CARD, UNUSED, key, secret])
    replies += everywhere(service, {"Authorization": f"Bearer {key}x"}, [EMAIL])
    cut_every_connection(service.url)
    crowd.at_once(used)
    metrics = httpx.get(f"{service.address}/metrics", headers=headers, trust_env=False).text
    stored = tables(service)
    service.stop()

    told, database_told = service.said(), (own_server.folder / "postgres.log").read_text(errors="replace")
    assert not [reply.text for _, reply in replies if reply.status_code >= 500]
    assert "request" in told
    assert "guerdon_http_requests" in metrics
    secrets = (key.rpartition("_")[2], secret, secret.removeprefix("whsec_"), SECRET_KEY, UNUSED)
    for canary in (*PERSONAL, *secrets, CODE):
        for name, text in {"log": told, "metrics": metrics, "PostgreSQL's log": database_told}.items():
            assert canary not in text, f"{canary} in the {name}: {_around(text, canary)}"
    for canary in (*PERSONAL, *secrets):
        forms = (canary, canary.encode().hex())
        assert [name for name, text in stored.items() if any(form in text for form in forms)] == [], canary
    for sent, reply in replies:
        # Who sent something may read it again; nobody reads anything else.
        assert [canary for canary in (*PERSONAL, *secrets) if canary in reply.text and canary not in sent] == []


def _around(text: str, word: str) -> str:
    place = text.index(word)
    return text[max(0, place - 300) : place + 100]
