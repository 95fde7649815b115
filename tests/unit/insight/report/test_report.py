"""The report shows the figures of the result, loads nothing, and lets no name break out of its place."""

import json
import re
from html import unescape
from pathlib import Path

import pytest
from simulated import HOSTILE, LONG, purchases, small_simulation

from guerdon.insight.report.page import simulation_page
from guerdon.insight.report.showing import UNKNOWN, Figures
from guerdon.insight.report.words import LANGUAGES, WORDS, say

_OWN = re.compile(r"<script>.*?</script>", re.S)


def charts_in(page: str) -> list[dict]:
    return [json.loads(told) for told in re.findall(r'<script type="application/json"[^>]*>(.*?)</script>', page, re.S)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_figures_are_those_of_the_result(tmp_path: Path, language: str) -> None:
    result = small_simulation(tmp_path)
    page = simulation_page(result, language)  # type: ignore[arg-type]
    figures = Figures(language, "EUR", 2)  # type: ignore[arg-type]
    assert result.comparison is not None
    for shown in (
        figures.money(result.draft.cost),
        figures.money(result.comparison.cost, signed=True),
        figures.share(result.draft.share_of_sales),
        figures.money(result.scenarios[2].cost),
    ):
        assert shown in page
    assert f'<html lang="{language}">' in page
    by_mechanic = charts_in(page)[0]["option"]
    costs = dict(zip(by_mechanic["yAxis"]["data"], by_mechanic["series"][0]["data"], strict=True))
    assert costs["base"] == sum(m.cost for m in result.draft.mechanics if m.mechanic == "base") / 100


def test_the_outer_bins_are_open(tmp_path: Path) -> None:
    """What lies far beyond is counted in them: a closed label would be a false figure."""
    result = small_simulation(tmp_path)
    (shown,) = [chart["option"] for chart in charts_in(simulation_page(result)) if "…" in str(chart["option"]["xAxis"])]
    places = shown["xAxis"]["data"]
    assert places[0].startswith("< ")
    assert places[-1].startswith("≥ ")
    assert result.comparison is not None
    assert sum(one["value"] for one in shown["series"][0]["data"]) == result.comparison.members


def test_the_history_is_named(tmp_path: Path) -> None:
    result = small_simulation(tmp_path)
    assert result.history.source in simulation_page(result)


def test_names_stay_in_their_places(tmp_path: Path) -> None:
    page = simulation_page(small_simulation(tmp_path, title=HOSTILE.replace("'", "’")))
    assert "<script>document.title" not in page
    assert LONG in page
    assert len(charts_in(page)) >= 6
    assert page.count("<script>") == 2


def test_it_loads_nothing(tmp_path: Path) -> None:
    page = _OWN.sub("", simulation_page(small_simulation(tmp_path)))
    assert not re.search(r"""(src|href)\s*=|url\(|@import|https?://""", page)
    assert "default-src 'none'" in unescape(page)


def test_nothing_that_is_not_a_number_is_shown(tmp_path: Path) -> None:
    events = purchases()[:1]
    page = _OWN.sub("", simulation_page(small_simulation(tmp_path, events=events)))
    assert UNKNOWN in page
    assert not re.search(r"\b(NaN|nan|inf|Infinity|None)\b", page)


def test_every_text_of_the_page_has_its_words() -> None:
    sources = "".join(
        Path(simulation_page.__globals__["__file__"]).with_name(name).read_text("utf-8")
        for name in ("page.html", "charts.py")
    )
    said = set(re.findall(r'say\(\s*"([^"]+)"', sources))
    assert said <= WORDS.keys()
    assert len(said) > 40


def test_translations_name_what_their_text_names() -> None:
    for text, translated in WORDS.items():
        wanted = set(re.findall(r"\{(\w+)\}", text))
        for words in translated:
            assert set(re.findall(r"\{(\w+)\}", words)) == wanted, text


def test_a_text_that_nobody_wrote_is_a_mistake() -> None:
    assert say("lasts", "bg") == "стига"
    with pytest.raises(KeyError):
        say("no such text", "en")
