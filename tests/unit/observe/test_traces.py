"""Traces are off unless asked for, and tell no more than the logs."""

import subprocess
import sys

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

from guerdon.observe import traces
from guerdon.observe.traces import ENDPOINT_VARIABLE, configure_traces, flush_traces, span


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> InMemorySpanExporter:
    """The spans of a test."""
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(traces.trace, "get_tracer", provider.get_tracer)
    return exporter


def test_a_span_inside_another_belongs_to_it(kept: InMemorySpanExporter) -> None:
    with span("request", route="/v1/events", method="POST"), span("till_batch", events=12):
        pass
    inner, outer = kept.get_finished_spans()
    assert (inner.name, outer.name) == ("till_batch", "request")
    assert inner.parent is not None
    assert inner.parent.span_id == outer.context.span_id
    assert dict(outer.attributes or {}) == {"route": "/v1/events", "method": "POST"}


def test_a_canary_gets_into_no_span(kept: InMemorySpanExporter) -> None:
    def broken() -> None:
        with span("request", member="ann@example.com", route="/v1/members/ann@example.com"):
            raise ValueError("ann@example.com")

    with pytest.raises(ValueError, match="ann"):
        broken()
    (one,) = kept.get_finished_spans()
    assert (one.status.status_code, one.status.description) == (StatusCode.ERROR, "ValueError")
    assert "ann" not in one.to_json()


def test_without_a_collector_traces_are_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(ENDPOINT_VARIABLE, raising=False)
    assert configure_traces() == "off"
    flush_traces()
    with span("request"):
        pass


def test_a_collector_without_the_extra_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ENDPOINT_VARIABLE, "http://127.0.0.1:4318")
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace.export", None)
    assert configure_traces() == "not_installed"


COLLECTED = """
import http.server, os, threading
bodies = []
class Collector(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        bodies.append((self.path, self.rfile.read(int(self.headers["content-length"]))))
        self.send_response(200); self.end_headers()
    def log_message(self, *_): pass
server = http.server.HTTPServer(("127.0.0.1", 0), Collector)
threading.Thread(target=server.serve_forever, daemon=True).start()
os.environ["OTEL_EXPORTER_OTLP_ENDPOINT"] = f"http://127.0.0.1:{server.server_port}"
from guerdon.observe.traces import configure_traces, flush_traces, span
assert configure_traces() == "on"
with span("till_batch", events=3): pass
flush_traces()
print(bodies[0][0], b"till_batch" in bodies[0][1])
"""


def test_a_collector_is_sent_the_spans() -> None:
    answer = subprocess.run([sys.executable, "-c", COLLECTED], capture_output=True, text=True, check=True, timeout=60)
    assert answer.stdout.split() == ["/v1/traces", "True"]
