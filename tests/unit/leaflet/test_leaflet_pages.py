"""Mechanics, rewards and the rest of a program in words, and the pages they make."""

import msgspec
import pytest

from guerdon.language import read_program
from guerdon.leaflet import LANGUAGES, Leaflet, leaflet, markdown
from guerdon.leaflet.pages import Part, Said, Table
from guerdon.mechanics.earn import Earn
from tests.unit.language.test_language_program import GLOW, GROCERY

HEAD = """\
program: cafe
title: {en: Café, ru: Кафе}
currency: EUR
timezone: Europe/Sofia
effective_from: 2026-01-01
"""
UNITS = """\
units:
  points: {title: {en: [point, points], ru: [балл, балла, баллов, баллы], bg: [точка, точки]}}
  cash: {in: EUR}
meters:
  spend: {sum: spend, window: calendar year}
  visits: {count: visits, window: rolling 30 days}
  bought: {sum: items, window: ever, of: {category: coffee}}
  collected: {sum: points earned, window: calendar quarter}
caps: {shared: {of: points, per_member: 5 points a day}}
lanes: {campaigns: first, others: add}
"""
BASE = "{earn: points, name: base, title: Base, rate: 1 per 1 EUR}"


def pages(body: str, language: str = "en") -> Leaflet:
    return leaflet(read_program(HEAD + UNITS + body), language)


def said(mechanic: str, language: str = "en", above: str = BASE) -> Said:
    """The last of a program's mechanics in words."""
    told = pages(f"mechanics:\n  - {above}\n  - {mechanic}\n", language)
    return [one for part in told.parts for one in part.said if part.heading not in OTHERS[language]][-1]


OTHERS = {
    language: {
        part.heading for part in leaflet(read_program(HEAD + UNITS), language).parts
    } for language in LANGUAGES
}  # fmt: skip


def sentences(mechanic: str, language: str = "en", above: str = BASE) -> str:
    return " ".join(said(mechanic, language, above).sentences).replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(
    ("mechanic", "told"),
    [
        ("{earn: points, flat: 100, on: enrol}", "100 points when you join."),
        ("{earn: points, flat: 5}", "5 points for each purchase."),
        ("{earn: points, flat: 5, when: {first_purchase: yes}}", "5 points for your first purchase."),
        ("{earn: points, flat: 5, when: {first_purchase: no}}", "5 points for each purchase after your first."),
        ("{earn: points, flat: 5, when: {basket_at_least: 20 EUR}}", "5 points for each purchase of at least €20."),
        ("{earn: points, flat: 5, when: {basket_at_least: 20 EUR, first_purchase: yes}}",
         "5 points for your first purchase, if you spend at least €20."),
        ("{earn: points, flat: 5, when: {basket_at_least: 20 EUR, first_purchase: no, category: tea}}",
         "5 points for each purchase of at least €20 after your first with tea."),
        ("{earn: points, flat: 5, on: action write-review}", "5 points for “write review”."),
        ("{earn: points, flat: 5, on: action write-review, when: {weekday: sun}}",
         "5 points for “write review”, on Sundays."),
        ("{earn: points, rate: 1 per 1 EUR, when: {basket_at_least: 20 EUR}}",
         "1 point for every €1 you spend, when you spend at least €20."),
        ("{earn: cash, rate: 5 %}", "5% back on what you spend."),
        ("{earn: points, multiply: base}", "1 point more for every €1 you spend."),
        ("{earn: points, multiply: base, by: 1.25, when: {category: tea}}",
         "1 point more for every €4 you spend on tea."),
        ("{earn: points, multiply: base, by: 1.001}", "1.001 × “Base”."),
        ("{earn: points, rate: 1 per 1 EUR, rounding: nearest per line}",
         "1 point for every €1 you spend. Fractions are rounded to the nearest. Each article is worked out by itself."),
        ("{earn: points, rate: 1 per 1 EUR, rounding: up}",
         "1 point for every €1 you spend. Fractions are rounded up."),
        ("{earn: points, flat: 5, available_after: 14 days, expires: 30 days}",
         "5 points for each purchase. You can use them after 14 days. They last for 30 days."),
        ("{earn: points, flat: 5, limit: {per_event: 3, total: 1000}}",
         "5 points for each purchase. At most 3 points each time. "
         "For all members together at most 1,000 points: first come, first served."),
    ],
)  # fmt: skip
def test_earning(mechanic, told):
    assert sentences(mechanic.replace("{earn:", "{name: other, earn:")) == told


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("ru", "5 баллов за каждую покупку от 20 €, в которой есть товары категории «tea»."),
        ("bg", "5 точки за всяка покупка за поне 20 €, в която има стоки от категорията „tea“."),
    ],
)
def test_earning_in_other_languages(language, told):
    mechanic = "{name: other, earn: points, flat: 5, when: {basket_at_least: 20 EUR, category: tea}}"
    assert sentences(mechanic, language) == told


