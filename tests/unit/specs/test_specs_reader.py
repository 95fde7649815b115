"""Reading specs files: every mistake with its line, every event kind with all its fields, and moments by the clock."""

from datetime import UTC, date, datetime
from typing import Annotated, Literal

import msgspec
import pytest

from guerdon.core.amounts import Rate
from guerdon.core.events import Adjust, Count, Id, Line, Money, Name, Prose, Purchase, ReturnedLine, event_from
from guerdon.core.timeline import Timeline
from guerdon.core.version import Version
from guerdon.language import ProgramErrors, read_program
from guerdon.language.errors import CODES
from guerdon.language.nodes import parse
from guerdon.language.place import Broken, Desk, Place
from guerdon.specs import Draft, read_specs
from guerdon.specs.declared import declared_by
from guerdon.specs.effects import EFFECT_KINDS, is_instant
from guerdon.specs.fields import completed, fields_of
from guerdon.specs.steps import KINDS, STEP, _main
from tests.unit.specs.test_specs_runner import BUY, CLUB, HEAD, TIMELINE

NAMES = declared_by(TIMELINE)


def errors_of(text: str) -> list[str]:
    with pytest.raises(ProgramErrors) as wrong:
        read_specs(text, TIMELINE, "club.specs.yaml")
    assert {error.code for error in wrong.value.errors} <= CODES.keys()
    return str(wrong.value).splitlines()


def event_of(step: str):
    """The event of a step of one line."""
    case = read_specs(f"{HEAD}  - {{{step}}}\n", TIMELINE).cases[0]
    return case.steps[-1].event


