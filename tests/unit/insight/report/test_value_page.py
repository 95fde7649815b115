"""The page of lifetime values shows the figures of the result, whatever is missing from it."""

import json
import re
from html import unescape

import pytest
from simulated import HOSTILE
from valued import group, held_out, valued

from guerdon.insight.report.page import value_page
from guerdon.insight.report.prospects import answer, repeats, risk_places
from guerdon.insight.report.showing import Figures
from guerdon.insight.report.words import LANGUAGES, say

_OWN = re.compile(r"<script>.*?</script>", re.S)


def charts_in(page: str) -> list[dict]:
    return [json.loads(each) for each in re.findall(r'<script type="application/json"[^>]*>(.*?)</script>', page, re.S)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_figures_are_those_of_the_result(language: str) -> None:
    page = value_page(valued(), "cafe", "EUR", language)  # type: ignore[arg-type]
    figures = Figures(language, "EUR", 2)  # type: ignore[arg-type]
    for shown in (figures.money(150_000), figures.money(15_000), figures.money(55_000), figures.share(0.25)):
        assert shown in page
    deciles, _, ranges, risks, weeks, repeated = [chart["option"] for chart in charts_in(page)]
    assert [series["data"] for series in deciles["series"]] == [[900, 900], [1000, 500]]
    assert [series["data"] for series in ranges["series"]] == [[550], [400], [300]]
    assert risks["series"][0]["data"] == [6, 1, 0, 0, 0, 1, 0, 0, 0, 2]
    assert [series["data"] for series in weeks["series"]] == [[11.2, 10.2], [8, 12]]
    assert repeated["xAxis"]["data"] == ["0", "3 – 4", "80+"]


def test_the_answer_comes_first() -> None:
    sentences = list(answer(valued(), Figures("en", "EUR", 2)))
    assert sentences == [
        "€1,500.00 of sales to be expected in 12 months, from 10 members.",
        "The worthiest tenth brings 66.67 % of it.",
        "More likely than not to buy nothing for thirteen weeks: 3.",
        "Never bought, and in no figure: 3.",
    ]
    page = value_page(valued(), "cafe", "EUR")
    assert page.index(sentences[0]) < page.index("<figure>")
    assert next(answer(valued(margin=0.25), Figures("en", "EUR", 2))).startswith("€1,500.00 of margin")


def test_without_a_test_the_page_says_why() -> None:
    page = value_page(valued(holdout=None, holdout_missing="The history is shorter than 16 weeks."), "cafe", "EUR")
    assert "The history is shorter than 16 weeks." in page
    assert len(charts_in(page)) == 4


def test_nothing_that_is_not_a_number_is_shown() -> None:
    nobody = valued(members=0, deciles=(), tiers=(), top=(), value=0, purchases=0.0, risks=(0,) * 10)
    page = _OWN.sub("", value_page(nobody, "cafe", "EUR"))
    assert not re.search(r"\b(NaN|nan|inf|Infinity|None)\b", page)
    assert say("Value a member", "en") in page


def test_names_stay_in_their_places_and_nothing_is_loaded() -> None:
    page = value_page(valued(), HOSTILE, "EUR")
    assert "<script>document.title" not in page
    assert page.count("<script>") == 2
    assert not re.search(r"""(src|href)\s*=|url\(|@import|https?://""", _OWN.sub("", page))
    assert "default-src 'none'" in unescape(page)


def test_how_groups_are_called() -> None:
    figures = Figures("en", "EUR", 2)
    assert [repeats(line, figures) for line in held_out().by_repeats] == ["0", "3 – 4", "80+"]
    assert risk_places(valued(), figures)[0] == ("0 % – 10 %", 6)
    assert "няма" in value_page(valued(tiers=(group("none", 150_000),)), "cafe", "EUR", "bg")