@pytest.mark.parametrize(
    ("above", "told"),
    [
        (BASE.replace("rate: 1 per 1 EUR", "flat: 5"), "3 × “Base” on tea."),
        (BASE.replace("rate:", "when: {weekday: sun}, rate:"), "3 × “Base” on tea."),
        ("{earn: cash, name: base, rate: 5 %}", "10% more back on tea."),
    ],
)
def test_what_multiplies_something_else_than_a_plain_rate(above, told):
    unit = "cash" if "cash" in above else "points"
    mechanic = f"{{name: other, earn: {unit}, multiply: base, times: 3, when: {{category: tea}}}}"
    assert sentences(mechanic, above=above) == told


EARNINGS = [
    ("flat: 7, on: birthday", "7 points on your birthday."),
    ("flat: 7, on: 3 days before birthday", "7 points 3 days before your birthday."),
    ("flat: 7, on: every month", "7 points at the start of every month."),
    ("flat: 7, on: 2026-03-29", "7 points on March 29, 2026."),
    ("rate: 2 per 1 kg", "2 points per 1 kg."),
    ("rate: 2 per 3 items, when: {category: tea}", "2 points per 3 pieces of tea."),
    ("rate: 1 per full 2 EUR", "1 point for every €2 you spend. Only full steps count."),
    (
        "bands: {up to 30 EUR: 2, above: 5}",
        "Up to 5 points, by how much it is. Up to €30: 2 points. Above: 5 points.",
    ),
    (
        "on: every month, of: spend, rate: 1 per 1 EUR, at_least: 9 EUR",
        "1 point for every €1 you spend at the start of every month. What counts: spend in a calendar year. "
        "What counts must come to at least €9.",
    ),
    (
        "on: 2026-03-29, of: bought, rate: 2 per 1 item",
        "2 points per 1 piece on March 29, 2026. What counts: articles since you joined. Only this counts: coffee.",
    ),
    (
        "ladder: {meter: visits, 1: 1 per 1 EUR, 5: 2 per 1 EUR}",
        "More and more. Purchases in the last 30 days, from 1 on: 1 point for every €1 you spend. Purchases in the "
        "last 30 days, from 5 on: 2 points for every €1 you spend.",
    ),
]


@pytest.mark.parametrize(("keys", "told"), EARNINGS)
def test_earning_by_more_than_a_plain_rate(keys, told):
    assert sentences(f"{{name: other, earn: points, {keys}}}") == told


def test_a_rate_for_each_tier_is_told_with_its_level():
    levels = "{tiers: {meter: spend, levels: {low: 0, high: 9 EUR}, kept: 1 year}}"
    rates = "{earn: points, rate: {low: 1 per 1 EUR, high: 2 per 1 EUR}}"
    told = markdown(pages(f"mechanics:\n  - {levels}\n  - {rates}\n"))
    assert "Low: 1 point for every €1 you spend and high: 2 points for every €1 you spend." in told