AT = "at: 2026-03-02"
MISTAKES = [
    (f"{AT}, purchse: 5 USD", "`purchse` is not an event; did you mean `purchase`?"),
    (f"{AT}, haircut: 5 USD", "`haircut` is not an event; there is `enrol`, `describe`"),
    (f"{AT}", "a step says what happens; one of `enrol`, `describe`"),
    (f"{AT}, purchase: 5 USD, redeem: coffee", "this has `purchase` and `redeem`; make it two steps"),
    (f"{AT}, purchase: 5 USD, stor: x", "`stor` is not a key of a step of `purchase`; did you mean `store`?"),
    (f"{AT}, purchase: 5 EUR", "`EUR` is not the currency of this program; write `5 USD`"),
    (f"{AT}, purchase: 5.005 USD", "has too many decimals: USD has 2"),
    (f"{AT}, purchase: 5", "`5` is not a line of a basket; write for example `12.50 USD of grocery/soup`"),
    (f"{AT}, purchase: [5 USD, {{brand: x}}]", "`amount` is missing from a line of a basket"),
    (f"{AT}, purchase: 5 USD, discount: -1 USD", "`-1 USD` is not an amount of money"),
    (f"{AT}, adjust: 5 beans", "`beans` is not a unit of this program"),
    (f"{AT}, adjust: 5", "`5` is not an amount of a unit, up or down"),
    (f"{AT}, purchase: 5 USD, currency: EUR", "`USD` is not the currency of this program; write `5 EUR`"),
    (f"{AT}, return: x, lines: all", "`all` is not a line that comes back"),
    (f"{AT}, return: x, lines: 10_001", "`10_001` is too large"),
    (f"{AT}, enrol: ann, member: bob", "the member stands behind `enrol` already"),
    ("at: 2026-02-29, tick: yes", "`2026-02-29` is not a day of the calendar"),
    ("at: 2026-03-08 02:30, tick: yes", "does not exist in America/New_York: the clocks go forward"),
    ("at: 2026-03-08 2:30, tick: yes", "`2026-03-08 2:30` is not a moment"),
    ("tick: yes", "`at` is missing from the first step"),
    (f"{BUY}, expect: {{}}", "`expect` is empty"),
    (f"{BUY}, expect: {{walet: {{points: 1}}}}", "`walet` is not a key of what is expected; did you mean `wallet`?"),
    (f"{BUY}, expect: {{pionts: 1}}", "`pionts` is not a key of what is expected; did you mean `points`?"),
    (f"{BUY}, expect: {{points: 1.5}}", "has too many decimals: `points` has none"),
    (f"{BUY}, expect: {{points: 5 stars}}", "`stars` is not what is counted here; write `5 points`"),
    (f"{BUY}, expect: {{points: 5 USD}}", "`5 USD` is not what is counted here; write `5 points`"),
    (f"{BUY}, expect: {{vouchers: 5}}", "`vouchers` is money; write the amount as in `5 USD`"),
    (f"{BUY}, expect: {{wallet: {{beans: 5}}}}", "`beans` is not a unit of this program"),
    (f"{BUY}, expect: {{tier: golden}}", "`golden` is not a level of a tier ladder of this program; did you mean"),
    (f"{BUY}, expect: {{tiers: {{status: gold}}}}", "`status` is not a tier ladder of this program"),
    (f"{BUY}, expect: {{meters: {{spent: 5 USD}}}}", "`spent` is not a meter of this program; did you mean `spend`?"),
    (f"{BUY}, expect: {{meters: {{spend: 5}}}}", "`spend` counts money; write the amount as in `5 USD`"),
    (f"{BUY}, expect: {{meters: {{visits: 5 USD}}}}", "`visits` does not count money"),
    (f"{BUY}, expect: {{meters: {{shine: 5 points}}}}", "`points` is not what is counted here; write `5 stars`"),
    (f"{BUY}, expect: {{granted: {{bass: 5 points}}}}", "`bass` is not a mechanic or a reward of this program; did"),
    (f"{BUY}, expect: {{granted: {{base: 5}}}}", "`5` is not an amount of a unit, or `nothing`"),
    (f"{BUY}, expect: {{granted: none}}", "`none` is not `nothing`"),
    (f"{BUY}, expect: {{refused: sold_out}}", "`sold_out` is not the code of a refusal"),
    (f"{BUY}, expect: {{left: {{tea: 1}}}}", "`tea` is not a shared limit of this program"),
    (f"{BUY}, expect: {{left: {{coffee: 1 points}}}}", "`points` is not what is counted here; write `1`"),
    (f"{BUY}, expect: {{effects: [grantd]}}", "`grantd` is not an effect; did you mean `granted`?"),
    (f"{BUY}, expect: {{effects: [{{granted: {{amont: 1}}}}]}}", "did you mean `amount`?"),
    (f"{BUY}, expect: {{effects: [{{granted: {{amount: 1 EUR}}}}]}}", "`EUR` is not the currency"),
    (f"{BUY}, expect: {{effects: [{{granted: {{amount: 1 beans}}}}]}}", "`beans` is not a unit"),
    (f"{BUY}, expect: {{effects: [{{spent: {{}}, granted: {{}}}}]}}", "an effect is one kind with its fields"),
    (f"{BUY}, expect: {{lots: {{points: [5 points until then]}}}}", "`5 points until then` is not a lot"),
    (f"{BUY}, expect: {{others: {{bob: {{paid: 5 USD}}}}}}", "`paid` is not a key of what another member has"),
    (f"{AT}, tick: yes, expect: {{paid: 5 USD}}", "`paid` is of a purchase, and this step is none"),
    (f"{AT}, action: x, attributes: [a]", "`attributes` is a list; names with what belongs to each belongs here"),
]  # fmt: skip


@pytest.mark.parametrize(("step", "told"), MISTAKES, ids=[step[:60] for step, _ in MISTAKES])
def test_a_mistake_is_told_once_with_its_line(step, told):
    errors = errors_of(f"{HEAD}  - {{{step}}}\n")
    assert len(errors) == 1, errors
    assert errors[0].startswith(f"club.specs.yaml:{HEAD.count(chr(10)) + 1}:")
    assert told in errors[0]


WHOLE_FILE = """\
specs: cub
programs: club.yaml
case: x
cases:
- case: One
  sorce: a leaflet
  steps:
  - {at: 2026-03-02, purchase: 5 USD, expect: {points: 5}}
- case: One
  enrolled: yes
  left: {tea: 1}
  steps: []
"""


