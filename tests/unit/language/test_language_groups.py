"""Segments and experiments as they are written, and triggers and conditions that name them."""

from datetime import date

import pytest

from guerdon.core.program import DeclaredSegment, Experiment, Program
from guerdon.language import Difference, ProgramErrors, differences, read_program, read_with_words
from guerdon.leaflet import leaflet, markdown
from guerdon.lint import lint
from guerdon.mechanics import Coupon, Earn

HEAD = """\
program: shop
currency: USD
timezone: America/New_York
effective_from: 2026-01-01
units: {points: {}, stars: {}}
meters: {spend: {sum: spend, window: rolling 12 months}}
segments:
  at-risk: {if: days_since_last_purchase > 60 and meters.spend >= 30000, title: {en: friends we miss, bg: липсващи}}
  plus: {if: purchases > 3}
experiments:
  spring:
    groups: {control: 20%, ten: 40.5 %, twenty: 39.5%}
    between: [2026-04-01, 2026-06-30]
    title: Spring
  never: {groups: {holdout: 5%, rest: 95%}}
mechanics:
"""
PLAN = "  - {membership: plus}\n"


def read(*mechanics: str, head: str = HEAD) -> Program:
    return read_program(head + PLAN + "".join([f"  - {mechanic}\n" for mechanic in mechanics]))


def wrong(*mechanics: str, head: str = HEAD) -> list[tuple[int, str, str]]:
    with pytest.raises(ProgramErrors) as found:
        read(*mechanics, head=head)
    return [(error.line, error.code, error.sentence) for error in found.value.errors]


def earn(settings: str, head: str = HEAD) -> Earn:
    found = read(f"{{earn: points, flat: 1, {settings}}}", head=head).mechanics[-1]
    assert isinstance(found, Earn)
    return found


def test_what_is_declared():
    program = read()
    assert program.segments == {
        "at-risk": DeclaredSegment(
            expression="days_since_last_purchase > 60 and meters.spend >= 30000",
            title={"en": "friends we miss", "bg": "липсващи"},
        ),
        "plus": DeclaredSegment(expression="purchases > 3"),
    }
    assert program.experiments == {
        "spring": Experiment(
            groups={"control": 2_000, "ten": 4_050, "twenty": 3_950},
            between=(date(2026, 4, 1), date(2026, 6, 30)),
            title={"en": "Spring"},
        ),
        "never": Experiment(groups={"holdout": 500, "rest": 9_500}),
    }
    assert list(program.experiments["spring"].groups) == ["control", "ten", "twenty"]


@pytest.mark.parametrize(
    ("written", "trigger"),
    [
        ("entered at-risk", "entered_segment:at-risk"),
        ("entered segment at-risk", "entered_segment:at-risk"),
        ("entered VIP", "entered_segment:VIP"),
        ("left at-risk", "left_segment:at-risk"),
        ("left plus", "left:plus"),
        ("left segment plus", "left_segment:plus"),
        ("left segment VIP", "left_segment:VIP"),
    ],
)
def test_triggers(written, trigger):
    assert earn(f"on: {written}").on == trigger
    coupon = read(f"{{coupon: c, off: 5 USD off, issued: {{on: {written}}}}}").mechanics[-1]
    assert isinstance(coupon, Coupon)
    assert coupon.on == trigger


def test_conditions():
    assert earn("when: {experiment: {spring: ten}}").when.experiment == {"spring": ("ten",)}
    both = earn("when: {experiment: {spring: [ten, twenty], never: rest}}").when.experiment
    assert both == {"spring": ("ten", "twenty"), "never": ("rest",)}
    assert earn("except: {experiment: {never: holdout}}").unless.experiment == {"never": ("holdout",)}
    assert earn("when: {segment: from-outside}").when.segment == ("from-outside",)


NAMES = [
    (
        "on: left at-rsk",
        "name_unknown",
        "`at-rsk` is not a membership plan or a segment of this program; did you mean `at-risk`?",
    ),
    (
        "when: {experiment: {sprnig: ten}}",
        "name_unknown",
        "`sprnig` is not an experiment of this program; did you mean `spring`?",
    ),
    (
        "when: {experiment: {spring: tem}}",
        "name_unknown",
        "`tem` is not a group in this experiment of this program; did you mean `ten`?",
    ),
    (
        "when: {experiment: {spring: rest}}",
        "name_unknown",
        "`rest` is not a group in this experiment of this program; there is `control`, `ten` and `twenty`",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("settings", "code", "sentence"), NAMES)
def test_names_that_nothing_has(settings, code, sentence):
    assert wrong(f"{{earn: points, flat: 1, {settings}}}") == [(18, code, sentence)]


def test_an_experiment_is_no_matter_of_a_meter():
    head = HEAD.replace("window: rolling 12 months", "window: ever, of: {experiment: {spring: ten}}")
    assert [code for _, code, _ in wrong(head=head)] == ["key_unknown"]


SHARES = [
    (
        "control: 20%, ten: 40%, twenty: 39%",
        "shares_wrong",
        "the shares of the groups come to 99 % and must come to 100 %; a group of 1 % takes in the rest",
    ),
    (
        "control: 20%, ten: 40%, twenty: 40.01%",
        "shares_wrong",
        "the shares of the groups come to 100.01 % and must come to 100 %; make some smaller",
    ),
    ("all: 100%", "shares_wrong", "one group of all members tells nothing; give another one to compare it with"),
    ("control: 0%, ten: 100%", "number_out_of_range", "`0` is nothing; an amount above 0 belongs here"),
    ("control: 101%, ten: 1%", "number_out_of_range", "`101%` is more than all members; at most `100 %` fits"),
    ("control: 20, ten: 80%", "phrase_wrong", "`20` is not a share of members; write for example `20 %` or `12.5 %`"),
    ("control: 20.005%, ten: 80%", "scale_exceeded", "`20.005` has too many decimals: a share of members has 2"),
]  # fmt: skip


@pytest.mark.parametrize(("groups", "code", "sentence"), SHARES)
def test_groups_that_take_in_everybody_once(groups, code, sentence):
    head = HEAD.replace("control: 20%, ten: 40.5 %, twenty: 39.5%", groups)
    assert wrong(head=head) == [(12, code, sentence)]


RULES = [
    ("meters.spent > 3", "name_unknown", "`meters.spent` is not there to look at; did you mean `spend`?"),
    ("wallets.point > 3", "name_unknown", "`wallets.point` is not there to look at; did you mean `points`?"),
    (
        "days_since_purchase > 3",
        "name_unknown",
        "`days_since_purchase` is not there to look at; did you mean `days_since_last_purchase`?",
    ),
    ("segments == 3", "name_unknown", None),
    ("purchases >", "expression_wrong", None),
    ("purchases", "expression_wrong", "`purchases` is a value, and neither true nor false; compare it with one"),
    (
        "tiers > 3",
        "expression_wrong",
        "`tiers > 3` cannot be worked out: it compares or adds up what is not of one kind",
    ),
    ("rand(3) > 1", "name_unknown", None),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "code", "sentence"), RULES)
