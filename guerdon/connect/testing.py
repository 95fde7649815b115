"""A test of a webhook: one change of the type ``guerdon.test``, sent at once, signed like any other.

It stands in no stream and in no log, and is not tried again: whoever sets a webhook up sees what comes of it.
"""

import secrets
from datetime import UTC, datetime
from urllib.parse import quote

from guerdon.connect.addresses import guarded_pool
from guerdon.connect.courier import secrets_of
from guerdon.connect.posting import Try, post
from guerdon.connect.schedule import Schedule
from guerdon.connect.signing import Vault, signature_headers
from guerdon.connect.telling import CONTENT_TYPE, CloudEvent, encoded
from guerdon.store.webhooks import Webhook


async def send_test(webhook: Webhook, vault: Vault, *, private_allowed: bool = False) -> Try:
    """Send a test and give what came of it. Raises SecretUnreadable."""
    now = datetime.now(UTC)
    change_id = f"test-{secrets.token_hex(8)}"
    event = CloudEvent(
        id=change_id, source=f"urn:guerdon:{quote(webhook.program_name, safe='')}", type="guerdon.test", subject="test",
        time=now, recordedtime=now, sequence="", partitionkey="test", data={"webhook": webhook.id},
    )  # fmt: skip
    body = encoded(event)
    headers = {"content-type": CONTENT_TYPE, "user-agent": "Guerdon"}
    headers |= signature_headers(change_id, body, now, secrets_of(webhook, vault))
    async with guarded_pool(private_allowed=private_allowed, most=1) as pool:
        return await post(pool, webhook.url, headers, body, Schedule().seconds_per_try)