def test_all_mistakes_are_told_at_once():
    places = [error.split(": ", 1) for error in errors_of(WHOLE_FILE)]
    assert [(place.removeprefix("club.specs.yaml:"), sentence.partition(";")[0]) for place, sentence in places] == [
        ("1:8", "`cub` is not the program that is checked: that is `club`"),
        ("2:11", "`programs` is `club.yaml`"),
        ("3:1", "`case` is not a key of the specs"),
        ("6:3", "`sorce` is not a key of a case"),
        ("9:9", "`One` is the name of two cases: the other is on line 5"),
        ("10:13", "`yes` is not `no`, or a moment"),
        ("11:10", "`tea` is not a shared limit of this program"),
        ("12:10", "`steps` is empty"),
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "the file is empty; it begins with `specs:` and a name"),
        ("specs: club\n", "`cases` is missing from the specs"),
        ("specs: club\ncases: [\n", "this is not YAML"),
        ("specs: club\ncases: &a []\n", "is an anchor"),
        ("[]", "the file is a list"),
    ],
)
def test_a_file_that_is_none_is_told_so(text, told):
    assert any(told in error for error in errors_of(text))


def test_a_draft_knows_its_program_and_the_files_it_names():
    draft = Draft("specs: club\nprograms: [a.yaml, b.yaml]\n")
    assert (draft.program, [(named.name, named.line) for named in draft.programs]) == (
        "club",
        [("a.yaml", 2), ("b.yaml", 2)],
    )
    assert (Draft("[]").program, Draft("[]").programs) == ("", [])


# Events.