SETTINGS = {
    "name": None,
    "earn": None,
    "title": "title: Thanks",
    "on": "on: action x, flat: 1",
    "rate": "rate: 3 per 1 EUR",
    "flat": "flat: 7",
    "rates": None,
    "bands": "bands: {up to 30 EUR: 2, above: 5}",
    "ladder": "ladder: {meter: visits, 1: 1 per 1 EUR, 5: 2 per 1 EUR}",
    "counts": "rate: 1 per 1 kg",
    "of": "on: every month, of: spend, rate: 1 per 1 EUR",
    "at_least": "rate: 1 per 1 EUR, at_least: 9 EUR",
    "whole_steps": "rate: 1 per full 1 EUR",
    "keeps_fraction": "rate: 1 per 1 EUR, rounding: keep the fraction",
    "above_limit": "rate: 1 per 1 EUR, limit: 5 a month, above_limit: carries over",
    "multiply": "multiply: base",
    "by": "multiply: base, by: 3",
    "when": "rate: 1 per 1 EUR, when: {weekday: mon}",
    "rounding": "rate: 1 per 1 EUR, rounding: up",
    "round_per": "rate: 1 per 1 EUR, rounding: floor per line",
    "limit": "rate: 1 per 1 EUR, limit: 5 a week",
    "lane": None,
    "unless": "rate: 1 per 1 EUR, except: {weekday: mon}",
    "cap": "rate: 1 per 1 EUR, cap: shared",
    "funded_by": None,
    "available_after": "rate: 1 per 1 EUR, available_after: 2 days",
    "expires": "rate: 1 per 1 EUR, expires: 2 days",
}


def test_every_setting_of_earning_is_said():
    """What changes what members get changes what they read. Names and who pays do not; lanes are said apart."""
    assert {field.name for field in msgspec.structs.fields(Earn)} == set(SETTINGS)
    told = {}
    for name, keys in SETTINGS.items():
        if keys is not None:
            amounts = ("rate", "flat", "multiply", "bands", "ladder")
            more = "" if any(way in keys for way in amounts) else ", rate: 2 per 1 EUR"
            told[name] = said(f"{{name: other, earn: points, {keys}{more}}}")
    assert len(set(map(repr, told.values()))) == len(told)


@pytest.mark.parametrize(
    ("meter", "threshold", "basis", "row"),
    [
        ("spend", "1_500 EUR", "Your level depends on what you spend in a calendar year.", ("Spend", "€1,500")),
        ("visits", "5 visits", "Your level depends on how often you shop in the last 30 days.", ("Purchases", "5")),
        ("bought", "5 items",
         "Your level depends on how many articles you buy since you joined. Only this counts: coffee.",
         ("Articles", "5")),
        ("collected", "300 points", "Your level depends on how much you collect in a calendar quarter: points.",
         ("Points", "300 points")),
    ],
)  # fmt: skip
def test_tiers(meter, threshold, basis, row):
    told = said(
        f"{{tiers: {{meter: {meter}, levels: {{basic: 0, top: {threshold}}}, kept: until the end of the year}}}}"
    )
    kept = "You reach a level at once and keep it until the end of the year. Then we look at it again."
    assert " ".join(told.sentences) == f"{basis} {kept}"
    assert told.table == Table(("Level", row[0]), (("basic", "from the first day"), ("top", row[1])))


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ("", "It comes off your next purchase of at least €5 by itself, one voucher for each purchase."),
        (", per_basket: 2, basket_at_least: 20 EUR", "They come off your next purchase of at least €20 by themselves, "
         "up to 2 for each purchase."),
        (", basket_at_least: 2 EUR", "It comes off your next purchase of at least €5 by itself, one voucher for each "
         "purchase."),
        (", most: 1, applied: on request", "At most 1 voucher at once. Tell us at the till when you want to use it."),
        (", most: 4, valid: 90 days, applied: on request", "At most 4 vouchers at once. A voucher lasts for 90 days. "
         "Tell us at the till when you want to use it."),
    ],
)  # fmt: skip
def test_vouchers(settings, told):
    issue = "At the start of every quarter, every 500 points you have become a voucher worth €5. "
    mechanic = f"{{vouchers: {{every: 500 points, gives: 5 EUR, issued: every quarter{settings}}}}}"
    assert sentences(mechanic) == f"{issue}What is left over stays yours. {told}"


