"""Whatever is put in, the reader answers with a program or with errors: no crash, no hang, no half-read program."""

import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import guerdon.demo
from guerdon.core.program import Program
from guerdon.core.version import Version
from guerdon.language import ProgramErrors, read_program
from guerdon.language.amounts import MONEY, QUANTITY
from guerdon.language.benefits import AFTER_PURCHASE, ALLOWED
from guerdon.language.coupons import ON
from guerdon.language.dates import DATE, HOURS, MONTH, WEEKDAY
from guerdon.language.discounts import FROM, OFFER
from guerdon.language.errors import CODES, Wrong
from guerdon.language.figures import FACTOR
from guerdon.language.offs import MONEY_PER_PERIOD, OFF, SHARE, STEP_SHARE, USES
from guerdon.language.place import Names, Scope, UnitFacts
from guerdon.language.rates import MEMBER_CAP, OWN_AMOUNT, RATE, THRESHOLD, WORTH
from guerdon.language.terms import LIFE, TERM, WINDOW

GROCERY = Path(guerdon.demo.__file__).with_name("grocery.yaml").read_text(encoding="utf-8")
LINES = GROCERY.splitlines()
WORDS = sorted(set(re.findall(r"[\w/-]+|[^\w\s]", GROCERY)))

NASTY = st.sampled_from(
    [
        "",
        " ",
        "\t",
        "\n",
        "\x00",
        "\ud800",
        "\u2028",
        "\ufeff",
        "[",
        "{",
        "}",
        "]",
        "- ",
        "? ",
        ": ",
        "&a",
        "*a",
        "<<",
        "!!set",
        "%YAML 1.1",
        "---",
        "...",
        "|",
        ">",
        '"',
        "'",
        "#",
        "@",
        "`",
        "~",
        "null",
        "no",
        "9" * 400,
        "-1",
        "0",
        "1e9",
        ".inf",
        "0x10",
        "1_0",
        "٣",
        "1.5",
        "2,000",
        "[" * 50,
        "{a: " * 50,
        "5 EUR",
        "0 points",
        "1.5 points",
        "points",
        "base",
        "2017-02-30",
        "9999-12-31",
        "rolling 99999999 years",
        "100000000000000000000 USD",
        "(" * 200,
        "17:00-16:00",
        "never",
        "nothing",
    ]
)
SLOWLY = settings(deadline=2_000, suppress_health_check=[HealthCheck.too_slow])


def read(text: str) -> Program | None:
    """The program, which can be compiled, or None for errors, which all have a place and a known code."""
    try:
        program = read_program(text)
    except ProgramErrors as wrong:
        check_errors(wrong, lines=1 + sum(text.count(end) for end in "\n\r\x85\u2028\u2029"))
        return None
    Version(program)
    return program


def check_errors(wrong: ProgramErrors, lines: int) -> None:
    assert wrong.errors
    for error in wrong.errors:
        assert 1 <= error.line <= lines
        assert error.column >= 1
        assert error.code in CODES
        assert error.sentence
        assert "\n" not in error.sentence
    assert str(wrong).count("\n") + 1 == len(wrong.errors)


@given(st.text(max_size=400) | st.lists(NASTY | st.sampled_from(WORDS)).map(" ".join))
@SLOWLY
def test_any_text(text):
    assert read(text) is None


@st.composite
def mutated(draw):
    """The grocery's file with a few of its lines or words changed."""
    lines = list(LINES)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(lines) - 1))
        change = draw(st.sampled_from(["drop", "double", "swap", "word", "value", "indent", "insert"]))
        if change == "drop":
            del lines[at]
        elif change == "double":
            lines.insert(at, lines[at])
        elif change == "swap":
            other = draw(st.integers(0, len(lines) - 1))
            lines[at], lines[other] = lines[other], lines[at]
        elif change == "indent":
            lines[at] = " " * draw(st.integers(0, 6)) + lines[at].lstrip()
        elif change == "value":
            lines[at] = lines[at].partition(":")[0] + ": " + draw(NASTY)
        else:
            words = re.findall(r"\s+|[\w/-]+|[^\w\s]", lines[at]) or [""]
            place = draw(st.integers(0, len(words) - 1))
            words[place] = draw(NASTY | st.sampled_from(WORDS)) + (words[place] if change == "insert" else "")
            lines[at] = "".join(words)
    return "\n".join(lines) + "\n"


