"""The relay is killed, for real, between every two steps of its work: each amount arrives once or comes back once.

::

    cause committed ──┬── delivered ──┬── noted ──┬── way back stored ──┬── committed
                      ▲               ▲           ▲                     ▲
                   SIGKILL         SIGKILL     SIGKILL               SIGKILL        then another relay finishes
"""

import signal
import subprocess
import sys

import pytest
from ledger_fixtures import RELATED, Shop, adjust, enrol, send

RELAY = """
import os, signal, sys
from guerdon.runtime import relay
from guerdon.runtime.till import Till
from guerdon.store import ledger
from guerdon.store.database import connect

url, program, where, after = sys.argv[1], int(sys.argv[2]), sys.argv[3], int(sys.argv[4])

def dies_at(place, name):
    original, calls = getattr(place, name), [0]
    def step(*args, **kwargs):
        calls[0] += 1
        if calls[0] > after:
            os.kill(os.getpid(), signal.SIGKILL)
        return original(*args, **kwargs)
    setattr(place, name, step)

if where == "commit":
    dies_at(Till, "commit")
else:
    dies_at(ledger, where)
relay._EVENTS_AT_A_TIME = 3
with connect(url) as connection:
    relay.deliver(Till(lambda: connect(url), program), connection)
"""


@pytest.mark.parametrize("after", [0, 1, 2])
@pytest.mark.parametrize("where", ["waiting_events", "commit", "mark_delivered", "add_returned"])
def test_a_relay_that_is_killed_delivers_each_amount_once(durable_database_url: str, where: str, after: int) -> None:
    with Shop(durable_database_url, RELATED) as shop:
        shop.meets(enrol("ana"), enrol("bo"), adjust("a", "ana", "2026-02-01", 1000))
        receivers = ["bo", "nobody", "bo", "bo", "nobody", "bo", "bo", "nobody"]
        for number, receiver in enumerate(receivers):
            shop.meets(send(f"s{number}", "ana", "2026-02-02", receiver, 10))
        words = [sys.executable, "-c", RELAY, durable_database_url, str(shop.program), where, str(after)]
        process = subprocess.run(words, capture_output=True, check=False)
        assert process.returncode == -signal.SIGKILL, process.stderr.decode()
        assert shop.is_proven(), "what is in transit is told rightly even now"
        shop.delivers()
        fees = len(receivers)
        assert (shop.has("bo"), shop.has("ana")) == (50, 1000 - 50 - fees)
        assert shop.account("in_transit") == 0
        assert shop.value("select count(*) from emitted where delivered_at is null") == 0
        arrived = shop.rows(
            "select event_id from journal where kind = 'receive' and member = %s order by seq", shop.member("bo").id
        )
        assert [event_id for (event_id,) in arrived] == [f"s{n}>sending/1" for n in (0, 2, 3, 5, 6)]
        assert shop.is_proven()
