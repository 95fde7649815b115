"""What goes out is killed, for real, between any two steps of its work: every change arrives, each member's in order.

::

    sequenced ──┬── loaded ──┬── delivered ──┬── noted ──┬── committed
                ▲            ▲               ▲           ▲
             SIGKILL      SIGKILL         SIGKILL     SIGKILL            then another process finishes
"""

import signal
import subprocess
import sys
import threading
import time

import pytest
from background import in_background
from ledger_fixtures import SIMPLE, Shop, buy, enrol
from receiver import Receiver, Reply

from guerdon.connect.running import deliver_webhooks, keep_sequencing
from guerdon.connect.schedule import Schedule
from guerdon.connect.signing import Vault
from guerdon.connect.webhooks import add_webhook

VAULT = Vault(bytes(32))
SCHEDULE = Schedule(pauses=(0.01,) * 50, first_rest=0.01, seconds_per_try=2)

PROCESS = """
import os, signal, sys, threading
from guerdon.connect import courier, running
from guerdon.connect.schedule import Schedule
from guerdon.connect.signing import Vault
from guerdon.store import stream, webhooks

url, where, after = sys.argv[1], sys.argv[2], int(sys.argv[3])

def dies_at(place, name, *, afterwards=False):
    original, calls = getattr(place, name), [0]
    def step(*args, **kwargs):
        calls[0] += 1
        if calls[0] > after:
            if afterwards:
                original(*args, **kwargs)
            os.kill(os.getpid(), signal.SIGKILL)
        return original(*args, **kwargs)
    setattr(place, name, step)

if where == "sequence":
    dies_at(stream, "sequence", afterwards=True)
elif where == "settle":
    dies_at(webhooks, "settle", afterwards=True)
elif where == "load":
    dies_at(courier.Courier, "_load")
elif where == "post":
    dies_at(courier, "post")
elif where == "note":
    dies_at(courier.Courier, "_settle")
courier._ENTRIES_A_ROUND = 7
schedule = Schedule(pauses=(0.01,) * 50, first_rest=0.01, seconds_per_try=2)
stop = threading.Event()
threading.Thread(target=running.keep_sequencing, args=(url, stop), kwargs={"idle": 0.01}).start()
running.deliver_webhooks(url, Vault(bytes(32)), stop, private_allowed=True, schedule=schedule, idle=0.01)
"""


def killed(url: str, where: str, after: int) -> None:
    words = [sys.executable, "-c", PROCESS, url, where, str(after)]
    process = subprocess.run(words, capture_output=True, check=False, timeout=60)
    assert process.returncode == -signal.SIGKILL, process.stderr.decode()


def finishes(shop: Shop, receiver: Receiver, count: int) -> None:
    with in_background(
        lambda stop: keep_sequencing(shop.url, stop),
        lambda stop: deliver_webhooks(shop.url, VAULT, stop, private_allowed=True, schedule=SCHEDULE),
    ):
        receiver.waits_for(count)


def check(shop: Shop, receiver: Receiver, members: int, each: int) -> None:
    told: dict[str, list[int]] = {}
    for one in receiver.taken:
        seqs = told.setdefault(one.member, [])
        if one.told["data"]["seq"] not in seqs:
            seqs.append(one.told["data"]["seq"])
    assert told == {f"m{number}": list(range(1, each + 1)) for number in range(members)}
    bodies: dict[str, set[bytes]] = {}
    for one in receiver.received:
        bodies.setdefault(one.headers["webhook-id"], set()).add(one.body)
    assert all(len(found) == 1 for found in bodies.values()), "what comes twice is the same"
    assert shop.value("select count(*) from outbox") == 0
    assert shop.rows("select position from stream order by position") == [
        (position,) for position in range(1, members * each + 1)
    ]


@pytest.mark.parametrize("after", [0, 2])
@pytest.mark.parametrize("where", ["sequence", "load", "post", "note", "settle"])
def test_whoever_is_killed_loses_nothing(durable_database_url: str, where: str, after: int) -> None:
    calls = iter(range(1_000_000))
    with (
        Shop(durable_database_url, SIMPLE) as shop,
        Receiver(lambda _: Reply(500 if next(calls) % 7 == 6 else 204)) as receiver,
    ):
        add_webhook(shop.look, VAULT, shop.program, receiver.url, private_allowed=True)
        shop.meets(*[enrol(f"m{number}") for number in range(4)])
        # A sequencer dies while others' batches come, one by one.
        selling = threading.Thread(target=_sell, args=(shop,))
        selling.start()
        killed(durable_database_url, where, after)
        selling.join()
        finishes(shop, receiver, 4 * 6)
        check(shop, receiver, members=4, each=6)


def _sell(shop: Shop) -> None:
    till = shop.open_till()
    for number in range(20):
        till.commit([buy(f"p{number}", f"m{number % 4}", "2026-02-01", "1.00")])
        time.sleep(0.02)
    till.close()


def test_killed_again_and_again_at_any_instant(durable_database_url: str) -> None:
    with Shop(durable_database_url, SIMPLE) as shop, Receiver() as receiver:
        add_webhook(shop.look, VAULT, shop.program, receiver.url, private_allowed=True)
        shop.meets(*[enrol(f"m{number}") for number in range(5)])
        for part in range(5):
            shop.meets(*[buy(f"p{part}/{n}", f"m{n % 5}", "2026-02-01", "1.00") for n in range(50)])
            words = [sys.executable, "-c", PROCESS, durable_database_url, "nowhere", "0"]
            process = subprocess.Popen(words)
            receiver.waits_for(part * 50 + 5 + part * 9)
            process.kill()
            process.wait()
        finishes(shop, receiver, 255)
        check(shop, receiver, members=5, each=51)
