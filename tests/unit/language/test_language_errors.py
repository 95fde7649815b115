"""What is wrong with a file is told at once, each with its line, and one mistake is told once."""

import pytest

from guerdon.language import ProgramErrors, read_program
from guerdon.language.errors import CODES, ProgramError

HEAD = """\
program: glow
currency: USD
timezone: America/New_York
effective_from: 2026-01-01
units:
  points: {worth: 1 USD per 100 points}
  stars: {decimals: 2}
  vouchers: {in: USD}
meters:
  spend_this_year: {sum: spend, window: calendar year}
lanes: {campaigns: best}
"""
FIRST_LINE = HEAD.count("\n") + 1

TEN_MISTAKES = """\
program: Glow
title: {en: Glow, english: Glow}
currency: USD
timezone: America/New_Yrok
effective_from: 2026-02-30
units:
  points: {expires: 18 moths}
meters:
  spend_this_year: {sum: spend, window: calendar year}
mechanics:
  - earn: points
    rate: 1 per 1 EUR
  - earn: points
    name: double
    rate: 1 per 1 USD
    when: {catagory: skincare, tier: [vip]}
    limit: 500 stars a week
  - tiers:
      meter: spend_this_yaer
      levels: {insider: 0, rouge: 100 USD}
      kept: 1 year
"""
TEN_ERRORS = """\
glow.yaml:1:10: `Glow` is not a name; write for example `summer-points` or `spend_this_year`
glow.yaml:2:19: `english` is not a language; write for example `en` or `bg`
glow.yaml:4:11: `America/New_Yrok` is not a time zone; did you mean `America/New_York`?
glow.yaml:5:17: `2026-02-30` is not a day of the calendar
glow.yaml:7:21: `18 moths` is not a term, a term without activity, or `never`; write for example `18 months` or \
`18 months without activity`
glow.yaml:12:11: `EUR` is not the currency of this program; write `1 USD`
glow.yaml:16:12: `catagory` is not a key of the conditions; did you mean `category`?
glow.yaml:16:39: `vip` is not a level of a tier ladder of this program; there is `insider` and `rouge`
glow.yaml:17:12: `stars` is not what is given here; write `500 points`
glow.yaml:19:14: `spend_this_yaer` is not a meter of this program; did you mean `spend_this_year`?"""


def errors_of(text: str) -> tuple[ProgramError, ...]:
    with pytest.raises(ProgramErrors) as wrong:
        read_program(text, "glow.yaml")
    assert {error.code for error in wrong.value.errors} <= CODES.keys()
    return wrong.value.errors


def only_error(text: str) -> ProgramError:
    errors = errors_of(text)
    assert len(errors) == 1, [error.sentence for error in errors]
    return errors[0]


def test_ten_mistakes_are_ten_errors():
    with pytest.raises(ProgramErrors) as wrong:
        read_program(TEN_MISTAKES, "glow.yaml")
    assert str(wrong.value) == TEN_ERRORS


def test_an_error_says_where_what_and_what_instead():
    error = only_error(HEAD + "mechanics:\n  - earn: points\n    rate: 1 per 1 USD\n    when: {catagory: skincare}\n")
    assert error == ProgramError(
        line=FIRST_LINE + 3,
        column=12,
        path="mechanics[0].when.catagory",
        code="key_unknown",
        sentence="`catagory` is not a key of the conditions; did you mean `category`?",
        found="catagory",
        expected="category",
    )


FLAT = "mechanics:\n  - earn: points\n    flat: 1\n"
WHEN = FLAT + "    when: "
TIERS = "mechanics:\n  - tiers:\n      meter: spend_this_year\n      kept: 1 year\n      levels: "
TEA = "rewards:\n  - reward: tea\n    cost: 5 points\n"

