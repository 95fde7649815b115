"""The habits file: what it means, and every mistake at once."""

import re
from datetime import date

import pytest

from guerdon.core.amounts import Rate
from guerdon.core.calendar import date_of, day_of
from guerdon.insight.shopping.file import HABITS, habits_schema, read_habits
from guerdon.insight.shopping.habits import Habit
from guerdon.insight.shopping.money import Exchange, Price
from guerdon.insight.shopping.occasions import occasions
from guerdon.language import ProgramErrors
from guerdon.language.errors import ProgramError
from guerdon.language.forms import walk
from guerdon.language.nodes import parse
from guerdon.language.place import Desk, Names, Place
from guerdon.language.section import Section

HEAD = "shopper: me\ncurrency: EUR\n"
ONE = "habits: [{buy: grocery, amount: 5 EUR, times: 2 a week}]\n"


def habit(written: str) -> Habit:
    [found] = read_habits(f"{HEAD}habits:\n  - {written}\n").habits
    return found


def wrong(text: str) -> list[tuple[int, str, str]]:
    with pytest.raises(ProgramErrors) as told:
        read_habits(text)
    return [(error.line, error.code, error.sentence) for error in told.value.errors]


@pytest.mark.parametrize(("written", "times"), [
    ("2 a week", 104), ("once a week", 52), ("twice a month", 24), ("3 times a day", 1_095), ("5 a year", 5),
    ("every 10 days", 36), ("every day", 365), ("every 2 weeks", 26), ("every month", 12), ("once a year", 1),
])  # fmt: skip
def test_how_often_is_so_many_times_a_year(written, times):
    assert habit(f"{{buy: x, amount: 1 EUR, times: {written}}}").times == times


def test_litres_and_kilograms_are_measured_in_thousandths():
    assert [(one.quantity, one.measure) for one in (
        habit("{buy: fuel, amount: 60 EUR, times: 1 a year, litres: 40.5}"),
        habit("{buy: apples, amount: 2 EUR, times: 1 a year, kilograms: 0.75 kg}"),
        habit("{buy: tea, amount: 2 EUR, times: 1 a year, items: 3}"),
    )] == [(40_500, "ml"), (750, "g"), (3, "")]  # fmt: skip


def test_every_mistake_is_told_at_once_with_its_line_and_what_would_be_right():
    assert wrong(
        "shopper: me\ncurrency: EUR\nbirthday: 02-30\nhabits:\n"
        "  - {buy: a, times: 5 a fortnight, amount: 3 USD, litres: 2, items: 2}\n"
        "  - {by: a, times: 2 a week}\n"
        "  - {do: x, times: every 2 years, amount: 3 EUR}\n"
        "  - {times: once a day}\n"
    ) == [
        (3, "phrase_wrong", "`02-30` is no day of the year"),
        (5, "phrase_wrong", "`5 a fortnight` is not how often something happens; write for example `2 a week` or "
            "`once a month`"),
        (5, "currency_other", "what `USD` is worth is not said; write for example `rates: {USD: 1.08 EUR}`"),
        (5, "settings_conflict", "`litres` and `items` exclude each other; one of `items`, `litres` or `kilograms` "
            "belongs here"),
        (6, "key_missing", "`amount` is missing; write for example `amount: 25 USD`"),
        (6, "key_unknown", "`by` is not a key of a habit; did you mean `buy`?"),
        (7, "number_out_of_range", "`every 2 years` is 0 times a year; from 1 to 7_300 times belong here"),
        (7, "settings_conflict", "`amount` is of a purchase, and `do` is none; leave it out"),
        (8, "key_missing", "one of `buy` or `do` is missing here"),
    ]  # fmt: skip


