"""Traces: which part of a request took how long, across processes, told to an OpenTelemetry collector.

    with span("request", route="/v1/events", method="POST"):
        with span("till_batch", events=12):
            ...

They are on where the extra ``traces`` is installed and ``OTEL_EXPORTER_OTLP_ENDPOINT`` names a collector; otherwise a
span costs a microsecond and goes nowhere. Attributes pass the same table as the fields of logs, and of an error only
its class is told.
"""

import importlib
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any, Literal

from opentelemetry import trace
from opentelemetry.trace import Status, StatusCode

from guerdon.observe.fields import allowed

ENDPOINT_VARIABLE = "OTEL_EXPORTER_OTLP_ENDPOINT"

Span = Callable[..., AbstractContextManager[None]]
"""What a part that shall know nothing of traces is handed: ``span(name, **attributes)``."""


def configure_traces(service: str = "guerdon") -> Literal["on", "off", "not_installed"]:
    """Send the spans of this process to the collector that the environment names.

    ``off``: it names none. ``not_installed``: it does, and the extra ``traces`` is missing, which is to be told.
    """
    if not os.environ.get(ENDPOINT_VARIABLE):
        return "off"
    try:
        sdk: Any = importlib.import_module("opentelemetry.sdk.trace")
        export: Any = importlib.import_module("opentelemetry.sdk.trace.export")
        resources: Any = importlib.import_module("opentelemetry.sdk.resources")
        otlp: Any = importlib.import_module("opentelemetry.exporter.otlp.proto.http.trace_exporter")
    except ModuleNotFoundError:
        return "not_installed"
    named = resources.Resource.create({"service.name": os.environ.get("OTEL_SERVICE_NAME", service)})
    provider = sdk.TracerProvider(resource=named)
    provider.add_span_processor(export.BatchSpanProcessor(otlp.OTLPSpanExporter()))
    trace.set_tracer_provider(provider)
    return "on"


def flush_traces() -> None:
    """Send what waits; for a process that is about to end."""
    flush = getattr(trace.get_tracer_provider(), "force_flush", None)
    if flush is not None:
        flush()


def spans() -> Span:
    """What opens spans in this process: ``span`` where they go anywhere, and otherwise what costs next to nothing."""
    return span if hasattr(trace.get_tracer_provider(), "force_flush") else no_span


def no_span(_name: str, **_attributes: object) -> AbstractContextManager[None]:
    """Nobody wants to know."""
    return nullcontext()


@contextmanager
def span(name: str, **attributes: object) -> Iterator[None]:
    """Do something under a span. Spans that are opened inside belong to it."""
    with trace.get_tracer("guerdon").start_as_current_span(
        name, attributes=allowed(attributes), record_exception=False, set_status_on_exception=False
    ) as current:
        try:
            yield
        except Exception as error:
            # An error's message may quote a row; its class does not.
            current.set_status(Status(StatusCode.ERROR, type(error).__name__))
            raise
