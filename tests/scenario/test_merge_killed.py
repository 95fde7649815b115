"""Two cards are merged and parted while the relay is killed, for real, between every two steps of its work.

::

    merge ── absorb ── lots ──┐                   unmerge ── separate ── absorb ── lots
              ▲       ▲       ▲                                 ▲          ▲        ▲
           SIGKILL SIGKILL SIGKILL    the clock goes on      SIGKILL    SIGKILL  SIGKILL    another relay finishes
"""

import signal
import subprocess
import sys

import pytest
from ledger_fixtures import RELATED, Shop, adjust, bring_back, buy, enrol, redeem
from test_relay_killed import RELAY

from guerdon.core.events import Merge, Unmerge
from tests.builders import moment


def killed(shop: Shop, where: str, after: int) -> None:
    """Let a relay die at a step of its work; the books are right even then."""
    words = [sys.executable, "-c", RELAY, shop.url, str(shop.program), where, str(after)]
    process = subprocess.run(words, capture_output=True, check=False)
    assert process.returncode in (-signal.SIGKILL, 0), process.stderr.decode()
    assert shop.is_proven()


@pytest.mark.parametrize("after", [0, 1])
@pytest.mark.parametrize("where", ["waiting_events", "commit", "mark_delivered"])
def test_cards_are_merged_and_parted_whatever_dies_in_between(
    durable_database_url: str, where: str, after: int
) -> None:
    with Shop(durable_database_url, RELATED) as shop:
        shop.meets(enrol("old"), enrol("new"))
        for month in (1, 2, 3, 4):
            shop.meets(adjust(f"o{month}", "old", f"2026-0{month}-10", 100))
        shop.meets(buy("p", "old", "2026-04-11", "30.00"), adjust("n", "new", "2026-04-11", 7))
        shop.meets(Merge(id="merge", member="old", at=moment("2026-04-12"), into="new"))
        killed(shop, where, after)
        shop.delivers()
        assert (shop.has("old"), shop.has("new"), shop.account("in_transit")) == (0, 437, 0)
        shop.meets(bring_back("r", "old", "2026-04-13", "p"))
        shop.delivers()
        assert (shop.has("old"), shop.has("new")) == (0, 407)
        shop.waits_until("2026-07-12")
        shop.meets(redeem("c", "new", "2026-07-13", "coffee"))
        assert shop.has("new") == 317, "the goods took 30 of January's 100, and 70 of them expired"
        shop.meets(Unmerge(id="unmerge", member="old", at=moment("2026-07-14")))
        killed(shop, where, after)
        shop.delivers()
        assert (shop.has("old"), shop.has("new")) == (300, 17), "330 of what came have not expired, less 30 owed"
        assert (shop.account("in_transit"), shop.state("old").bar) == (0, None)
        assert shop.value("select count(*) from emitted where delivered_at is null") == 0
        assert shop.is_proven()


@pytest.mark.parametrize("after", [0, 1, 2])
@pytest.mark.parametrize("where", ["commit", "mark_delivered", "add_returned"])
def test_a_merge_that_cannot_be_goes_all_the_way_back(durable_database_url: str, where: str, after: int) -> None:
    with Shop(durable_database_url, RELATED) as shop:
        shop.meets(enrol("old"), adjust("o1", "old", "2026-01-10", 100), adjust("o2", "old", "2026-02-10", 50))
        shop.meets(buy("p", "old", "2026-04-11", "30.00"))
        before = shop.state("old")
        shop.meets(Merge(id="merge", member="old", at=moment("2026-04-12"), into="nobody"))
        killed(shop, where, after)
        shop.delivers()
        state = shop.state("old")
        assert (shop.has("old"), shop.account("in_transit"), state.bar) == (180, 0, None)
        assert (state.purchases, state.meters) == (before.purchases, before.meters)
        assert shop.is_proven()