EVENTS = [
    ("enrol: ann", {"kind": "enrol", "id": "enrol-1", "member": "ann"}),
    ("enrol: yes", {"kind": "enrol", "id": "enrol-1", "member": "member"}),
    ("purchase: 1_499.99 USD", {"kind": "purchase", "lines": [{"sku": "", "amount": 149_999}]}),
    (
        "purchase: [3 for 12.50 USD of a/b by own as 4011 less 1 USD, 0 USD of c]",
        {
            "kind": "purchase",
            "lines": [
                {"sku": "4011", "amount": 1250, "quantity": 3, "discount": 100, "category": "a/b", "brand": "own"},
                {"sku": "", "amount": 0, "category": "c"},
            ],
        },
    ),
    (
        "purchase: {amount: 5 EUR, category: fresh bread, quantity: 0}, discount: 1 EUR, currency: EUR, store: 7, "
        "channel: web, tender: card, member: bob, as: receipt-9",
        {
            "kind": "purchase", "id": "receipt-9", "member": "bob", "discount": 100, "currency": "EUR", "store": "7",
            "channel": "web", "tender": "card",
            "lines": [{"sku": "", "amount": 500, "category": "fresh bread", "quantity": 0}],
        },
    ),
    ("return: purchase-1", {"kind": "return", "purchase": "purchase-1"}),
    (
        "return: p, lines: [0, 2 of line 1, {line: 3, quantity: 4}]",
        {
            "kind": "return", "purchase": "p",
            "lines": [{"line": 0}, {"line": 1, "quantity": 2}, {"line": 3, "quantity": 4}],
        },
    ),
    ("action: review, attributes: {stars: 5}", {"kind": "action", "action": "review", "attributes": {"stars": "5"}}),
    ("redeem: coffee", {"kind": "redeem", "reward": "coffee"}),
    (
        "purchase: 5 EUR, currency: EUR, rewards: [coffee, gift-card for 250, {reward: tea}], holds: hold-1, "
        "expects: 4 USD",
        {
            "kind": "purchase", "lines": [{"sku": "", "amount": 500}], "currency": "EUR", "holds": ["hold-1"],
            "rewards": [{"reward": "coffee"}, {"reward": "gift-card", "amount": 250}, {"reward": "tea"}],
            "expects": 400,
        },
    ),
    (
        "hold: yes, amount: 1.25 stars, until: 2017-03-01 13:00",
        {"kind": "hold", "unit": "stars", "amount": 125, "until": "2017-03-01T18:00:00Z"},
    ),
    (
        "hold: ann, reward: coffee, channel: web, until: 2017-03-02",
        {"kind": "hold", "member": "ann", "reward": "coffee", "channel": "web", "until": "2017-03-02T05:00:00Z"},
    ),
    ("hold: yes, code: SPRING, until: 2017-03-02", {"kind": "hold", "code": "SPRING", "until": "2017-03-02T05:00:00Z"}),
    ("capture: hold-1", {"kind": "capture", "hold": "hold-1"}),
    ("capture: hold-1, amount: 150", {"kind": "capture", "hold": "hold-1", "amount": 150}),
    ("release: hold-1", {"kind": "release", "hold": "hold-1"}),
    (
        "adjust: -1.25 stars, reason: the queue was long, by: eve",
        {"kind": "adjust", "unit": "stars", "amount": -125, "reason": "the queue was long", "by": "eve"},
    ),
    ("adjust: 5 USD", {"kind": "adjust", "unit": "vouchers", "amount": 500, "reason": "a worked case", "by": "staff"}),
    ("tick: yes", {"kind": "tick"}),
    (
        "describe: {birthday: 05-17, age: 25, segments: [students, new], consents: marketing}",
        {
            "kind": "describe",
            "traits": {"birthday": "05-17", "age": 25, "segments": ["students", "new"], "consents": ["marketing"]},
        },
    ),
    (
        "describe: {region: sofia}, keeps_segments: yes",
        {"kind": "describe", "traits": {"region": "sofia"}, "keeps_segments": True},
    ),
    (
        "segment: ann, entered: [at-risk, new], left: regular, by: rfm",
        {"kind": "segment", "member": "ann", "entered": ["at-risk", "new"], "left": ["regular"], "by": "rfm"},
    ),
    ("erase: yes", {"kind": "erase"}),
    ("deliver: purchase-1", {"kind": "deliver", "purchase": "purchase-1"}),
    ("use: free-cup, quantity: 2", {"kind": "use", "benefit": "free-cup", "quantity": 2}),
    ("join: plus, trial: yes", {"kind": "join", "plan": "plus", "trial": True}),
    ("renew: plus", {"kind": "renew", "plan": "plus"}),
    ("leave: plus, at_once: yes", {"kind": "leave", "plan": "plus", "at_once": True}),
    (
        "choose: categories, options: [groceries, pharmacy], next_period: yes",
        {"kind": "choose", "menu": "categories", "options": ["groceries", "pharmacy"], "next_period": True},
    ),
    ("donate: forest, amount: 100", {"kind": "donate", "cause": "forest", "amount": 100}),
    ("send: 50 points, to: bob", {"kind": "send", "unit": "points", "amount": 50, "to": "bob"}),
    ("convert: to-miles, amount: 500", {"kind": "convert", "conversion": "to-miles", "amount": 500}),
    ("play: wheel, tickets: 3", {"kind": "play", "game": "wheel", "tickets": 3}),
    (
        "enter: home-12, role: child, address: a7f3",
        {"kind": "enter", "household": "home-12", "role": "child", "address": "a7f3"},
    ),
    ("exit: yes", {"kind": "exit"}),
    (
        "receive: 50 points, sender: ann, expires_at: 1_800_000_000",
        {"kind": "receive", "unit": "points", "amount": 50, "sender": "ann", "expires_at": 1_800_000_000},
    ),
    ("refer: friends, friend: bob", {"kind": "refer", "referral": "friends", "friend": "bob"}),
    (
        "admit: family, person: ann, role: teen, address: a7f3, leaves: yes",
        {"kind": "admit", "household": "family", "person": "ann", "role": "teen", "address": "a7f3", "leaves": True},
    ),
    (
        "settle: family, pool: home-12, role: teen, refused: household_full",
        {"kind": "settle", "household": "family", "pool": "home-12", "role": "teen", "refused": "household_full"},
    ),
    ("win: raffle, prize: bicycle", {"kind": "win", "game": "raffle", "prize": "bicycle"}),
    ("block: yes, reason: odd, by: staff", {"kind": "block", "reason": "odd", "by": "staff"}),
    ("unblock: yes, reason: fine, by: staff", {"kind": "unblock", "reason": "fine", "by": "staff"}),
    ("close: yes, reason: leaves, by: staff", {"kind": "close", "reason": "leaves", "by": "staff"}),
    ("merge: ann, by: staff", {"kind": "merge", "into": "ann", "by": "staff"}),
    ("unmerge: yes, by: staff", {"kind": "unmerge", "by": "staff"}),
    ("absorb: ann, merge: m-1, more: yes", {"kind": "absorb", "sender": "ann", "merge": "m-1", "more": True}),
    ("separate: ann, merge: m-1", {"kind": "separate", "sender": "ann", "merge": "m-1"}),
]  # fmt: skip


