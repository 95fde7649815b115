"""Keeping segments fresh is killed, for real, before and after each commit: everybody enters once, and gets it once.

::

    worked out ──┬── batch 1 ──┬── batch 2 ──┬── batch 3 ──┬── told
                 ▲             ▲             ▲             ▲
              SIGKILL       SIGKILL       SIGKILL       SIGKILL      then another run finishes
"""

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from ledger_fixtures import SIMPLE, Shop, buy, enrol

from guerdon.works.segments import refresh

PROGRAM = (
    SIMPLE.replace("rewards:", "  - {earn: points, name: come-back, on: entered at-risk, flat: 100}\nrewards:")
    + """
segments:
  at-risk: {if: days_since_last_purchase > 60}
"""
)
KILLED = """
import os, signal, sys
from pathlib import Path
from guerdon.runtime.till import Till
from guerdon.store.database import connect
from guerdon.works import segments

url, program, folder = sys.argv[1], int(sys.argv[2]), Path(sys.argv[3])
before, after = map(int, sys.argv[4:])
segments._EVENTS_A_BATCH = 2
commit, calls = Till.commit, [0]

def dies(till, events):
    calls[0] += 1
    if calls[0] == before:
        os.kill(os.getpid(), signal.SIGKILL)
    answers = commit(till, events)
    if calls[0] == after:
        os.kill(os.getpid(), signal.SIGKILL)
    return answers

Till.commit = dies
segments.refresh(url, Till(lambda: connect(url), program), folder)
"""
QUIET = ["ana", "ben", "cem", "dan", "eva"]


@pytest.mark.parametrize(("before", "after"), [(1, 0), (2, 0), (0, 2), (0, 3)])
def test_a_run_that_is_killed_lets_everybody_enter_once(
    durable_database_url: str, tmp_path: Path, before: int, after: int
) -> None:
    with Shop(durable_database_url, PROGRAM) as shop:
        shop.meets(*[enrol(name) for name in [*QUIET, "zoe"]])
        shop.meets(*[buy(f"b/{name}", name, "2026-01-10 12:00", "5.00 tea") for name in QUIET])
        shop.meets(buy("b/zoe", "zoe", "2026-05-10 12:00", "5.00 tea"))
        words = [durable_database_url, str(shop.program), str(tmp_path), str(before), str(after)]
        process = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", KILLED, *words], capture_output=True, check=False
        )
        assert process.returncode == -signal.SIGKILL, process.stderr.decode()
        told = shop.value("select count(*) from journal where kind = 'segment'")
        assert told == min(2 * max(before - 1, after), len(QUIET))

        again = refresh(durable_database_url, shop.till, tmp_path)
        assert (again.members, again.entered, dict(again.refused)) == (len(QUIET) - told, len(QUIET) - told, {})
        assert [shop.has(name) for name in QUIET] == [105] * len(QUIET)
        assert shop.has("zoe") == 5
        assert shop.value("select count(*) from journal where kind = 'segment'") == len(QUIET)
        assert shop.is_proven()
