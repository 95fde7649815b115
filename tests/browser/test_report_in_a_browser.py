"""The report in a real browser: its charts are drawn under its own policy, and no script of a name runs."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from simulated import HOSTILE, small_simulation
from valued import valued

from guerdon.insight.report.page import simulation_page, value_page

BROWSERS = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture
def browser() -> str:
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        pytest.skip("There is no Chromium here; on Debian: apt install chromium")
    return found


@pytest.mark.parametrize("language", ["en", "ru", "bg"])
def test_the_charts_are_drawn(tmp_path: Path, browser: str, language: str) -> None:
    result = small_simulation(tmp_path, title=HOSTILE.replace("'", "’"))
    assert drawn(browser, tmp_path, simulation_page(result, language)) >= 7  # type: ignore[arg-type]


@pytest.mark.parametrize("language", ["en", "ru", "bg"])
def test_the_charts_of_values_are_drawn(tmp_path: Path, browser: str, language: str) -> None:
    assert drawn(browser, tmp_path, value_page(valued(), HOSTILE, "EUR", language)) == 6  # type: ignore[arg-type]


def drawn(browser: str, tmp_path: Path, content: str) -> int:
    """How many charts of a page are drawn, which are all, without a complaint of the browser."""
    page = tmp_path / "report.html"
    page.write_text(content, "utf-8")
    words = [browser, "--headless", "--disable-gpu", "--enable-logging=stderr", "--virtual-time-budget=3000"]
    words += ["--no-sandbox"] if os.geteuid() == 0 else []
    words += [f"--user-data-dir={tmp_path / 'profile'}", "--dump-dom", page.as_uri()]
    ran = subprocess.run(words, capture_output=True, text=True, timeout=90, check=True)
    places = ran.stdout.count('class="chart"')
    assert ran.stdout.count("<svg") == places
    assert not re.search(r"CONSOLE.*(Error|Refused|violat)", ran.stderr), ran.stderr[-2000:]
    assert "<title>hacked</title>" not in ran.stdout
    return places
