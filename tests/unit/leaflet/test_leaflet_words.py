"""How amounts, times and conditions are said in each language."""

from datetime import date
from decimal import Decimal

import msgspec
import pytest

from guerdon.core.amounts import Rate
from guerdon.core.calendar import Delay, Term, Window
from guerdon.core.program import (
    Allowance,
    AroundBirthday,
    Cap,
    Meter,
    MonthChoice,
    Partner,
    Program,
    Quantity,
    Range,
    Titles,
    Unit,
    When,
)  # fmt: skip
from guerdon.leaflet import LANGUAGES
from guerdon.leaflet.amounts import amount, multiple, quantity, rate, rate_on_top, unit_title
from guerdon.leaflet.conditions import AUDIENCE, GOODS, MATCHERS, SAID_WITH, conditions, exceptions
from guerdon.leaflet.limits import limits
from guerdon.leaflet.times import after, lasting, period, start_of_every, waited, window
from guerdon.leaflet.voice import Voice, sentence_end
from guerdon.mechanics.membership import Membership
from guerdon.mechanics.tiers import Level, Tiers

POINTS = {
    "en": ("point", "points"), "ru": ("балл", "балла", "баллов", "баллы"), "bg": ("точка", "точки")
}  # fmt: skip
GOLD = {"en": "Gold", "ru": "Золото", "bg": "Злато"}
PROGRAM = Program(
    program="cafe",
    currency="EUR",
    timezone="Europe/Sofia",
    effective_from=date(2026, 1, 1),
    units={
        "points": Unit(title=POINTS),
        "stars": Unit(scale=2, title=POINTS),
        "beans": Unit(),
        "cash": Unit(scale=2, money=True),
        "coins": Unit(title={"bg": ("монета", "монети")}),
        "stamps": Unit(title={"en": ("stamp",)}),
        "tickets": Unit(title={"bg": ("билет", "билета", "билети")}),
    },
    meters={"spend": Meter(counts="spend", window=Window("rolling", 12, "month"))},
    mechanics=(
        Tiers(
            meter="spend",
            levels=(Level(name="basic", threshold=0), Level(name="gold", threshold=1, title=GOLD)),
            kept=Term(1, "year"),
        ),
    ),
    partners={"esso": Partner(title={"en": "Esso stations", "bg": "бензиностанции Esso"})},
    titles=Titles(
        category={"soup": {"en": "soups", "ru": "супы", "bg": "супи"}},
        brand={"private": {"en": "Pantry", "ru": "Кладовая", "bg": "Килер"}},
    ),
)
VOICES = {language: Voice(PROGRAM, language) for language in LANGUAGES}


def plain(text: str) -> str:
    """A text with plain spaces, where languages have narrow ones that do not break."""
    return text.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")


def each(say) -> tuple[str, ...]:
    return tuple([plain(say(VOICES[language])) for language in LANGUAGES])


@pytest.mark.parametrize(
    ("value", "english", "russian", "bulgarian"),
    [
        (1, "1 point", "1 балл", "1 точка"),
        (2, "2 points", "2 балла", "2 точки"),
        (4, "4 points", "4 балла", "4 точки"),
        (5, "5 points", "5 баллов", "5 точки"),
        (11, "11 points", "11 баллов", "11 точки"),
        (14, "14 points", "14 баллов", "14 точки"),
        (21, "21 points", "21 балл", "21 точки"),
        (22, "22 points", "22 балла", "22 точки"),
        (100, "100 points", "100 баллов", "100 точки"),
        (101, "101 points", "101 балл", "101 точки"),
        (80_000, "80,000 points", "80 000 баллов", "80 000 точки"),
    ],
)
def test_a_number_asks_for_its_form(value, english, russian, bulgarian):
    assert each(lambda voice: amount(voice, value, "points")) == (english, russian, bulgarian)


@pytest.mark.parametrize(
    ("value", "unit", "told"),
    [
        (125, "stars", ("1.25 points", "1,25 балла", "1,25 точки")),
        (200, "stars", ("2 points", "2 балла", "2 точки")),
        (100, "stars", ("1 point", "1 балл", "1 точка")),
        (1, "beans", ("1 bean", "1 bean", "1 bean")),
        (2, "beans", ("2 beans", "2 beans", "2 beans")),
        (1, "coins", ("1 coin", "1 coin", "1 монета")),
        (3, "stamps", ("3 stamp", "3 stamp", "3 stamp")),
        (2, "tickets", ("2 tickets", "2 tickets", "2 билета")),
        (500, "cash", ("€5", "5 €", "5 €")),
        (1_250, "cash", ("€12.50", "12,50 €", "12,50 €")),
        (150_000, "cash", ("€1,500", "1 500 €", "1500 €")),
    ],
)
def test_fractions_missing_titles_and_money(value, unit, told):
    said = each(lambda voice: quantity(voice, Quantity(value, unit)))
    assert tuple(text.replace("1 500", "1500") for text in said) == tuple(t.replace("1 500", "1500") for t in told)


