"""The report shows the figures of the result, loads nothing, and lets no name break out of its place."""

import base64
import hashlib
import json
import re
from html import unescape
from pathlib import Path

import msgspec
import pytest
from simulated import HOSTILE, LONG, purchases, small_simulation

from guerdon.insight.report.page import simulation_page
from guerdon.insight.report.rows import mechanics, month_ends
from guerdon.insight.report.sentences import answer, group_name, reason
from guerdon.insight.report.showing import UNKNOWN, Figures
from guerdon.insight.report.words import LANGUAGES, WORDS, say
from guerdon.insight.simulation.result import Burned, Group, LimitUse, Simulation, Suspicion

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


def compared(result: Simulation, cost: int) -> Simulation:
    """The same result, had the draft cost so much more or less."""
    assert result.comparison is not None
    return msgspec.structs.replace(result, comparison=msgspec.structs.replace(result.comparison, cost=cost))


@pytest.mark.parametrize(
    ("cost", "told"),
    [
        (-1, "It costs €0.01 less than now: "),
        (0, "It costs what it costs now: "),
        (1, "It costs €0.01 more than now: "),
    ],
)
def test_the_answer_comes_first(tmp_path: Path, cost: int, told: str) -> None:
    result = compared(small_simulation(tmp_path), cost)
    first, members, limit = answer(result, Figures("en", "EUR", 2))
    assert first.startswith(told)
    assert members == "Members: 3. Get more: 3; get less: 0; get the same: 0."
    assert limit.startswith(f"{LONG} runs out on ")
    page = unescape(simulation_page(result))
    assert page.index(first) < page.index(members) < page.index(limit) < page.index("<figure>")


def test_the_answer_ends_once_whatever_the_currency_is_called(tmp_path: Path) -> None:
    first, *_ = answer(compared(small_simulation(tmp_path), 1), Figures("bg", "USD", 2))
    assert first.endswith("щ.д.")


def test_the_answer_compares_with_nothing_where_there_is_nothing(tmp_path: Path) -> None:
    result = msgspec.structs.replace(small_simulation(tmp_path), current=None, comparison=None)
    first, *others = answer(result, Figures("en", "EUR", 2))
    assert first == f"It costs {Figures('en', 'EUR', 2).money(result.draft.cost)}."
    assert len(others) == 1
    assert "instead of" not in _OWN.sub("", simulation_page(result))


def test_what_the_draft_drops_is_in_the_table_too(tmp_path: Path) -> None:
    result = small_simulation(tmp_path)
    kept = tuple([one for one in result.draft.mechanics if one.mechanic != "base"])
    result = msgspec.structs.replace(result, draft=msgspec.structs.replace(result.draft, mechanics=kept))
    row = list(mechanics(result))[-1]
    assert (row.mechanic, row.draft) == ("base", None)
    assert row.now is not None
    money = Figures("en", "EUR", 2).money(row.now.cost)
    assert f"<tr><td>base</td><td>—</td><td>—</td><td>{money}</td></tr>" in simulation_page(result)


def test_a_budget_is_told_by_the_last_day_of_each_month() -> None:
    days = [("2026-01-30", 10), ("2026-01-31", 20), ("2026-02-01", 25)]
    burned = tuple([Burned(day=day, used=used) for day, used in days])
    limit = LimitUse(limit="spring", allowed=30, used=25, runs_out_at=None, runs_out_on=None, burned=burned)
    assert month_ends(limit) == [burned[1], burned[2]]


def test_the_uplift_is_drawn(tmp_path: Path) -> None:
    result = small_simulation(tmp_path)
    (drawn,) = [
        chart["option"] for chart in charts_in(simulation_page(result, "bg")) if "ниско" in str(chart["option"])
    ]
    assert drawn["xAxis"]["data"] == ["ниско", "средно", "високо"]
    assert drawn["series"][1]["data"] == [one.cost / 100 for one in result.scenarios]
    assert len(drawn["series"]) == 2, "without margins nobody knows a gain"


@pytest.mark.parametrize(
    ("by", "name", "told"),
    [
        ("spend", "below 10", "расходы меньше 10"),
        ("spend", "500 to 1,000", "расходы от 500 до 1\N{NO-BREAK SPACE}000"),
        ("tier", "below 10", "уровень below 10"),
        ("spend", "another band", "расходы another band"),
    ],
)
def test_groups_are_named_in_the_language(by: str, name: str, told: str) -> None:
    group = Group(by=by, name=name, members=1, winners=0, losers=0, difference=0, average=0)
    assert group_name(group, Figures("ru", "EUR", 2)) == told


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("reward_per_spend", "получено 1,20 % от суммы покупок"),
        ("many_baskets_a_day", "покупок за один день: 12"),
        ("return_after_use", "потрачено 0,12\N{NO-BREAK SPACE}€ до возврата товара"),
        ("another", "as it is"),
    ],
)
def test_reasons_are_given_in_the_language(kind: str, told: str) -> None:
    suspicion = Suspicion(kind=kind, member="ann", figure=12, sentence="as it is")
    assert reason(suspicion, Figures("ru", "EUR", 2)) == told
    assert reason(suspicion, Figures("en", "EUR", 2)) == "as it is"


def test_the_policy_names_the_style_and_both_scripts(tmp_path: Path) -> None:
    page = simulation_page(small_simulation(tmp_path))
    policy = unescape(re.search(r'Content-Security-Policy" content="([^"]*)"', page)[1])  # type: ignore[index]
    own = re.findall(r"<script>(.*?)</script>|<style>(.*?)</style>", page, re.S)
    assert len(own) == 3
    for script, style in own:
        digest = base64.b64encode(hashlib.sha256((script or style).encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy
    assert "script-src 'sha256-" in policy


def test_every_text_of_the_page_has_its_words() -> None:
    sources = "".join(
        Path(simulation_page.__globals__["__file__"]).with_name(name).read_text("utf-8")
        for name in ("simulation.html", "value.html", "charts.py", "prospects.py", "sentences.py", "showing.py")
    )
    said = set(re.findall(r'say\(\s*"([^"]+)"', sources))
    assert said <= WORDS.keys()
    assert [text for text in WORDS if text not in sources] == [], "nobody says them"
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
