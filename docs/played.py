"""Play the examples of the service: send every request of the story to a real one, and compare the answers.

What a service chooses anew each time (keys, their ids, the present moment) is translated into what the file shows:
where both the answer and the file have such a value, the one stands for the other from there on, also in requests.

``python -m docs.played`` writes the answers of now into the file.
"""

import json
import re
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import msgspec
from litestar.testing import TestClient

from guerdon.api import examples as shown
from guerdon.api.app import create_app
from guerdon.api.examples import Example, read_examples, written
from guerdon.api.service import Service, Settings
from guerdon.connect.stream import sequence
from guerdon.people.keys import make_key
from guerdon.runtime.secret_key import new_secret, read_secret_key
from guerdon.store import programs
from guerdon.store.database import connect
from guerdon.store.migrations import migrate
from guerdon.store.server import EmbeddedServer

FILE = Path(shown.__file__).with_name("examples.http")
_CHOSEN = re.compile(r"[0-9a-f]{12}|[0-9a-f]{16}|gk_[0-9a-f]{12}_[\w-]+|whsec_\S+|[0-9a-f-]{36}")
_KEY = re.compile(r"\{(\w+)\}")
_AND_SO_ON = "…"
"""The last line of an answer in plain text that is not shown to its end."""
_NOW = timedelta(days=2)


class Played(NamedTuple):
    """An example, and what the service answers."""

    example: Example
    now: Example

    @property
    def is_true(self) -> bool:
        """Whether the file shows what is answered."""
        return self.example == self.now


class Player:
    """Sends the requests of a story."""

    def __init__(self, client: "TestClient[Any]", url: str) -> None:
        """Begin with a database in which there is nothing."""
        self._client, self._url = client, url
        self._keys: dict[str, str] = {}
        self._chosen: dict[str, str] = {}
        """What the file shows for what this service chose."""

    def play(self, example: Example) -> Played:
        """Send one request."""
        if example.path.startswith("/v1/changes"):
            # What the background work does meanwhile.
            with connect(self._url) as connection:
                sequence(connection)
        headers = {name: self._with_key(value) for name, value in example.headers.items()}
        if example.body_text:
            headers.setdefault("Content-Type", shown.JSON)
        answer = self._client.request(
            example.method, self._as_chosen(example.path), headers=headers, content=example.body_text.encode()
        )
        return Played(example, self._told(example, answer))

    def _told(self, example: Example, answer: httpx.Response) -> Example:
        kind = answer.headers.get("content-type", "").partition(";")[0] or shown.JSON
        text = answer.text.replace("\r\n", "\n").strip("\n")
        if _is_json(kind) and _is_json(example.answer_kind):
            self._learn(json.loads(example.answer_text or "null"), json.loads(text or "null"))
        text = self._as_shown(text)
        if _is_json(kind) and text:
            text = msgspec.json.format(text.encode(), indent=2).decode()
        elif example.answer_text.endswith(_AND_SO_ON):
            lines = example.answer_text.count("\n")
            text = "\n".join([*text.split("\n")[:lines], _AND_SO_ON])
        return example._replace(status=answer.status_code, answer_kind=kind, answer_text=text)

    def _learn(self, old: Any, new: Any) -> None:
        """Look for what was chosen anew, in what stands at the same places."""
        if isinstance(old, dict) and isinstance(new, dict):
            for key in old.keys() & new.keys():
                self._learn(old[key], new[key])
        elif isinstance(old, list) and isinstance(new, list):
            for one, other in zip(old, new, strict=False):
                self._learn(one, other)
        elif isinstance(old, str) and isinstance(new, str) and _is_chosen(old, new):
            self._chosen.setdefault(new, old)

    def _as_shown(self, text: str) -> str:
        for new, old in self._longest_first():
            text = text.replace(new, old)
        return text

    def _as_chosen(self, text: str) -> str:
        for new, old in self._longest_first():
            text = text.replace(old, new)
        return text

    def _longest_first(self) -> list[tuple[str, str]]:
        """A key holds its id."""
        return sorted(self._chosen.items(), key=lambda pair: -len(pair[0]))

    def _with_key(self, header: str) -> str:
        return _KEY.sub(lambda found: self._key(found.group(1)), header)

    def _key(self, scope: str) -> str:
        if scope not in self._keys:
            with connect(self._url) as connection:
                program = None if scope == "deployment" else next(iter(programs.program_names(connection).values()))
                scopes = ["manager" if scope == "deployment" else scope]
                self._keys[scope] = make_key(connection, program=program, title=scope, scopes=scopes).shown
        return self._keys[scope]


def play(url: str, examples: tuple[Example, ...]) -> Iterator[Played]:
    """Play a story on a migrated database in which there is nothing."""
    app = create_app(lambda metrics: Service(Settings(url, secret=read_secret_key(new_secret())), metrics))
    with TestClient(app, raise_server_exceptions=False) as client:
        player = Player(client, url)
        for example in examples:
            yield player.play(example)


def main() -> int:
    """Write the answers into the file; complain where a status differs."""
    text = FILE.read_text("utf-8")
    head, wrong = text[: text.index("### ")], 0
    with tempfile.TemporaryDirectory(prefix="guerdon-played-") as folder:
        Path(folder).chmod(0o711)  # under root the server's account has to walk through
        with EmbeddedServer(Path(folder) / "server") as server:
            server.ensure_database("played")
            url = server.url("played")
            with connect(url) as connection:
                migrate(connection)
            played = list(play(url, tuple(read_examples(text))))
    for one in played:
        if one.now.status != one.example.status:
            wrong += 1
            print(f"{one.example.name}: {one.example.status} was shown\n{one.now.answer_text}", file=sys.stderr)
    FILE.write_text(head + "\n".join([written(one.now) for one in played]), "utf-8")
    return min(wrong, 1)


def _is_json(kind: str) -> bool:
    return kind in (shown.JSON, "application/problem+json")


def _is_chosen(old: str, new: str) -> bool:
    return bool(_CHOSEN.fullmatch(old) and _CHOSEN.fullmatch(new)) or (_is_moment(old) and _is_now(new))


def _is_moment(text: str) -> bool:
    try:
        return len(text) >= len("2026-01-01T00:00:00Z") and datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False


def _is_now(text: str) -> bool:
    return _is_moment(text) and abs(datetime.now(UTC) - datetime.fromisoformat(text)) < _NOW


if __name__ == "__main__":
    sys.exit(main())