@pytest.mark.parametrize(
    ("unit", "told"),
    [
        ("points", ("points", "баллы", "точки")),
        ("beans", ("beans", "beans", "beans")),
        ("coins", ("coins", "coins", "монети")),
        ("tickets", ("tickets", "tickets", "билети")),
    ],
)
def test_a_unit_without_a_number(unit, told):
    assert each(lambda voice: unit_title(voice, unit)) == told


@pytest.mark.parametrize(
    ("currency", "minor", "told"),
    [("JPY", 500, "¥500"), ("KWD", 1_250, "KWD 1.250"), ("KWD", 2_000, "KWD 2"), ("USD", 1, "$0.01")],
)
def test_money_has_the_decimals_of_its_currency(currency, minor, told):
    voice = Voice(msgspec.structs.replace(PROGRAM, currency=currency), "en")
    assert plain(voice.money(minor)).replace("KWD ", "KWD") == told.replace("KWD ", "KWD")


@pytest.mark.parametrize(
    ("term", "told"),
    [
        (Term(1, "day"), ("for 1 day", "1 день", "1 ден")),
        (Term(1, "week"), ("for 1 week", "1 неделю", "1 седмица")),
        (Term(3, "week"), ("for 3 weeks", "3 недели", "3 седмици")),
        (Term(90, "day"), ("for 90 days", "90 дней", "90 дни")),
        (Term(12, "month"), ("for 12 months", "12 месяцев", "12 месеца")),
        (Term(2, "year"), ("for 2 years", "2 года", "2 години")),
        (Term(5, "year"), ("for 5 years", "5 лет", "5 години")),
        (Term(0, "day", "year"), ("until the end of the year", "до конца года", "до края на годината")),
        (Term(1, "year", "year"),
         ("until the end of the next year", "до конца следующего года", "до края на следващата година")),
        (Term(3, "month", "quarter"),
         ("until the end of the next quarter", "до конца следующего квартала", "до края на следващото тримесечие")),
        (Term(6, "month", "month"), ("for 6 months from the end of the month",
         "6 месяцев, считая с конца месяца", "6 месеца, считано от края на месеца")),
    ],
)  # fmt: skip
def test_how_long_something_lasts(term, told):
    assert each(lambda voice: lasting(voice, term)) == told


@pytest.mark.parametrize(
    ("term", "told"),
    [
        (Term(14, "day"), ("after 14 days", "через 14 дней", "след 14 дни")),
        (Term(0, "day", "month"), ("after the end of the month", "после конца месяца", "след края на месеца")),
        (Term(1, "month", "month"),
         ("after the end of the next month", "после конца следующего месяца", "след края на следващия месец")),
        (Term(5, "day", "month"), ("5 days after the end of the month",
         "через 5 дней после конца месяца", "5 дни след края на месеца")),
    ],
)  # fmt: skip
def test_from_when_on(term, told):
    assert each(lambda voice: after(voice, term)) == told
    assert each(lambda voice: waited(voice, Delay("event", term))) == told


@pytest.mark.parametrize(
    ("delay", "told"),
    [
        (Delay("event", hours=24), ("after 24 hours", "через 24 часа", "след 24 часа")),
        (Delay("delivery"), ("after delivery", "после доставки", "след доставката")),
        (Delay("delivery", Term(14, "day")),
         ("14 days after delivery", "через 14 дней после доставки", "14 дни след доставката")),
        (Delay("statement"), ("on the statement date", "в расчётную дату", "на отчетната дата")),
        (Delay("statement", hours=1), ("1 hour after the statement date", "через 1 час после расчётной даты",
         "1 час след отчетната дата")),
    ],
)  # fmt: skip
def test_how_long_something_is_pending(delay, told):
    assert each(lambda voice: waited(voice, delay)) == told


