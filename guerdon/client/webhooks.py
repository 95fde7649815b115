"""Webhooks: where changes are sent, what came of it, and sending again."""

from collections.abc import Sequence
from datetime import datetime

from guerdon.client.calls import Call, Tagged, get, if_match, post, tagged
from guerdon.client.operations import Group, Way, operation, series
from guerdon.client.pages import Pages
from guerdon.messages.webhooks import (
    Deliveries,
    DeliveryTried,
    Letters,
    LettersRevived,
    NewWebhook,
    Replay,
    SecretRotation,
    TestDelivery,
    WaitingLetter,
    WebhookAnswer,
    WebhookChange,
    WebhookWithSecret,
)
from guerdon.messages.webhooks import Webhooks as WebhooksAnswer

_WEBHOOK = "/v1/webhooks/{number}"


class Webhooks(Group[Way]):
    """Addresses that changes are sent to. A webhook is named by its number."""

    @operation
    def add(self, url: str, types: Sequence[str] = ("*",), *, description: str = "") -> Call[WebhookWithSecret]:
        """Send changes to an address from now on. The answer is the only one that holds the secret."""
        wish = NewWebhook(url=url, types=list(types), description=description)
        return post("/v1/webhooks", WebhookWithSecret, wish, is_repeatable=False)

    @operation
    def list(self) -> Call[WebhooksAnswer]:
        """The webhooks of a program, the oldest first."""
        return get("/v1/webhooks", WebhooksAnswer)

    @operation
    def read(self, webhook: int) -> Call[Tagged[WebhookAnswer]]:
        """A webhook: where it goes, how far it has come, whether it rests. The tag goes back with a change."""
        return tagged(get(_WEBHOOK, WebhookAnswer, number=str(webhook)))

    @operation
    def change(
        self,
        webhook: int,
        *,
        url: str | None = None,
        types: Sequence[str] | None = None,
        description: str | None = None,
        enabled: bool | None = None,
        tag: str | None = None,
    ) -> Call[Tagged[WebhookAnswer]]:
        """Change where a webhook goes or what it wants, or let it rest; what is None stays."""
        wanted = None if types is None else list(types)
        change = WebhookChange(url=url, types=wanted, description=description, enabled=enabled)
        call = post(
            _WEBHOOK,
            WebhookAnswer,
            change,
            method="PATCH",
            headers=if_match(tag),
            is_repeatable=tag is None,
            number=str(webhook),
        )
        return tagged(call)

    @operation
    def remove(self, webhook: int) -> Call[None]:
        """Send nothing more, and drop what waits."""
        return post(_WEBHOOK, type(None), method="DELETE", is_repeatable=False, number=str(webhook))

    @operation
    def rotate(self, webhook: int, *, overlap_seconds: int = 86_400) -> Call[WebhookWithSecret]:
        """Make another secret. For the overlap deliveries are signed with both."""
        rotation = SecretRotation(overlap_seconds)
        return post(f"{_WEBHOOK}/rotate", WebhookWithSecret, rotation, is_repeatable=False, number=str(webhook))

    @operation
    def replay(self, webhook: int, *, after: int | None = None, since: datetime | None = None) -> Call[WebhookAnswer]:
        """Send everything again that follows a position, or that was recorded from a moment on: one of the two."""
        return post(f"{_WEBHOOK}/replay", WebhookAnswer, Replay(after=after, since=since), number=str(webhook))

    @series
    def deliveries(self, webhook: int, *, limit: int = 100) -> Pages[DeliveryTried]:
        """Every try of the last days, the last first."""
        call = get(f"{_WEBHOOK}/deliveries", Deliveries, query={"limit": limit}, number=str(webhook))
        return Pages(call, DeliveryTried)

    @series
    def waiting(self, webhook: int, *, limit: int = 100) -> Pages[WaitingLetter]:
        """What failed and is tried again, with what it holds back of the same member."""
        return Pages(get(f"{_WEBHOOK}/waiting", Letters, query={"limit": limit}, number=str(webhook)), WaitingLetter)

    @series
    def dead_letters(self, webhook: int, *, limit: int = 100) -> Pages[WaitingLetter]:
        """What was given up after many tries, the oldest first."""
        call = get(f"{_WEBHOOK}/dead-letters", Letters, query={"limit": limit}, number=str(webhook))
        return Pages(call, WaitingLetter)

    @operation
    def revive(self, webhook: int) -> Call[LettersRevived]:
        """Try again what was given up, in order."""
        return post(f"{_WEBHOOK}/dead-letters/replay", LettersRevived, number=str(webhook))

    @operation
    def test(self, webhook: int) -> Call[TestDelivery]:
        """Send a change of the type ``guerdon.test`` now, and get what came of it."""
        return post(f"{_WEBHOOK}/test", TestDelivery, number=str(webhook))