@pytest.mark.parametrize(("step", "event"), EVENTS, ids=[step for step, _ in EVENTS])
def test_a_step_is_the_event_it_tells(step, event):
    common = {"id": f"{event['kind']}-1", "member": "member", "at": datetime(2026, 3, 2, 5, tzinfo=UTC)}
    assert event_of(f"{AT}, {step}") == event_from(common | event)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_event_can_be_written_with_all_its_fields(kind):
    keys = {key.field for key in STEP.sections[kind].keys.values()}
    fields = {field.name for field in msgspec.structs.fields(KINDS[kind])} - {"id"}
    assert fields - keys == ({"unit"} if {"unit", "amount"} <= fields else set())
    assert kind in {step.partition(":")[0] for step, _ in EVENTS}


class Visit(msgspec.Struct, frozen=True):
    """An event of a kind that is not there yet, with fields of every type."""

    place: Id
    unit: Id
    amount: Annotated[int, msgspec.Meta(ge=-5)]
    spent: Money = 0
    people: Count = 1
    note: Prose = ""
    first: bool = False
    since: datetime | None = None
    day: date | None = None
    mood: Literal["good", "bad"] = "good"
    tags: tuple[Name, ...] = ()
    lines: tuple[Line, ...] = ()
    back: ReturnedLine | None = None
    sums: dict[Name, Money] = {}


WRITTEN = """
place: harbour
amount: -2 points
spent: 1.50 USD
people: 3
note: windy
first: yes
since: 2026-03-02 10:00
day: 2026-03-02
mood: bad
tags: sea
lines: [1 USD, {amount: 2 USD, sku: 7}]
back: 2 of line 0
sums: {tea: 2 USD}
"""


def test_fields_of_a_new_kind_can_be_written_at_once():
    errors = []
    root = parse(WRITTEN, errors)
    place = Place(root, "", Desk(NAMES, errors))
    forms = {field.name: field.form for field in fields_of(Visit)}
    values = {
        key.node.text: forms[key.node.text].read(place.child(key.node.text, node)) for key, node in place.entries("")
    }
    assert forms.keys() == values.keys()
    assert msgspec.convert(completed(Visit, values), Visit) == Visit(
        "harbour", "points", -2, 150, 3, "windy", True, datetime(2026, 3, 2, 15, tzinfo=UTC), date(2026, 3, 2), "bad",
        ("sea",), (Line("", 100), Line("7", 200)), ReturnedLine(0, 2), {"tea": 200},
    )  # fmt: skip


ODD = [
    (list[int], "[1, 2]", [1, 2]),
    (float, "1.5", 1.5),
    (int | date, "7", 7),
    (dict[str, list[bool]], "{a: [true, false]}", {"a": [True, False]}),
    (Purchase | Adjust,
     "{kind: adjust, id: a, member: b, at: 2026-03-02T00:00:00Z, unit: u, amount: 5, reason: r, by: b}",
     {"kind": "adjust", "id": "a", "member": "b", "at": "2026-03-02T00:00:00Z", "unit": "u", "amount": 5, "reason": "r",
      "by": "b"}),
]  # fmt: skip


@pytest.mark.parametrize(("hint", "written", "value"), ODD, ids=lambda value: str(value)[:20])
def test_a_field_of_a_type_without_a_wording_is_written_as_its_json(hint, written, value):
    [field] = fields_of(msgspec.defstruct("Odd", [("odd", hint)]))
    errors = []
    assert field.form.read(Place(parse(written, errors), "odd", Desk(NAMES, errors))) == value
    with pytest.raises(Broken):
        field.form.read(Place(parse("{b: {c: d}}", errors), "odd", Desk(NAMES, errors)))
    assert [error.code for error in errors] == ["kind_wrong"]


def test_what_stands_behind_a_kind_is_its_field_of_that_name_or_else_the_first_that_is_required():
    named = msgspec.defstruct("Gift", [("to", str), ("gift", str)])
    assert [field.name for field in (_main("gift", fields_of(named)), _main("give", fields_of(named)))] == [
        "gift",
        "to",
    ]
    assert _main("enrol", fields_of(msgspec.defstruct("Free", [("note", str, "")]))) is None