@given(mutated())
@SLOWLY
def test_a_changed_grocery(text):
    read(text)


@given(st.integers(0, len(GROCERY)), st.integers(0, 200), NASTY)
@SLOWLY
def test_a_torn_grocery(at, length, put):
    read(GROCERY[:at] + put + GROCERY[at + length :])


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? ", "[{a: ", "mechanics:\n  - earn: {a: ["])
@pytest.mark.parametrize("times", [10, 1_000, 30_000])
def test_deep_nesting(opening, times):
    assert read(opening * times) is None


HEAD = "program: p\ncurrency: USD\ntimezone: UTC\neffective_from: 2026-01-01\n"


@pytest.mark.timeout(30)
@pytest.mark.parametrize(
    "text",
    [
        HEAD + "units:\n" + "".join(f"  u{n}s: {{}}\n" for n in range(60_000)) + "returns: {points: lost}",
        HEAD
        + "units:\n"
        + "".join(f"  u{n}s: {{}}\n" for n in range(9_000))
        + "rewards:\n"
        + "".join(f"- {{reward: r{n}, cost: 5 u{n % 10_000}}}\n" for n in range(20_000)),
        HEAD + "units: {u: {}}\nmeters: {m: {sum: items, window: ever}}\nmechanics:\n- tiers:\n    kept: never\n"
        "    meter: m\n    levels:\n" + "".join(f"      l{n}: {n}\n" for n in range(40_000)),
        HEAD
        + "units: {u: {}}\nmechanics:\n"
        + "".join(f"- {{earn: u, name: m{n}, multiply: m{n - 1}}}\n" for n in range(15_000)),
        "a: &a b\n" + "".join(f"b{n}: *a\n" for n in range(50_000)),
        "a: " + "9" * 900_000,
        "a: " + "_" * 900_000,
        "\n".join(f"k{number}: v" for number in range(60_000)),
        "units: [" + "x, " * 200_000 + "]",
        "a: " + "'" * 500_000,
        "\n" * 999_999,
        "#" * 1_000_000,
        "- " + "a b " * 200_000,
        "currency: " + "A" * 900_000,
    ],
    ids=lambda text: text[:40],
)
def test_a_large_file_is_answered(text):
    assert read(text) is None


SCOPE = Scope(
    Names(
        currency="USD",
        units={
            "points": UnitFacts(0, money=False),
            "stars": UnitFacts(2, money=False),
            "cash": UnitFacts(2, money=True),
        },
        meters={"points": "points", "stars": "spend", "cash": "visits"},
    )
)
PHRASES = [
    MONEY,
    QUANTITY,
    DATE,
    HOURS,
    MONTH,
    WEEKDAY,
    FACTOR,
    MEMBER_CAP,
    OWN_AMOUNT,
    RATE,
    THRESHOLD,
    WORTH,
    LIFE,
    TERM,
    WINDOW,
    OFF,
    SHARE,
    STEP_SHARE,
    USES,
    MONEY_PER_PERIOD,
    OFFER,
    FROM,
    ON,
    ALLOWED,
    AFTER_PURCHASE,
]
PARTS = st.sampled_from(
    [
        "1",
        "0",
        "0.50",
        "1_000",
        "9" * 40,
        "0." + "0" * 40 + "1",
        "USD",
        "EUR",
        "points",
        "point",
        "stars",
        "cash",
        "per",
        "a",
        "week",
        "month",
        "months",
        "rolling",
        "calendar",
        "until the end of",
        "next",
        "after the end of the",
        "without activity",
        "%",
        "in",
        "off",
        "for",
        "buy",
        "get",
        "free",
        "a set at",
        "each item",
        "of the bill",
        "of a purchase",
        "once",
        "times",
        "from",
        "on reached",
        "on reward",
        "days before the birthday",
        "never",
        "2026-02-29",
        "17:00-19:00",
        "sat",
        "sun-mon",
        "-",
        ".",
        "year",
        "quarter",
        "day",
    ]
)


@given(
    st.sampled_from(PHRASES),
    st.sampled_from(["", "points", "stars", "cash"]),
    st.lists(PARTS, max_size=7).map(" ".join) | st.text(),
)
@settings(max_examples=500)
def test_any_wording(phrase, subject, text):
    told = None
    try:
        phrase.parse(text, SCOPE._replace(subject=subject))
    except Wrong as wrong:
        told = wrong
    assert told is None or (told.code in CODES and len(told.sentence) < 400)