def part(body: str, heading: str, language: str = "en") -> tuple[Said, ...]:
    return next((part.said for part in pages(body, language).parts if part.heading == heading), ())


@pytest.mark.parametrize(
    ("reward", "told"),
    [
        ("{reward: tea, cost: 1 point}", ("tea", "1 point", "")),
        ("{reward: tea, title: A tea, cost: 5 points, stock: 1}", ("A tea", "5 points", "There is only 1.")),
        ("{reward: tea, cost: 5 points, stock: 200}", ("tea", "5 points", "There are only 200.")),
        ("{reward: tea, cost: 5 points, gives: 5 EUR off}", ("tea", "5 points", "A voucher worth €5.")),
        ("{reward: tea, cost: 5 points, gives: 5 EUR, valid: 30 days, when: {weekday: mon}}",
         ("tea", "5 points", "A voucher worth €5, which lasts for 30 days. On Mondays.")),
        ("{reward: tea, cost: 5 EUR, gives: 3 points}", ("tea", "€5", "3 points.")),
        ("{reward: tea, cost: 5 EUR, gives: 3 points, valid: 1 week}",
         ("tea", "€5", "3 points, which last for 1 week.")),
    ],
)  # fmt: skip
def test_rewards(reward, told):
    (one,) = part(f"rewards: [{reward}]\n", "What you can get")
    assert one.table == Table(("Reward", "Costs", "Good to know"), (told,))


@pytest.mark.parametrize(
    ("chooser", "told"),
    [
        ("first", "“Base” and “other” do not add up: the first one that applies counts."),
        ("best", "“Base” and “other” do not add up: the one that gives you most counts."),
        ("add", ""),
    ],
)
def test_lanes(chooser, told):
    body = UNITS.replace("campaigns: first", f"campaigns: {chooser}") + (
        "mechanics:\n  - {earn: points, name: base, title: Base, flat: 1, lane: campaigns}\n"
        "  - {earn: points, name: other, flat: 2, lane: campaigns}\n"
    )
    earning = leaflet(read_program(HEAD + body), "en").parts[0]
    assert " ".join(earning.said[-1].sentences) == (told or "2 points for each purchase.")


def test_a_shared_limit_names_all_that_share_it():
    above = BASE.replace("rate:", "cap: shared, rate:")
    assert sentences("{name: other, earn: points, flat: 1, cap: shared}", above=above) == (
        "1 point for each purchase. At most 5 points a day. This limit is for “Base” and “other” together."
    )


def test_a_lane_with_one_mechanic_says_nothing():
    told = pages("mechanics:\n  - {earn: points, flat: 1, lane: campaigns}\n")
    assert len(told.parts[0].said) == 1


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", "We remind you 30 days and 1 day before that."),
        ("ru", "Мы напомним об этом за 30 дней и 1 день."),
        ("bg", "Напомняме ви 30 дни и 1 ден преди това."),
    ],
)
def test_warnings(language, told):
    source = HEAD + "units: {points: {expires: 6 months, warn: [30 days, 1 day]}}\n"
    holding = leaflet(read_program(source), language).parts[0]
    assert holding.said[0].sentences[1].replace("\N{NO-BREAK SPACE}", " ") == told


@pytest.mark.parametrize(
    ("life", "told"),
    [
        ("{}", "They do not expire."),
        ("{expires: 6 months}", "They last for 6 months."),
        ("{expires: 6 months without activity}",
         "All of them expire when nothing happens on your account for 6 months."),
        ("{expires: [2 years, 6 months without activity]}",
         "They last for 2 years. All of them expire when nothing happens on your account for 6 months."),
    ],
)  # fmt: skip
def test_expiry(life, told):
    holding = leaflet(read_program(HEAD + f"units: {{points: {life}}}\n"), "en").parts[0]
    assert holding.said == (Said(title="Points", sentences=tuple(holding.said[0].sentences)),)
    assert " ".join(holding.said[0].sentences) == told