def test_exceptions_stand_each_for_itself():
    assert exceptions(VOICES["en"], When(category=("soup",), tier=("gold",), weekday=(5, 6))) == [
        "Not on soups.", "Not for Gold members.", "Not at weekends.",
    ]  # fmt: skip
    assert exceptions(VOICES["en"], When()) == []


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (Window("rolling", 12, "month"),
         ("in the last 12 months", "за последние 12 месяцев", "през последните 12 месеца")),
        (Window("rolling", 30, "day"), ("in the last 30 days", "за последние 30 дней", "през последните 30 дни")),
        (Window("rolling", 1, "week"), ("in the last week", "за последнюю 1 неделю", "през последната седмица")),
        (Window("rolling", 2, "year"), ("in the last 2 years", "за последние 2 года", "през последните 2 години")),
        (Window("calendar", 1, "year"),
         ("in a calendar year", "за календарный год", "за една календарна година")),
        (Window("calendar", 1, "ever"), ("since you joined", "с момента вступления", "откакто сте в програмата")),
    ],
)  # fmt: skip
def test_over_which_days(value, told):
    assert each(lambda voice: window(voice, value)) == told


@pytest.mark.parametrize("unit", ["day", "week", "month", "quarter", "year"])
def test_every_period_is_said_in_its_own_words(unit):
    for say in (period, start_of_every):
        assert len(set(each(lambda voice, say=say: say(voice, unit)))) == len(LANGUAGES)


@pytest.mark.parametrize(
    ("value", "unit", "goods", "told"),
    [
        (Rate(1, 100), "points", "",
         ("1 point for every €1 you spend", "1 балл за каждый потраченный 1 €", "1 точка за всеки похарчен 1 €")),
        (Rate(2, 1000), "points", "X",
         ("2 points for every €10 you spend on X", "2 балла за каждые потраченные 10 € на X",
          "2 точки за всеки похарчени 10 € за X")),
        (Rate(1, 50), "points", "",
         ("1 point for every €0.50 you spend", "1 балл за каждые потраченные 0,50 €",
          "1 точка за всеки похарчени 0,50 €")),
        (Rate(15, 1000), "cash", "",
         ("1.5% back on what you spend", "1,5 % от суммы покупки возвращаем", "1,5% обратно от похарченото")),
        (Rate(5, 100), "cash", "X", ("5% back on X", "5 % возвращаем за X", "5% обратно за X")),
        (Rate(100, 300), "cash", "",
         ("€1 for every €3 you spend", "1 € за каждые потраченные 3 €", "1 € за всеки похарчени 3 €")),
    ],
)  # fmt: skip
def test_a_rate(value, unit, goods, told):
    assert each(lambda voice: rate(voice, value, unit, goods)) == told


def test_a_rate_on_top():
    assert each(lambda voice: rate_on_top(voice, Rate(1, 400), "points")) == (
        "1 point more for every €4 you spend", "ещё 1 балл за каждые потраченные 4 €",
        "още 1 точка за всеки похарчени 4 €",
    )  # fmt: skip
    assert rate_on_top(VOICES["en"], Rate(5, 100), "cash", "X") == "5% more back on X"


@pytest.mark.parametrize(
    ("value", "by", "more"),
    [
        (Rate(1, 100), Rate(2, 1), Rate(1, 100)),
        (Rate(1, 100), Rate(5, 4), Rate(1, 400)),
        (Rate(1, 100), Rate(3, 2), Rate(1, 200)),
        (Rate(10, 100), Rate(3, 2), Rate(5, 100)),
        (Rate(1, 100), Rate(21, 20), Rate(1, 2000)),
        (Rate(1, 100), Rate(22, 21), None),
        (Rate(3, 1000), Rate(5, 4), Rate(3, 4000)),
    ],
)
def test_what_a_factor_adds_to_a_rate(value, by, more):
    assert multiple(value, by) == more
    if more is not None:  # the same share, in whole amounts
        assert Decimal(more.amount) / more.per == Decimal(value.amount) / value.per * (by.amount - by.per) / by.per


def test_limits_that_are_larger_for_some():
    plus = Membership(name="plus", title={"ru": "Плюс"})
    program = msgspec.structs.replace(PROGRAM, mechanics=(plus, *PROGRAM.mechanics))
    cap = Cap(
        per_member=(Allowance(100, "week"), Allowance(500)),
        more_for={"plus": (Allowance(200, "week"),), "gold": (Allowance(900),)},
    )
    assert [plain(text) for text in limits(Voice(program, "ru"), cap, "points")] == [
        "Максимум 100 баллов в неделю.", "Максимум 500 баллов за всё время.", "С «Плюс» максимум 200 баллов в неделю.",
        "С «Золото» максимум 900 баллов за всё время.",
    ]  # fmt: skip


