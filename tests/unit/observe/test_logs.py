"""Only listed fields in their shapes get into logs and spans: canaries are planted everywhere a value can stand."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from guerdon.observe.fields import NUMBERS, TEXTS, allowed, place_of
from guerdon.observe.logs import bind, configure_logs, unbind

CANARIES = [
    "ann@example.com",
    "+359 88 123 4567",
    "4000 1234 5678 9010",
    "Ann Ivanova",
    "SAVE-20-NOW",
    "grd_live_5Hq9zXlIbV1",
    "Иванова",
    "two\nlines",
]


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    """Where the logs of a test go."""
    root = logging.getLogger()
    before = root.handlers[:], root.level
    stream = io.StringIO()
    configure_logs(stream)
    yield stream
    unbind()
    structlog.reset_defaults()
    root.handlers[:], root.level = before


def told(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def fail() -> None:
    raise ValueError("Key (program, key)=(1, ann@example.com) exists")


def test_a_line_is_one_json_object(stream: io.StringIO) -> None:
    log = structlog.get_logger()
    log.info("request", request_id="0190f3a27c1e7f00", route="/v1/members/{member}", status=200, seconds=0.004)
    (line,) = told(stream)
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "request", "level": "info", "request_id": "0190f3a27c1e7f00",
        "route": "/v1/members/{member}", "status": 200, "seconds": 0.004,
    }  # fmt: skip


def test_what_is_bound_stands_on_every_line_until_it_is_let_go(stream: io.StringIO) -> None:
    log = structlog.get_logger()
    bind(key_id="k_12")
    log.info("first")
    unbind()
    log.info("second")
    assert [line.get("key_id") for line in told(stream)] == ["k_12", None]


@pytest.mark.parametrize("canary", CANARIES)
@pytest.mark.parametrize("field", [*TEXTS, *sorted(NUMBERS), "member", "token", "content"])
def test_a_canary_gets_into_no_field(field: str, canary: str) -> None:
    assert allowed({field: canary}) == {"withheld": 1}
    assert allowed({field: [canary]}) == {"withheld": 1}
    assert allowed({field: {canary: canary}}) == {"withheld": 1}


@pytest.mark.parametrize("canary", CANARIES)
def test_a_canary_gets_into_no_line(stream: io.StringIO, canary: str) -> None:
    log = structlog.get_logger()
    bind(member=canary, key_id=canary)
    log.info(canary)
    log.info(f"enrolled {canary}", **{canary: canary})
    log.warning("request", route=f"/v1/members/{canary}", error=canary)
    logging.getLogger("some.library").warning("cannot store %s", canary)
    logging.getLogger(canary).error(canary, extra={"member": canary})
    text = stream.getvalue()
    assert len(text.splitlines()) == 5
    assert canary not in text
    assert json.dumps(canary)[1:-1] not in text


def test_what_is_left_out_is_counted(stream: io.StringIO) -> None:
    structlog.get_logger().info("request", status=200, member="ann", basket={"sku": 1})
    (line,) = told(stream)
    assert (line["status"], line["withheld"]) == (200, 2)


@pytest.mark.parametrize("by", ["structlog", "logging"])
def test_of_an_error_its_class_and_its_place_are_told(stream: io.StringIO, by: str) -> None:
    try:
        fail()
    except ValueError:
        if by == "structlog":
            structlog.get_logger().error("batch_failed", exc_info=True)
        else:
            logging.getLogger("procrastinate").exception("job failed for ann@example.com")
    (line,) = told(stream)
    assert line["error"] == "ValueError"
    assert line["at"].count("test_logs:") == 2
    assert "ann" not in stream.getvalue()


def test_a_place_is_empty_where_it_is_not_known() -> None:
    assert place_of(ValueError("never raised")) == ""


def test_a_library_is_heard_without_its_words(stream: io.StringIO) -> None:
    logging.getLogger("granian").warning("worker 3 of ann@example.com")
    (line,) = told(stream)
    assert (line["event"], line["logger"], line["level"]) == ("library", "granian", "warning")
    assert line["at"].startswith("test_logs:")


@pytest.mark.parametrize(("level", "count"), [("debug", 3), ("info", 2), ("warning", 1), ("error", 0)])
def test_the_level_is_kept(stream: io.StringIO, level: str, count: int) -> None:
    log = configure_logs(stream, level)
    log.debug("first")
    log.info("second")
    log.warning("third")
    assert len(told(stream)) == count


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("route", "/v1/members/{member}/wallet"), ("route", "/metrics"), ("route", "/"), ("route", "(none)"),
        ("request_id", "0190f3a2-7c1e-7f00-8000-000000000000"), ("key_id", "k_12"), ("method", "DELETE"),
        ("code", "redemption_exceeds_balance"), ("error", "OperationalError"), ("version", "0.1.0"),
        ("status", 503), ("seconds", 0.004), ("at", "guerdon.runtime.till:12 < guerdon.api.events:4"),
    ],
)  # fmt: skip
def test_what_operators_need_gets_in(field: str, value: object) -> None:
    assert allowed({field: value}) == {field: value}
