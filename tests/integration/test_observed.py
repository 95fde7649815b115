"""A till at work is seen: its spans, its batches, its limits; and nothing of whom it works for."""

import threading
import time
from collections.abc import Iterator
from functools import partial

import pytest
from ledger_fixtures import LIMITED, SIMPLE, Shop, buy, enrol
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from guerdon.core.events import Event
from guerdon.observe import traces
from guerdon.observe.metrics import FOLDER_VARIABLE, Metrics
from guerdon.runtime.live import LiveTill
from guerdon.runtime.till import Till
from guerdon.store.database import connect
from guerdon.works.figures import figures_part, tell

EVENTS: list[Event] = [enrol("canary-ann"), buy("b1", "canary-ann", "2026-02-01 10:00", "10.00 tea")]


@pytest.fixture
def metrics(monkeypatch: pytest.MonkeyPatch) -> Metrics:
    monkeypatch.delenv(FOLDER_VARIABLE, raising=False)
    return Metrics()


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> Iterator[InMemorySpanExporter]:
    """The spans of a test."""
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(traces.trace, "get_tracer", provider.get_tracer)
    yield exporter
    provider.shutdown()


def test_a_batch_has_a_span_for_each_part(database_url: str, kept: InMemorySpanExporter) -> None:
    with Shop(database_url, SIMPLE) as shop:
        till = Till(partial(connect, database_url), shop.program, span=traces.span)
        till.commit(EVENTS)
        till.commit(EVENTS)  # again: there is nothing to write
        till.close()
    names = [span.name for span in kept.get_finished_spans()]
    assert names == ["till_load", "till_decide", "till_write", "till_batch", "till_load", "till_decide", "till_batch"]
    told = [span.to_json() for span in kept.get_finished_spans()]
    assert "canary" not in "".join(told)


def test_a_live_till_tells_the_metrics_of_its_batches(database_url: str, metrics: Metrics) -> None:
    with Shop(database_url, SIMPLE) as shop:
        live = LiveTill(
            lambda: Till(partial(connect, database_url), shop.program),
            watch=lambda batch: metrics.batch(**batch._asdict()),
        )
        live.commit([*EVENTS, buy("b2", "canary-bob", "2026-02-01 10:00", "10.00 tea")])
        live.close()
    told = metrics.render().decode()
    assert "guerdon_till_batch_events_sum 3.0" in told
    assert 'guerdon_events_total{kind="purchase"} 2.0' in told
    assert 'guerdon_refusals_total{code="member_unknown"} 1.0' in told
    assert "canary" not in told


def test_the_figures_are_those_of_the_database(database_url: str, metrics: Metrics) -> None:
    with Shop(database_url, LIMITED) as shop:
        shop.till.commit(EVENTS)
        with connect(database_url) as connection:
            tell(connection, metrics)
            used = connection.execute("select used, allowed from limits where name = 'opening'").fetchone()
    assert used == (7, 500)
    told = metrics.render().decode()
    assert 'guerdon_limit_used_ratio{limit="opening",program="shop"} 0.014' in told
    assert 'guerdon_behind{reader="relay"} 0.0' in told


def test_the_works_can_look_again_and_again(database_url: str, metrics: Metrics) -> None:
    failures: list[str] = []
    over = threading.Event()
    part = figures_part(metrics, seconds=0.01)
    looking = threading.Thread(target=part.run, args=(database_url, over, lambda name, _: failures.append(name)))
    looking.start()
    time.sleep(0.3)
    over.set()
    looking.join()
    assert failures == []
    assert b'guerdon_behind_seconds{reader="relay"} 0.0' in metrics.render()