def test_rules_that_cannot_be_asked(rule, code, sentence):
    ((line, found, told),) = wrong(head=HEAD.replace("purchases > 3", rule))
    assert (line, found, told if sentence else None) == (9, code, sentence)


def test_a_segment_has_one_title():
    head = HEAD.replace("segments:", "titles: {segment: {at-risk: lapsing, students: our students}}\nsegments:")
    told = "the segment `at-risk` has a title of its own, and another one here; leave one of them out"
    assert wrong(head=head) == [(7, "settings_conflict", told)]


# What is said of it.


def told(settings: str, language: str = "en") -> str:
    return markdown(leaflet(read(f"{{earn: points, flat: 10, {settings}}}"), language))


def test_members_are_not_told_their_group():
    for language, sentence in {
        "en": "for some members, while we try it out",
        "ru": "для некоторых участников, пока мы это пробуем",
        "bg": "за някои членове, докато го изпробваме",
    }.items():
        shown = told("when: {experiment: {spring: ten}}", language)
        assert sentence in shown.lower()
        assert "ten" not in shown.lower().replace("often", "")
        assert "Spring" not in shown


def test_segments_by_their_titles():
    assert "as soon as you belong to friends we miss" in told("on: entered at-risk")
    assert "щом влезете в групата „липсващи“" in told("on: entered at-risk", "bg")
    assert "once you no longer belong to friends we miss" in told("on: left at-risk")
    assert "for friends we miss" in told("when: {segment: at-risk}").lower()


# What changes.


def found(before: str, after: str) -> list[Difference]:
    return differences(read_with_words(before + PLAN, "a"), read_with_words(after + PLAN, "b"))


def test_what_a_change_of_shares_moves():
    after = HEAD.replace("control: 20%, ten: 40.5 %", "control: 10%, ten: 50.5 %")
    assert [one.sentence for one in found(HEAD, after)] == [
        "Experiment `spring`: `groups.control` was `20%`, becomes `10%`.",
        "Experiment `spring`: `groups.ten` was `40.5 %`, becomes `50.5 %`.",
        "Experiment `spring`: 10 % of all members come into another group.",
    ]


def test_what_moves_nobody():
    later = HEAD.replace("2026-06-30", "2026-07-31")
    assert [one.what for one in found(HEAD, later)] == ["changed"]
    new = HEAD.replace("  never:", "  other: {groups: {a: 50%, b: 50%}}\n  never:")
    assert [one.sentence for one in found(HEAD, new)] == [
        "Experiment `other` is new: `groups: {a: 50%, b: 50%}`."
    ]  # fmt: skip


def test_another_rule_is_a_difference():
    assert [one.sentence for one in found(HEAD, HEAD.replace("purchases > 3", "purchases > 4"))] == [
        "Segment `plus`: `if` was `purchases > 3`, becomes `purchases > 4`."
    ]


# What looks wrong.


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ("when: {segment: at-rsk}", "segment_misspelt"),
        ("except: {segment: [at-riks]}", "segment_misspelt"),
        ("on: entered at_risk", "segment_misspelt"),
        ("when: {segment: students}", ""),
        ("when: {segment: at-risk}", ""),
        ("when: {experiment: {spring: ten}, between: [2026-07-01, 2026-07-31]}", "rule_never_fires"),
        ("when: {experiment: {spring: ten}, between: [2026-06-30, 2026-07-31]}", ""),
        ("when: {experiment: {never: rest}, between: [2026-07-01, 2026-07-31]}", ""),
    ],
)
def test_what_is_most_likely_not_meant(settings, code):
    findings = lint(read(f"{{earn: points, flat: 1, {settings}}}"))
    assert [finding.code for finding in findings] == ([code] if code else [])


def test_an_experiment_that_was_over_before_the_program_began():
    head = HEAD.replace("[2026-04-01, 2026-06-30]", "[2025-04-01, 2025-06-30]")
    program = read("{earn: points, flat: 1, when: {experiment: {spring: ten}}}", head=head)
    assert [finding.code for finding in lint(program)] == ["rule_never_fires"]