# Each is put behind HEAD: the code of its one error, the line within it (from 1), and words of its sentence.
MISTAKES = [
    # references
    ("name_unknown", 2, "did you mean `points`", "mechanics:\n  - earn: point\n    flat: 1\n"),
    ("name_unknown", 4, "did you mean `campaigns`", FLAT + "    lane: campaign\n"),
    ("name_unknown", 3, "not a unit", "rewards:\n  - reward: tea\n    cost: 5 pints\n"),
    # kinds of mechanics
    ("key_unknown", 2, "did you mean `earn`", "mechanics:\n  - ern: points\n    flat: 1\n"),
    (
        "key_unknown",
        2,
        "needs a key that says its kind: `earn`, `tiers`, `vouchers`, `referral`",
        "mechanics:\n  - name: lost\n",
    ),
    ("settings_conflict", 2, "two mechanics", "mechanics:\n  - earn: points\n    tiers: {}\n"),
    # how much
    ("key_missing", 2, "`rate`, `flat`, `bands`, `ladder` or `multiply`", "mechanics:\n  - earn: points\n"),
    (
        "settings_conflict",
        4,
        "exclude each other",
        "mechanics:\n  - earn: points\n    rate: 1 per 1 USD\n    flat: 5\n",
    ),
    ("scale_exceeded", 3, "write `5 per 20 USD`", "mechanics:\n  - earn: points\n    rate: 1.25 per 5 USD\n"),
    ("number_out_of_range", 3, "above 0", "mechanics:\n  - earn: points\n    flat: 0 points\n"),
    ("number_out_of_range", 3, "too large", "mechanics:\n  - earn: points\n    flat: 1_000_000_000_000_001\n"),
    (
        "settings_conflict",
        4,
        "means nothing without `multiply`",
        "mechanics:\n  - earn: points\n    flat: 5\n    times: 2\n",
    ),
    # multiplying
    ("name_unknown", 3, "not a mechanic above", "mechanics:\n  - earn: points\n    multiply: base\n"),
    (
        "order_wrong",
        3,
        "above this one",
        "mechanics:\n  - earn: points\n    multiply: base\n  - earn: points\n    name: base\n    flat: 5\n",
    ),
    (
        "order_wrong",
        3,
        "above this one",
        "mechanics:\n  - earn: points\n    multiply: points\n",
    ),
    (
        "unit_other",
        5,
        "gives `points`",
        FLAT + "  - earn: stars\n    multiply: points\n",
    ),
    (
        "settings_conflict",
        6,
        "both must react to the same",
        FLAT + "    on: enrol\n  - {earn: points, name: more,\n     multiply: points}\n",
    ),
    (
        "settings_conflict",
        8,
        "exclude each other",
        FLAT + "  - earn: points\n    name: more\n    multiply: points\n    times: 2\n    by: 3\n",
    ),
    # triggers
    (
        "settings_conflict",
        4,
        "needs something paid",
        "mechanics:\n  - earn: points\n    on: enrol\n    rate: 1 per 1 USD\n",
    ),
    (
        "matcher_misplaced",
        5,
        "`category` looks at a purchase",
        "mechanics:\n  - earn: points\n    on: action review\n    flat: 5\n    when: {category: soup}\n",
    ),
    ("phrase_wrong", 3, "not something to react to", "mechanics:\n  - earn: points\n    on: review\n    flat: 5\n"),
    # names
    ("name_twice", 4, "the other is on line {2}", FLAT + "  - earn: points\n    flat: 2\n"),
    ("name_twice", 2, "the other is on line {2}", "mechanics:\n  [{earn: points, flat: 1}, {earn: points, flat: 2}]\n"),
    (
        "name_twice",
        4,
        "two rewards",
        TEA + "  - reward: tea\n    cost: 6 points\n",
    ),
    # tiers
    (
        "order_wrong",
        5,
        "the first level listed has 0",
        TIERS + "{vib: 350 USD, rouge: 1000 USD}\n",
    ),
    (
        "order_wrong",
        5,
        "`rouge` is not above",
        TIERS + "{a: 0, vib: 350 USD, rouge: 350 USD}\n",
    ),
    (
        "unit_other",
        5,
        "write for example `350 USD`",
        TIERS + "{a: 0, vib: 350}\n",
    ),
    (
        "name_twice",
        9,
        "two tier levels",
        TIERS + "{a: 0, b: 5 USD}\n"
        "  - name: more\n    tiers:\n      meter: spend_this_year\n      levels: {c: 0, b: 5 USD}\n"
        "      kept: 1 year\n",
    ),
    # vouchers
    (
        "unit_other",
        4,
        "a voucher is money",
        "mechanics:\n  - vouchers:\n      every: 500 points\n      gives: 5 stars\n      issued: every month\n",
    ),
    (
        "unit_other",
        3,
        "is money already",
        "mechanics:\n  - vouchers:\n      every: 5 USD\n      gives: 5 USD\n      issued: every month\n",
    ),
    # rewards
    ("settings_conflict", 4, "leave it out", TEA + "    valid: 3 days\n"),
    ("number_out_of_range", 4, "too small", TEA + "    stock: 0\n"),
    ("key_unknown", 4, "the conditions of a reward", TEA + "    when: {basket_at_least: 5 USD}\n"),
    ("name_unknown", 4, "`basket` is not there", TEA + "    when: {if: basket.total > 5}\n"),
    # conditions
    ("order_wrong", 4, "before the first", WHEN + "{between: [2026-04-14, 2026-04-04]}\n"),
    ("phrase_wrong", 4, "the first and the last day", WHEN + "{between: [2026-04-14]}\n"),
    ("kind_wrong", 4, "`between` is `2026-04-14`", WHEN + "{between: 2026-04-14}\n"),
    ("phrase_wrong", 4, "write for example `2026-04`", WHEN + "{category: {May: soup}}\n"),
    ("value_empty", 4, "is empty", WHEN + "{brand: []}\n"),
    ("phrase_wrong", 4, "between its parts", WHEN + "{category: soup/}\n"),
    ("expression_wrong", 4, "is not an expression", WHEN + "{if: basket.total >}\n"),
    ("name_unknown", 4, "`rand` is not among the functions", WHEN + "{if: rand(100) > 50}\n"),
    ("name_unknown", 4, "`date` is not among the functions", WHEN + "{if: 'date(\"now\") > 5'}\n"),
    ("name_unknown", 4, "`map` is not among the functions", WHEN + "{if: 'len(map([1, 2], #)) > 1'}\n"),
    ("expression_wrong", 4, "ranges", WHEN + "{if: 'len([0..100000000]) > 1'}\n"),
    ("name_unknown", 4, "did you mean `total`", WHEN + "{if: basket.totl > 5}\n"),
    ("name_unknown", 4, "did you mean `basket`", WHEN + "{if: baskt.total > 5}\n"),
    ("name_unknown", 4, "did you mean `spend_this_year`", WHEN + "{if: meters.spend_this_yer > 5}\n"),
    ("key_unknown", 4, "`000` begins a new key", FLAT + "    limit: {total: 2,000}\n"),
    # values
    ("value_empty", 3, "`flat` is empty", "mechanics:\n  - earn: points\n    flat:\n"),
    ("value_empty", 1, "a list of mechanics belongs here", "mechanics: []\n"),
    ("kind_wrong", 1, "a list of mechanics belongs here", "mechanics: {earn: points}\n"),
    ("kind_wrong", 3, "`flat` is a list", "mechanics:\n  - earn: points\n    flat: [5]\n"),
    ("phrase_wrong", 1, "write `exact`, `at today's rate` or `kept`", "returns: {points: true}\n"),
    ("phrase_wrong", 1, "up to 30 days", "late_events: 30\n"),
    ("key_unknown", 1, "did you mean `rewards`", "rewadrs:\n  - reward: tea\n    cost: 5 points\n"),
    ("key_twice", 1, "the first time on line 2", "currency: EUR\n"),
]