RATES = "specs: club\nrates: {%s}\ncases:\n- case: x\n  steps:\n  - {at: 2026-03-02, tick: yes}\n"


@pytest.mark.parametrize(
    ("rates", "read"),
    [
        ("EUR: 1.0850 USD", {"EUR": Rate(217, 200)}),
        ("JPY: 0.0065 USD, KWD: 3.25 USD", {"JPY": Rate(13, 20), "KWD": Rate(13, 40)}),
    ],
)
def test_rates_are_of_the_smallest_parts(rates, read):
    assert read_specs(RATES % rates, TIMELINE).rates == read


@pytest.mark.parametrize(
    ("rates", "told"),
    [
        ("EUR: 1.0850", "`1.0850` is not what one of a currency is worth; write for example `1.0850 USD`"),
        ("EUR: 1.0850 GBP", "rates say what is worth how much USD; write `1.0850 USD`"),
        ("EUR: 0 USD", "`0 USD` is nothing"),
        ("USD: 1 USD", "`USD` is the program's own; only others have a rate"),
        ("euro: 1 USD", "`euro` is not another currency; write for example `EUR`"),
    ],
)
def test_a_rate_that_is_none_is_told_so(rates, told):
    [error] = errors_of(RATES % rates)
    assert error.startswith("club.specs.yaml:2:")
    assert told in error


def test_a_field_out_of_its_bounds_is_told_at_its_step():
    [error] = errors_of(f"{HEAD}  - {{{AT}, purchase: 5 USD, currency: dollars}}\n")
    assert "this is not an event" in error
    assert "currency" in error


def test_what_is_unsaid_of_an_event_is_filled_in():
    adjust = event_of(f"{AT}, adjust: 5 points")
    assert isinstance(adjust, Adjust)
    purchase = event_of(f"{AT}, purchase: 5 USD")
    assert isinstance(purchase, Purchase)
    assert (adjust.by, purchase.lines[0].sku) == ("staff", "")


def test_ids_are_the_kind_and_its_number_in_the_case():
    text = HEAD + f"  - {{{BUY}}}\n  - {{tick: yes}}\n  - {{purchase: 1 USD, member: bob}}\n"
    steps = read_specs(text, TIMELINE).cases[0].steps
    assert [step.event.id for step in steps] == ["enrol-1", "enrol-2", "purchase-1", "tick-1", "purchase-2"]


def test_every_whole_number_of_an_effect_is_known_for_an_amount_or_an_instant():
    named = {name for struct in EFFECT_KINDS.values() for name in struct.__struct_fields__ if is_instant(name)}
    assert named == {"expires_at", "matures_at", "at", "until"}


# Moments.

MOMENTS = [
    ("2026-03-02", "2026-03-02 05:00:00"),
    ("2026-03-02 10:00", "2026-03-02 15:00:00"),
    ("2026-03-02T10:00:59", "2026-03-02 15:00:59"),
    ("2026-07-01 10:00", "2026-07-01 14:00:00"),
    ("2026-11-01 01:30", "2026-11-01 05:30:00"),
    ("2026-11-01 01:30 -05:00", "2026-11-01 06:30:00"),
    ("2026-03-08 02:30 -05:00", "2026-03-08 07:30:00"),
    ("2026-03-02 10:00Z", "2026-03-02 10:00:00"),
]


@pytest.mark.parametrize(("written", "utc"), MOMENTS)
def test_a_moment_is_what_the_clock_of_the_program_shows(written, utc):
    assert event_of(f"at: {written}, tick: yes").at == datetime.fromisoformat(utc).replace(tzinfo=UTC)


def test_money_may_be_of_several_units():
    two = CLUB.replace("  vouchers: {in: USD}", "  vouchers: {in: USD}\n  cash: {in: USD}").replace(
        "gives: 5 USD", "gives: 5 USD in cash"
    )
    timeline = Timeline([Version(read_program(two))])
    step = f"{BUY}, expect: {{cash: 5 USD, granted: {{five-off: 5 USD}}}}"
    with pytest.raises(ProgramErrors, match="may be of several units; write `5 USD in cash` or `5 USD in vouchers`"):
        read_specs(f"{HEAD}  - {{{step}}}\n", timeline)
