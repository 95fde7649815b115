"""Outlets: what tells the world outside, as parts of the works. What each does stands in ``guerdon.connect``."""

from guerdon.connect.running import deliver_webhooks, keep_sequencing, publish_to_broker
from guerdon.connect.signing import Vault
from guerdon.works.running import Part


def outlets(vault: Vault, broker_url: str = "", *, private_allowed: bool = False) -> list[Part]:
    """The sequencer, the webhooks and, where one is named, the broker.

    ``private_allowed`` lets webhooks go to addresses of one's own network.
    """
    parts = [
        Part("sequencer", lambda url, over, _: keep_sequencing(url, over)),
        Part("webhooks", lambda url, over, _: deliver_webhooks(url, vault, over, private_allowed=private_allowed)),
    ]
    if broker_url:
        parts.append(Part("broker", lambda url, over, _: publish_to_broker(url, broker_url, over)))
    return parts
