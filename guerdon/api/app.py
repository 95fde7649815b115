"""The application, put together from an explicit list of resources."""

from collections.abc import Callable
from typing import Any

from litestar import Litestar, Router

from guerdon.api import (
    audit,
    barring,
    campaigns,
    causes,
    changes,
    codes,
    events,
    front,
    health,
    holds,
    keys,
    liability,
    mechanics,
    members,
    metrics,
    partners,
    persons,
    programs,
    purchases,
    quotes,
    returns,
    rewards,
    segments,
    statements,
    stock,
    studies,
    tiers,
    versions,
    webhooks,
    worth,
)
from guerdon.api.access import KeyAuthentication
from guerdon.api.express import Express, ExpressLane
from guerdon.api.problems import answer_to
from guerdon.api.requests import Reading
from guerdon.api.service import Service
from guerdon.api.slashes import keeping_slashes
from guerdon.api.watching import Watching
from guerdon.observe.metrics import Metrics

RESOURCES: tuple[Router, ...] = (
    audit.router,
    barring.router,
    campaigns.router,
    causes.router,
    changes.router,
    codes.router,
    events.router,
    holds.router,
    keys.router,
    liability.router,
    mechanics.router,
    members.router,
    partners.router,
    persons.router,
    programs.router,
    purchases.router,
    quotes.router,
    returns.router,
    rewards.router,
    segments.router,
    statements.router,
    stock.router,
    studies.router,
    tiers.router,
    versions.router,
    webhooks.router,
    worth.router,
)

EXPRESS: tuple[Express, ...] = (
    Express("/v1/purchases", purchases.send_purchase),
    Express("/v1/events", events.send_event),
)
"""What a busy till calls all day."""


def create_app(
    open_service: Callable[[Metrics], Service], *, most_bytes: int = 10_000_000, log_all: bool = False
) -> Litestar:
    """The application; ``open_service`` is called when it starts, and what it gives is closed when it stops.

    ``log_all`` leaves a line in the log for every request, and not only for those that fail or take long.
    """
    numbers = Metrics()

    def start(app: Litestar) -> None:
        app.state.service = open_service(numbers)

    def stop(app: Litestar) -> None:
        app.state.service.close()

    versioned = Router(path="/v1", route_handlers=list(RESOURCES), middleware=[KeyAuthentication])
    handlers: dict[Any, Any] = {Exception: answer_to}
    application = Litestar(
        route_handlers=[front.router, health.router, metrics.router, versioned],
        openapi_config=None,
        request_class=Reading,
        on_startup=[start],
        on_shutdown=[stop],
        exception_handlers=handlers,
        request_max_body_size=most_bytes,
        logging_config=None,
    )
    inner = keeping_slashes(application.asgi_handler)
    application.asgi_handler = Watching(ExpressLane(inner, EXPRESS, most_bytes=most_bytes), numbers, log_all=log_all)
    return application
