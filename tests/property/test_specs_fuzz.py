"""Whatever is put in, the reader of specs answers with cases that run or with errors, and passes nothing over."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import guerdon.demo
from guerdon.core.timeline import Timeline
from guerdon.core.version import Version
from guerdon.language import ProgramErrors, read_program
from guerdon.language.errors import CODES, Wrong
from guerdon.language.place import Scope
from guerdon.specs import read_specs, run
from guerdon.specs.cases import Specs
from guerdon.specs.declared import declared_by
from guerdon.specs.effects import SUM
from guerdon.specs.wordings import (
    ANY_MONEY,
    CHANGE,
    GIVEN,
    HOLDING,
    LEFT,
    LINE,
    LOT,
    MOMENT,
    MOMENT_OR_NEVER,
    READING,
    RETURNED_LINE,
    WHOLE_NUMBER,
)
from tests.property.test_language_fuzz import NASTY, SLOWLY, check_errors

FOLDER = Path(guerdon.demo.__file__).parent
TIMELINE = Timeline([Version(read_program((FOLDER / "grocery.yaml").read_text("utf-8")))])
NAMES = declared_by(TIMELINE)
CASES = (FOLDER / "grocery.specs.yaml").read_text("utf-8")
HEAD, *PARTS = re.split(r"^(?=  - case:)", CASES, flags=re.M)
WORDS = sorted(set(re.findall(r"[\w/-]+|[^\w\s]", CASES)))


def read(text: str) -> Specs | None:
    """The cases, which can be run, or None for errors, which all have a place and a known code."""
    try:
        specs = read_specs(text, TIMELINE)
    except ProgramErrors as wrong:
        check_errors(wrong, lines=1 + sum(text.count(end) for end in "\n\r\x85\u2028\u2029"))
        return None
    for result in run(specs, TIMELINE):
        for wrong_step in result.wrong:
            for difference in wrong_step.differences:
                assert difference.expected != difference.came
    return specs


@given(st.text(max_size=400) | st.lists(NASTY | st.sampled_from(WORDS)).map(" ".join))
@SLOWLY
def test_any_text(text):
    assert read(text) is None


@st.composite
def mutated(draw):
    """A few of the grocery's cases with some lines or words changed."""
    chosen = draw(st.lists(st.sampled_from(PARTS), min_size=1, max_size=3, unique=True))
    lines = (HEAD + "".join(chosen)).splitlines()
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(lines) - 1))
        change = draw(st.sampled_from(["drop", "double", "swap", "word", "value", "indent", "insert"]))
        if change == "drop":
            del lines[at]
            lines = lines or [""]
        elif change == "double":
            lines.insert(at, lines[at])
        elif change == "swap":
            other = draw(st.integers(0, len(lines) - 1))
            lines[at], lines[other] = lines[other], lines[at]
        elif change == "indent":
            lines[at] = " " * draw(st.integers(0, 10)) + lines[at].lstrip()
        elif change == "value":
            lines[at] = lines[at].partition(":")[0] + ": " + draw(NASTY)
        else:
            words = re.findall(r"\s+|[\w/-]+|[^\w\s]", lines[at]) or [""]
            place = draw(st.integers(0, len(words) - 1))
            words[place] = draw(NASTY | st.sampled_from(WORDS)) + (words[place] if change == "insert" else "")
            lines[at] = "".join(words)
    return "\n".join(lines) + "\n"


@given(mutated())
@settings(SLOWLY, max_examples=200)
def test_changed_cases(text):
    read(text)


@given(st.integers(0, len(CASES)), st.integers(0, 200), NASTY)
@SLOWLY
def test_a_torn_file(at, length, put):
    read(CASES[:at] + put + CASES[at + length :])


@given(st.sampled_from(PARTS), st.data())
@SLOWLY
def test_a_key_that_means_nothing_is_never_passed_over(part, data):
    """A key with letters more is an error, unless it is a member that the case chooses."""
    keys = [key for key in re.finditer(r"(?<=[{ ,-])([a-z_]+)(?=: )", part) if key[0] not in ("ann", "bob")]
    key = data.draw(st.sampled_from(keys))
    assert read(HEAD + part[: key.start()] + "zzz" + part[key.start() :]) is None


@given(st.sampled_from(PARTS), st.data())
@SLOWLY
def test_a_number_that_is_expected_is_looked_at(part, data):
    """An amount of points a case expects, made one larger, gives an error or a difference."""
    numbers = list(re.finditer(r"(?<=[ {]points: )(-?\d[\d_]*)(?=[ ,}\n])", part))
    if not numbers:
        return
    number = data.draw(st.sampled_from(numbers))
    changed = f"{int(number[0].replace('_', '')) + 1}"
    specs = read_specs(HEAD + part[: number.start()] + changed + part[number.end() :], TIMELINE)
    assert [result.is_right for result in run(specs, TIMELINE)] == [False]


BEGIN = "specs: grocery\ncases:\n"


@pytest.mark.timeout(30)
@pytest.mark.parametrize(
    "text",
    [
        BEGIN + "- case: x\n  steps: [" + "{at: 2017-03-01, tick: yes, x: y}, " * 20_000 + "]",
        BEGIN + "".join(f"- {{case: x{n}}}\n" for n in range(40_000)),
        BEGIN + "- case: x\n  steps: [" + "[" * 10_000,
        BEGIN + "- case: x\n  steps:\n  - {" + ", ".join(f"k{n}: v" for n in range(60_000)) + "}",
        BEGIN + "- case: x\n  steps:\n  - {at: 2017-03-01, tick: yes, expect: {"
        + ", ".join(f"k{n}: v" for n in range(60_000)) + "}}",
        BEGIN + "- case: x\n  steps:\n  - {at: 2017-03-01, purchase: [" + "5 EUR, " * 100_000 + "]}",
        BEGIN + "- case: x\n  steps:\n  - {at: 2017-03-01, purchase: " + "1 USD of " * 100_000 + "}",
        "specs: " + "a" * 900_000,
    ],
    ids=lambda text: text[-40:],
)  # fmt: skip
def test_a_large_file_is_answered(text):
    assert read(text) is None


PHRASES = [
    ANY_MONEY, CHANGE, GIVEN, HOLDING, LEFT, LINE, LOT, MOMENT, MOMENT_OR_NEVER, READING, RETURNED_LINE, SUM,
    WHOLE_NUMBER,
]  # fmt: skip
PIECES = st.sampled_from(
    [
        "1", "0", "-1", "0.50", "1_000", "9" * 40, "-", "USD", "EUR", "points", "vouchers", "in", "for", "of", "by",
        "as", "less", "line", "from", "until", "through", "2017-03-01", "2017-02-29", "2017-03-12", "02:30", "25:00",
        "12:30:15", "-05:00", "Z", "never", "nothing", "a/b",
    ]
)  # fmt: skip


@given(
    st.sampled_from(PHRASES),
    st.sampled_from(["", "points", "vouchers", "spend_12_months", "visits_30_days", "cool-bag", "spring-campaign"]),
    st.lists(PIECES, max_size=8).map(" ".join) | st.text(),
)
@settings(max_examples=500)
def test_any_wording(phrase, subject, text):
    told = None
    try:
        phrase.parse(text, Scope(NAMES, subject))
    except Wrong as wrong:
        told = wrong
    assert told is None or (told.code in CODES and len(told.sentence) < 400)