def test_limits():
    cap = Cap(per_event=5, per_member=(Allowance(100, "week"),), times=(Allowance(2, "day"),), total=80_000)
    assert [plain(text) for text in limits(VOICES["ru"], cap, "points")] == [
        "Максимум 5 баллов за один раз.", "Максимум 100 баллов в неделю.", "Максимум 2 раза в день.",
        "На всех участников вместе — максимум 80 000 баллов: кто успел раньше, тот и получил.",
    ]  # fmt: skip
    assert limits(VOICES["en"], Cap(per_member=(Allowance(100),)), "points") == ["At most 100 points in all."]
    assert limits(VOICES["en"], Cap(), "points") == []


SAMPLES = {
    "category": ("soup", "drug/after-shave"),
    "brand": ("private",),
    "sku": ("4011",),
    "store": ("367",),
    "channel": ("web",),
    "tender": ("card",),
    "tier": ("gold",),
    "weekday": (0, 2),
    "hours": (17 * 60, 19 * 60),
    "between": (date(2026, 4, 1), date(2026, 4, 8)),
    "basket_at_least": 2_000,
    "first_purchase": True,
    "expression": "basket.items > 3",
    "partner": ("own", "esso"),
    "merchant_category": ("5411",),
    "code": ("SPRING",),
    "attribute": {"cup": ("own", "lent")},
    "membership": ("plus",),
    "badge": ("explorer",),
    "segment": ("students",),
    "experiment": {"spring": ("ten",)},
    "region": ("sofia",),
    "language": ("bg", "ru"),
    "consent": ("marketing",),
    "age_from": 18,
    "role": ("owner",),
    "birthday": AroundBirthday(3, 7),
    "enrolled_at_least": Term(7, "day"),
    "enrolled_at_most": Term(60, "day"),
    "readings": {"spend": Range(least=60_000)},
    "basket_at_most": 50_000,
    "items_at_least": 3,
}


def test_every_field_of_the_conditions_can_be_said():
    fields = {field.name for field in msgspec.structs.fields(When)}
    assert {*GOODS, *AUDIENCE, *MATCHERS, *SAID_WITH} == fields
    assert set(SAMPLES) == fields - set(SAID_WITH), "a sample of each, for the tests below"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("field", SAMPLES)
def test_every_condition_is_said(field, language):
    told = conditions(VOICES[language], When(**{field: SAMPLES[field]}))
    said = told.goods if field in GOODS else told.audience if field in AUDIENCE else told.adverbials[0]
    assert said
    assert "%" not in said
    assert "_" not in said
    assert len([part for part in (told.goods, told.audience, *told.adverbials) if part]) == 1


@pytest.mark.parametrize(
    ("titles", "told"),
    [
        ({}, "if cup: own or lent"),
        ({"cup": {"en": "the cup"}}, "if the cup: own or lent"),
        ({"cup": {"en": "the cup"}, "cup/own": {"en": "your own"}}, "if the cup: your own or lent"),
    ],
)
def test_a_further_fact_and_what_it_is_have_titles(titles, told):
    program = msgspec.structs.replace(PROGRAM, titles=Titles(attribute=titles))
    assert conditions(Voice(program, "en"), When(attribute={"cup": ("own", "lent")})).adverbials == (told,)