LADDER = "mechanics:\n  - {tiers: {meter: spend, levels: {a: 0, b: 5 EUR}, kept: 1 year}}\n"


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("never_earn: {category: [fuel, a/gift-cards, b/gift-cards]}\n",
         Said(sentences=("You earn nothing on these:",), details=("Fuel", "Gift cards"))),
        ("never_earn: {brand: x, category: [fuel, tea]}\n",
         Said(sentences=("You earn nothing on these:",), details=("Fuel and tea (only x products)",))),
        ("never_earn: {sku: 4011}\n" + LADDER,
         Said(sentences=("You earn nothing on these, and they do not count towards your level:",), details=("4011",))),
    ],
)  # fmt: skip
def test_what_does_not_count(body, told):
    assert part(body, "What does not count") == (told,)


@pytest.mark.parametrize(
    ("returns", "told"),
    [
        ("", "We take back what it earned you, no more and no less. Points that you have spent already come off the "
         "next ones you earn. A voucher that you used comes back when you bring back the whole purchase."),
        ("returns: {points: kept, vouchers: lost}\n",
         "You keep what it earned you. A voucher that you used does not come back."),
    ],
)  # fmt: skip
def test_returns(returns, told):
    (one,) = part(returns, "When you bring something back")
    assert " ".join(one.sentences) == told


def test_debts_that_are_forgiven_are_said_to_be():
    file = HEAD + "units: {points: {after_return: forgiven}}\n"
    told = leaflet(read_program(file), "en").parts[-1].said[0].sentences
    assert told[-1] == "Points that you have spent already are forgiven."


@pytest.mark.parametrize(("language", "title"), [("en", "Café"), ("ru", "Кафе"), ("bg", "Café")])
def test_a_title_that_is_missing_is_taken_in_english(language, title):
    assert pages("", language).title == title


def test_without_any_title_the_name_stands():
    assert leaflet(read_program((HEAD + UNITS).replace("title: {en: Café, ru: Кафе}\n", "")), "en").title == "cafe"


def test_a_title_that_repeats_the_heading_is_left_out():
    vouchers = "{vouchers: {every: 500 points, gives: 5 EUR, issued: every month}, title: Your vouchers}"
    assert part(f"mechanics: [{vouchers}]\n", "Your vouchers")[0].title == ""


# Pages.


def test_pages_as_markdown():
    table = Table(("A", "B"), (("1|2", "x"),))
    said = Said(title="One", sentences=("Two.", "Three."), details=("four",))
    pages = Leaflet("T", "Opening.", (
        Part("List", (said, Said(sentences=("Five.",)))),
        Part("Table", (said, Said(title="Six!", sentences=("Seven.",), table=table))),
        Part("Alone", (Said(sentences=("Eight:",), details=("nine",)),)),
    ))  # fmt: skip
    assert markdown(pages) == (
        "# T\n\nOpening.\n\n## List\n\n- **One.** Two. Three.\n  - four\n- Five.\n\n"
        "## Table\n\n- **One.** Two. Three.\n  - four\n\n**Six!** Seven.\n\n| A | B |\n| --- | --- |\n| 1\\|2 | x |\n\n"
        "## Alone\n\nEight:\n\n- nine\n"
    )


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("*bold* _x_ `y` [z](w) <b> #1 a|b", r"\*bold\* \_x\_ \`y\` \[z\](w) \<b\> \#1 a\|b"),
        ("- not a list", r"\- not a list"),
        ("right-to-left \u202e", "right-to-left \N{REPLACEMENT CHARACTER}"),
        ("back\\slash", r"back\\slash"),
    ],
)
def test_a_title_means_nothing_to_markdown(title, shown):
    assert markdown(Leaflet(title, "", ())) == f"# {shown}\n"


# The demo's leaflet.