@pytest.mark.parametrize(("text", "code"), [
    ("", "file_empty"),
    (HEAD + "habits: []\n", "value_empty"),
    (HEAD, "key_missing"),
    ("shopper: me\n" + ONE, "key_missing"),
    (HEAD + "habits: [{buy: grocery, amount: 5 USD, times: 2 a week}]\n", "currency_other"),
    (HEAD + "worth: {prime: {video: 5 USD}}\n" + ONE, "currency_other"),
    (HEAD + "rates: {EUR: 1 EUR}\n" + ONE, "currency_other"),
    (HEAD + "rates: {USD: 1 GBP}\n" + ONE, "currency_other"),
    (HEAD + "rates: {USD: 0 EUR}\n" + ONE, "number_out_of_range"),
    (HEAD + "habits: [{buy: x, amount: 5.123 EUR, times: 2 a week}]\n", "scale_exceeded"),
    (HEAD + "habits: [{buy: x, amount: 5 EUR, times: 21 a day}]\n", "number_out_of_range"),
    (HEAD + "habits: [{buy: x, amount: 5 EUR, times: 1 a day, returned: 101 %}]\n", "number_out_of_range"),
    (HEAD + "habits: [{buy: x, amount: 5 EUR, times: 1 a day, litres: 0}]\n", "number_out_of_range"),
    ("shopper: [", "yaml_syntax"),
])  # fmt: skip
def test_what_is_refused(text, code):
    assert code in [found for _, found, _ in wrong(text)]


def test_nothing_may_cost_nothing():
    assert habit("{buy: leaflet, amount: 0 EUR, times: once a year}").price == Price(0, "EUR")


SECTIONS = [form for form in walk(HABITS) if isinstance(form, Section)]


@pytest.mark.parametrize(("section", "key"), [(section.name, key) for section in SECTIONS for key in section.keys])
def test_every_example_of_the_reference_is_read(section, key):
    [found] = [one.keys[key] for one in SECTIONS if one.name == section]
    errors: list[ProgramError] = []
    node = parse(found.example, errors)
    found.form.read(Place(node, key, Desk(Names(currency="EUR"), errors)))
    assert errors == []


def test_the_schema_knows_every_key_and_every_wording():
    schema = habits_schema()
    assert set(schema["properties"]) == set(HABITS.keys)
    assert (schema["required"], schema["additionalProperties"]) == (["shopper", "currency", "habits"], False)
    often = schema["$defs"]["how-often-something-happens"]["pattern"]
    assert [bool(re.match(often, text)) for text in ("2 a week", "every 10 days", "now and then")] == [
        True,
        True,
        False,
    ]


def test_money_goes_from_one_currency_to_another_with_one_rounding():
    exchange = Exchange("EUR", {"USD": Rate(92, 100), "RUB": Rate(105, 10_000), "JPY": Rate(1, 2)})
    assert exchange.into("EUR", Price(25_00, "USD")) == 23_00
    assert exchange.into("RUB", Price(25_00, "USD")) == 2_190_48
    assert exchange.into("JPY", Price(5_00, "EUR")) == 1_000
    assert exchange.missing(["GBP", "USD", "EUR", "CHF"]) == ["CHF", "GBP"]


# When it happens.

FIRST = day_of(date(2026, 1, 1))


def days(times: int, first: int = FIRST, **more) -> list[date]:
    one = Habit(times=times, category="x", price=Price(1, "EUR"), **more)
    return [date_of(occasion.day) for occasion in occasions([one], first)]


def test_a_habit_happens_in_the_middle_of_equal_parts_of_the_year():
    assert days(1) == [date(2026, 7, 2)]
    assert days(2) == [date(2026, 4, 2), date(2026, 10, 1)]
    assert days(365) == [date_of(FIRST + day) for day in range(365)]
    assert len(set(days(365, day_of(date(2028, 1, 1))))) == 365


def test_a_habit_keeps_to_its_weekdays_and_to_the_year():
    assert {day.weekday() for day in days(104, weekdays=(5,))} == {5}
    assert days(1, weekdays=(0,)) == [date(2026, 7, 6)]
    every_day_on_monday = days(365, weekdays=(0,))
    assert every_day_on_monday[-1] == date(2026, 12, 28), "the last Monday of the year, and not the first of the next"


@pytest.mark.parametrize(("share", "back"), [
    (Rate(0, 1), []), (Rate(1, 10), [9, 19]), (Rate(1, 2), [*range(1, 20, 2)]), (Rate(1, 1), [*range(20)]),
    (Rate(3, 25), [8, 16]),
])  # fmt: skip
def test_what_comes_back_is_spread_evenly(share, back):
    one = Habit(times=20, category="x", price=Price(1, "EUR"), returned=share)
    assert [occasion.number for occasion in occasions([one], FIRST) if occasion.is_returned] == back