@pytest.mark.parametrize(
    ("when", "told"),
    [
        (When(weekday=(5, 6)), ("at weekends", "по выходным", "през уикенда")),
        (When(weekday=(0, 1, 2, 3, 4)), ("Monday to Friday", "с понедельника по пятницу", "от понеделник до петък")),
        (When(weekday=(0, 2)),
         ("on Mondays and Wednesdays", "по понедельникам и средам", "всеки път в понеделник и сряда")),
        (When(hours=(1_200, 1_440)), ("from 8:00 PM to midnight", "с 20:00 до полуночи", "от 20:00 ч. до полунощ")),
        (When(between=(date(2026, 4, 1), date(2026, 4, 1))),
         ("on April 1, 2026 only", "только 1 апреля 2026 г.", "само на 1 април 2026 г.")),
        (When(between=(date(2026, 4, 1), date(2026, 5, 8))),
         ("from April 1, 2026 to May 8, 2026", "с 1 апреля 2026 г. по 8 мая 2026 г.",
          "от 1 април 2026 г. до 8 май 2026 г.")),
        (When(store=("a", "b")), ("in the stores a or b", "в магазинах «a» или «b»", "в магазините „a“ или „b“")),
        (When(first_purchase=False), ("on every purchase but your first", "за каждую покупку, кроме первой",
         "при всяка покупка след първата")),
        (When(partner=("own", "esso")), ("when you buy at our own shops or “Esso stations”",
         "при покупке в наших магазинах или «Esso stations»",
         "при покупка в собствените ни магазини или „бензиностанции Esso“")),
        (When(birthday=AroundBirthday(month=True)),
         ("in the month of your birthday", "в месяц вашего дня рождения", "в месеца на рождения ви ден")),
        (When(birthday=AroundBirthday()), ("on your birthday", "в ваш день рождения", "на рождения ви ден")),
        (When(birthday=AroundBirthday(days_before=30)), ("on your birthday and 30 days before it",
         "в ваш день рождения и 30 дней до него", "на рождения ви ден и 30 дни преди него")),
        (When(birthday=AroundBirthday(days_after=1)), ("on your birthday and 1 day after it",
         "в ваш день рождения и 1 день после него", "на рождения ви ден и 1 ден след него")),
        (When(readings={"spend": Range(least=60_000)}), ("with spend of at least €600 in the last 12 months",
         "если за последние 12 месяцев сумма покупок: от 600 €",
         "ако през последните 12 месеца сума на покупките: от 600 €")),
        (When(items_at_least=3), ("when you buy at least 3 articles", "при покупке не менее 3 товаров",
         "при покупка на поне 3 стоки")),
        (When(expression="x"), ("under certain conditions", "при определённых условиях", "при определени условия")),
        (When(expression="x", in_words={"en": "for regulars", "bg": "за редовните"}),
         ("for regulars", "for regulars", "за редовните")),
    ],
)  # fmt: skip
def test_adverbials(when, told):
    said = each(lambda voice: conditions(voice, when).adverbials[0])
    assert tuple(text.replace(" ч.", "") for text in said) == tuple(text.replace(" ч.", "") for text in told)


@pytest.mark.parametrize(
    ("when", "told"),
    [
        (When(category=("soup",)), ("soups", "товары категории «супы»", "стоки от категорията „супи“")),
        (When(category=("soup", "dairy/soft-cheese")), ("soups and soft cheese",
         "товары категорий «супы» и «soft cheese»", "стоки от категориите „супи“ и „soft cheese“")),
        (When(brand=("private",)), ("Pantry products", "товары марки «Кладовая»", "продукти с марката „Килер“")),
        (When(category=("soup",), brand=("private",)), ("soups (only Pantry products)",
         "товары категории «супы» (только товары марки «Кладовая»)",
         "стоки от категорията „супи“ (само продукти с марката „Килер“)")),
        (When(category=MonthChoice({2026 * 12: ("soup",)})),
         ("the goods of the month", "товары месяца", "стоките на месеца")),
    ],
)  # fmt: skip
def test_goods(when, told):
    assert each(lambda voice: conditions(voice, when).goods) == told


def test_the_goods_of_each_month_stand_in_the_order_of_the_months():
    when = When(category=MonthChoice({2026 * 12 + 1: ("soup",), 2026 * 12: ("a/tea", "soup")}))
    assert conditions(VOICES["ru"], when).months == ("Январь 2026: tea и супы", "Февраль 2026: супы")


def test_for_whom_stands_in_front_and_the_rest_behind():
    told = conditions(VOICES["en"], When(tier=("gold", "basic"), weekday=(5, 6), between=SAMPLES["between"]))
    assert told.sentence(VOICES["en"], "1 point") == (
        "For basic and Gold members: 1 point, at weekends, from April 1, 2026 to April 8, 2026."
    )
    assert told.alone() == "For basic and Gold members, at weekends, from April 1, 2026 to April 8, 2026."
    assert conditions(VOICES["en"], When()).alone() == ""


def test_a_condition_that_the_sentence_says_itself_is_left_out():
    when = When(basket_at_least=2_000, weekday=(5, 6))
    assert conditions(VOICES["en"], when, but=["basket_at_least"]).adverbials == ("at weekends",)


@pytest.mark.parametrize(
    ("text", "told"), [("5 щ.д..", "5 щ.д."), ("2017 г.. Б", "2017 г. Б"), ("wait...", "wait..."), ("a.", "a.")]
)
def test_an_abbreviation_brings_the_full_stop(text, told):
    assert sentence_end(text) == told