@pytest.fixture(params=LANGUAGES)
def grocery(request) -> tuple[str, str]:
    text = markdown(leaflet(read_program(GROCERY.read_text("utf-8")), request.param))
    return request.param, text.replace("\N{NO-BREAK SPACE}", " ")


LINES = {
    "en": [
        "# Pantry Points",
        "- **Points for every dollar.** 1 point for every $1 you spend.",
        "- **A quarter more for Silver.** For Silver members: 1 point more for every $4 you spend.",
        "  - May 2017: beef and pork",
        "| Gold | $4,000 |",
        "| A treat for regulars | 100 points | For whoever came at least eight times in the last 30 days. |",
        "- Gift cards",
    ],
    "ru": [
        "# Баллы «Кладовая»",
        "- **Больше за наши марки.** 1 балл за каждые потраченные 2 $ на товары марки «Кладовая».",
        "- **Двойные баллы в выходные.** Ещё 1 балл за каждый потраченный 1 $, по выходным. "
        "Максимум 100 баллов в неделю.",
        "  - Май 2017: говядина и свинина",
        "| Золото | 4 000 $ |",
        "| Кофе в пекарне | 150 баллов |  |",
        "- **Баллы.** Сгорают все сразу, если на вашем счёте 6 месяцев ничего не происходит.",
    ],
    "bg": [
        "# Точки „Килер“",
        "- **С половина повече за Злато.** За ниво „Злато“: още 1 точка за всеки похарчени 2 щ.д.",
        "- **Бонус за купон.** 20 точки за използване на наш купон. Най-много 60 точки на месец.",
        "  - Юли 2017: сладолед",
        "| Кафе в пекарната | 150 точки |  |",
        "- **Ваучери.** Важат 90 дни.",
        "- Карти за подарък",
    ],
}


def test_the_demos_leaflet_says(grocery):
    language, text = grocery
    lines = text.splitlines()
    assert [line for line in LINES[language] if line not in lines] == []


def test_the_demos_leaflet_has_no_codes_and_nothing_left_in_english(grocery):
    language, text = grocery
    assert "/" not in text
    assert "_" not in text
    if language != "en":
        latin = [word for word in text.split() if word.isascii() and word.isalpha()]
        assert latin == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_whatever_the_language_can_say_the_leaflet_can(language):
    text = markdown(leaflet(read_program(GLOW), language))
    assert "%(" not in text


# What tiers, units, vouchers, rewards and returns say beyond the plain case.

LADDERS = [
    ("kept: for ever", "You reach a level at once and keep it for good."),
    ("reviewed: every month", "You reach a level at once. We look at it again at the start of every month."),
    (
        "reviewed: every month, raised: at review",
        "We set your level at the start of every month, by what you did before.",
    ),
    (
        "kept: 1 year, reviewed: every month, raised: at review",
        "We raise your level at the start of every month, and you keep it for 1 year. Then we look at it again.",
    ),
    (
        "kept: for ever, starts_on: top, lowered: by one level, grace: 1 month",
        "You reach a level at once and keep it for good. You start on the level “top”. A review lowers you by one "
        "level at most. If it was not enough, the level stays for 1 month more, and you may still earn it.",
    ),
]


@pytest.mark.parametrize(("settings", "told"), LADDERS, ids=[settings for settings, _ in LADDERS])
def test_how_long_a_level_lasts(settings, told):
    page = said(f"{{tiers: {{meter: spend, levels: {{basic: 0, top: 5 EUR}}, {settings}}}}}")
    assert " ".join(page.sentences[1:]) == told


NEEDED = [
    ("visits at least 4", "Purchases in the last 30 days: at least 4"),
    (
        "bought at least 50 % of visits",
        "Articles (coffee) since you joined: at least 50% of this: purchases in the last 30 days",
    ),
    (
        "{all: [visits at least 4], any: [spend at least 5 EUR, visits at least 9]}",
        "Purchases in the last 30 days: at least 4; one of these: spend in a calendar year: at least €5; purchases in "
        "the last 30 days: at least 9",
    ),
]