@pytest.mark.parametrize(("code", "line", "words", "text"), MISTAKES, ids=[f"{m[0]}: {m[2]}" for m in MISTAKES])
def test_one_mistake_is_one_error(code, line, words, text):
    error = only_error(HEAD + text)
    expected = words.replace("{2}", str(FIRST_LINE + 1))
    assert (error.code, error.line) == (code, FIRST_LINE + line - 1)
    assert expected in error.sentence


# The same for the first part of the file, with one line of HEAD put otherwise.
CHANGES = [
    ("currency: USD", "currency: usd", "phrase_wrong"),
    ("currency: USD", "curency: USD", "key_unknown"),
    ("timezone: America/New_York", "timezone: America", "timezone_unknown"),
    ("timezone: America/New_York", "timezone: ../../etc/passwd", "phrase_wrong"),
    ("program: glow\n", "", "key_missing"),
    ("effective_from: 2026-01-01", "effective_from: 01.01.2026", "phrase_wrong"),
    ("effective_from: 2026-01-01", "effective_from: 1999-01-01", "number_out_of_range"),
    ("{decimals: 2}", "{decimals: 7}", "number_out_of_range"),
    ("{decimals: 2}", "{decimals: 2, in: USD}", "settings_conflict"),
    ("{in: USD}", "{in: USD, worth: 1 USD per 1 voucher}", "settings_conflict"),
    ("{in: USD}", "{in: EUR}", "currency_other"),
    ("{decimals: 2}", "", "value_empty"),
    ("{worth: 1 USD per 100 points}", "{worth: 1 USD per 0 points}", "number_out_of_range"),
    ("{worth: 1 USD per 100 points}", "{expires: [1 year, 2 years]}", "settings_conflict"),
    ("{sum: spend, window: calendar year}", "{sum: points earned, window: ever, of: {brand: x}}", "matcher_misplaced"),
    ("{sum: spend, window: calendar year}", "{sum: pints earned, window: ever}", "name_unknown"),
    ("{sum: spend, window: calendar year}", "{sum: spend, count: visits, window: ever}", "settings_conflict"),
    ("{sum: spend, window: calendar year}", "{window: ever}", "key_missing"),
    ("{sum: spend, window: calendar year}", "{sum: spend, window: this year}", "phrase_wrong"),
    ("{campaigns: best}", "{campaigns: worst}", "phrase_wrong"),
    ("{campaigns: best}", "{Campaigns: best}", "phrase_wrong"),
]


@pytest.mark.parametrize(("right", "wrong", "code"), CHANGES)
def test_one_mistake_in_the_declarations_is_one_error(right, wrong, code):
    assert right in HEAD
    assert only_error(HEAD.replace(right, wrong)).code == code


def test_no_units_is_one_error_whatever_uses_them():
    units = HEAD[HEAD.index("units:") : HEAD.index("meters:")]
    text = "mechanics:\n  - earn: points\n    rate: 1 per 1 USD\nrewards:\n  - reward: tea\n    cost: 5 points\n"
    assert only_error((HEAD + text).replace(units, "units: {}\n")).code == "value_empty"
    assert only_error((HEAD + text).replace(units, "")).code == "key_missing"


def test_the_head_alone_is_right():
    assert read_program(HEAD).program == "glow"