@pytest.mark.parametrize(("needs", "told"), NEEDED, ids=[needs for needs, _ in NEEDED])
def test_what_a_level_takes(needs, told):
    page = said(f"{{tiers: {{levels: {{basic: 0, top: {{needs: {needs}}}}}, kept: for ever}}}}")
    assert page.table == Table(("Level", "What it takes"), (("basic", "from the first day"), ("top", told)))


def test_what_keeps_a_level():
    levels = "{basic: 0, top: {from: 9 EUR, to_keep: another 3 EUR}}"
    page = said(f"{{tiers: {{meter: spend, levels: {levels}, kept: 1 year}}}}")
    assert page.sentences[-1] == "To keep the level “top” it takes: spend since you have this level: at least €3."


def test_vouchers_on_days_of_the_year():
    page = said(
        "{vouchers: {every: 100 points, gives: 10 EUR, most: [5 an issue, 15 a year], "
        "issued: [15 June for what was earned until 31 May, 15 December]}}"
    )
    assert page.sentences[:3] == (
        "Every 100 points you have become a voucher worth €10, on these days of every year: 15 June (for what you have "
        "by 31 May) and 15 December. What is left over stays yours.",
        "At most 5 vouchers at once.",
        "At most 15 vouchers a year.",
    )


CATALOGUE = [
    ("cost: 5 points each, limit: 3 at once", "5 points", "You may take several at once. At most 3 at once."),
    (
        "cost: any points from 100 on, gives: 1 EUR per 100 points",
        "from 100 points on, as much as you like",
        "€0.01 for 1 point.",
    ),
    ("cost: {b: 3 points, a: 5 points}", "b: 3 points, a: 5 points", ""),
    ("cost: 5 points, gives: a code, valid: 30 days", "5 points", "A code, which lasts for 30 days."),
    ("cost: 5 points, gives: a code", "5 points", "A code."),
    ("cost: 5 points, stock: 50 on tue and thu at 09:00", "5 points",
     "50 new ones on Tuesdays and Thursdays at 9:00 AM."),
    ("cost: 5 points, stock: 7 a month", "5 points", "7 new ones at the start of every month."),
    ("cost: 5 points, limit: [1 a day, 4]", "5 points", "At most 1 for you a day. At most 4 for you."),
    (
        "cost: 5 points, from: 2026-03-10, until: 2026-04-30",
        "5 points",
        "Only from March 10, 2026 on. Only until April 30, 2026.",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("reward", "cost", "notes"), CATALOGUE, ids=[reward for reward, _, _ in CATALOGUE])
def test_rewards_of_every_kind(reward, cost, notes):
    body = f"{LADDER}rewards:\n  - {{reward: mug, title: Mug, {reward}}}\n"
    shown = next(part for part in pages(body).parts if part.heading == "What you can get")
    table = shown.said[0].table
    assert table is not None
    assert [cell.replace("\N{NARROW NO-BREAK SPACE}", " ") for cell in table.rows[0]] == ["Mug", cost, notes]


def test_expiry_by_tier_and_what_keeps_a_balance_alive():
    expires = "expires: {a: 6 months without activity, b: never}, kept_alive_by: [purchase, redeem, action review]"
    units = UNITS.replace("bg: [точка, точки]}}", f"bg: [точка, точки]}}, {expires}}}")
    told = leaflet(read_program(HEAD + units + LADDER), "en")
    shown = next(part for part in told.parts if part.heading == "What you hold, and until when")
    assert shown.said[0].sentences == (
        "“a”: All of them expire when nothing happens on your account for 6 months.",
        "“b”: They do not expire.",
        "Only this counts as something that happens: a purchase, taking a reward, and “review”.",
    )


def test_returns_at_todays_rate():
    shown = next(part for part in pages("returns: {points: at today's rate}\n").parts if "back" in part.heading)
    assert shown.said[0].sentences[0] == "We take back what it would earn you on the day you bring it back."
