"""Segments: entered and left one by one, told to other rules, and found by the rules that a program declares."""

import msgspec
import pytest

from guerdon.core.calendar import day_of
from guerdon.core.effects import Described, Effect, Emitted, SegmentEntered, SegmentLeft, news_of
from guerdon.core.events import Block, Close, Describe, Enrol, Erase, Segment, Traits, decode_event, encode_event
from guerdon.core.program import DeclaredSegment, Program
from guerdon.core.segments import MemberFacts, member_facts, segment_rule
from guerdon.core.state import Household, Standing
from guerdon.language import read_program
from guerdon.runtime.segments import Stay, stays
from tests.builders import Story, flat, granted, instant, kinds, moment, points_per_dollar, program, rows
from tests.cards import Cards

NOON = "2026-03-10 12:00"


def of_segments(story: Story) -> list[Effect]:
    """The effects on segments that the last event had."""
    return [one for one in story.history[-1].effects if isinstance(one, SegmentEntered | SegmentLeft)]


def a_segment(entered: str = "", left: str = "", when: str = NOON, by: str = "", event_id: str = "s") -> Segment:
    at = moment(when)
    return Segment(id=event_id, member="m", at=at, entered=tuple(entered.split()), left=tuple(left.split()), by=by)


def shop(*mechanics: object, segments: str = "") -> Story:
    """A member who is in some segments, and known well."""
    story = Story(program(*mechanics))
    traits = Traits(region="sofia", age=25, consents=("mail",), segments=tuple(segments.split()))
    story.meets(Describe(id="known", member="m", at=moment("2026-03-01 12:00"), traits=traits))
    return story


CHANGES = """
    # before           | entered      | left    | after              | told
      regular students | at-risk      | regular | at-risk students   | -regular +at-risk
      regular          | regular      |         | regular            |
      regular          |              | at-risk | regular            |
      regular          |              |         | regular            |
                       | b a          |         | a b                | +a +b
      b a              | c            |         | a b c              | +c
      b a              | a            |         | b a                |
      a b              |              | b a     |                    | -a -b
"""


@pytest.mark.parametrize(("before", "entered", "left", "after", "told"), rows(CHANGES))
def test_what_a_segment_event_changes(before, entered, left, after, told):
    story = shop(segments=before)
    decision = story.meets(a_segment(entered, left, by="rfm"))
    assert story.state.traits == Traits(region="sofia", age=25, consents=("mail",), segments=tuple(after.split()))
    found = [f"{'+' if isinstance(one, SegmentEntered) else '-'}{one.segment}" for one in of_segments(story)]
    assert found == told.split()
    assert {one.by for one in of_segments(story)} <= {"rfm"}
    assert len(decision.outcome.effects) == len(found), "nothing else has happened"


def test_nothing_is_entered_and_left_at_once():
    refusal = shop(segments="a").is_refused(a_segment("b a", "a"))
    assert (refusal.code, refusal.details) == ("segment_entered_and_left", {"segment": "a"})


def test_a_description_that_changes_segments_says_so():
    story = shop(segments="a b")
    story.meets(Describe(id="d", member="m", at=moment(NOON), traits=Traits(segments=("c", "b"))))
    assert story.history[-1].effects == (Described(), SegmentLeft("a"), SegmentEntered("c"))
    story.meets(Describe(id="e", member="m", at=moment(NOON), traits=Traits(age=30), keeps_segments=True))
    assert story.history[-1].effects == (Described(),)
    assert story.state.traits == Traits(age=30, segments=("c", "b"))


def test_a_description_that_keeps_segments_and_names_some_is_malformed():
    written = (
        b'{"kind":"describe","id":"d","member":"m","at":"2026-03-10T14:30:00Z","traits":{"segments":["a"]},'
        b'"keeps_segments":true}'
    )
    with pytest.raises(msgspec.ValidationError, match="keeps_segments"):
        decode_event(written)
    decode_event(written.replace(b"true", b"false"))


def test_who_is_forgotten_is_in_no_segment_and_nothing_is_given_for_it():
    story = shop(flat(5, on="left_segment:a"), segments="a")
    story.meets(Erase(id="f", member="m", at=moment(NOON)))
    assert (story.state.traits, kinds(story.history[-1].effects), story.has()) == (Traits(), ["erased"], 0)


def test_the_world_hears_of_it():
    story = shop(segments="regular")
    story.meets(a_segment("at-risk", "regular", by="rfm"))
    assert news_of(story.history[-1].effects) == [
        Emitted("segment.left", {"effect": "segment_left", "segment": "regular", "by": "rfm"}),
        Emitted("segment.entered", {"effect": "segment_entered", "segment": "at-risk", "by": "rfm"}),
    ]


# Rules that react.


def test_rules_react_to_what_is_entered_and_left_and_once_each():
    back, gone = flat(100, name="back", on="entered_segment:at-risk"), flat(7, name="gone", on="left_segment:regular")
    story = shop(back, gone, flat(1, name="other", on="entered_segment:other"), segments="regular")
    assert granted(story.meets(a_segment("at-risk", "regular"))) == {"back": 100, "gone": 7}
    assert granted(story.meets(a_segment("at-risk", "regular", event_id="s2"))) == {}, "it is so already"
    assert granted(story.meets(a_segment(left="at-risk", event_id="s3"))) == {}
    assert granted(story.meets(a_segment("at-risk", event_id="s4"))) == {"back": 100}


def test_a_description_sets_them_off_too_and_they_see_what_is_so_now():
    declared = read_program("""
program: shop
currency: USD
timezone: America/New_York
effective_from: 2020-01-01
units: {points: {}}
mechanics:
  - {earn: points, name: seen, on: entered students, flat: 3, when: {segment: students}}
  - {earn: points, name: unseen, on: entered students, flat: 3, except: {segment: students}}
""")
    story = Story(declared)
    traits = Traits(segments=("students",))
    decision = story.meets(Describe(id="d", member="m", at=moment(NOON), traits=traits))
    assert granted(decision) == {"seen": 3}


def test_analysis_that_is_late_is_decided_as_the_record_stands():
    story = shop(flat(9, name="back", on="entered_segment:at-risk"))
    story.buys("2026-09-01 12:00", "10")
    decision = story.meets(a_segment("at-risk", when="2026-03-10 12:00"))
    assert granted(decision) == {"back": 9}
    assert story.state.as_of == instant("2026-09-01 12:00")
    assert story.wallet().lots[0].earned_at == instant("2026-09-01 12:00")


def test_whom_it_reaches():
    story = shop()
    story.meets(Block(id="b", member="m", at=moment(NOON), reason="odd", by="staff"))
    story.meets(a_segment("a"))
    assert story.state.traits.segments == ("a",), "what is known of a blocked member still changes"
    story.meets(Close(id="c", member="m", at=moment(NOON), reason="leaves", by="staff"))
    assert story.is_refused(a_segment("b", event_id="s2")).code == "member_closed"
    cards = Cards(program(points_per_dollar()), of="a b")
    cards.merges("b", "a")
    assert cards.refuses(Segment(**cards.fields("b", NOON), entered=("x",))) == "member_merged"
    nobody = Story(program(points_per_dollar()), joined=None)
    assert nobody.is_refused(a_segment("a")).code == "member_unknown"


def test_its_json_is_one():
    event = a_segment("b a", by="rfm")
    assert decode_event(encode_event(event)) == event
    assert b'"entered":["b","a"]' in encode_event(event)
    assert b"left" not in encode_event(event)


# Over time.


def test_segments_over_time():
    story = Story(program(points_per_dollar()))
    day = {name: instant(f"2026-0{name[1]}-0{name[3]} 12:00") for name in ("m2d1", "m3d1", "m4d1", "m5d3", "m6d1")}
    traits = Traits(segments=("students",))
    story.meets(Describe(id="d", member="m", at=moment("2026-02-01 12:00"), traits=traits))
    story.meets(a_segment("at-risk", when="2026-03-01 12:00", by="rfm", event_id="1"))
    story.meets(a_segment("at-risk", when="2026-04-01 12:00", by="other", event_id="2"))
    story.buys("2026-05-03 12:00", "10")
    story.meets(a_segment(left="at-risk", when="2026-05-01 12:00", event_id="3"))
    story.meets(a_segment("at-risk", when="2026-06-01 12:00", by="rfm", event_id="4"))
    assert stays(story.history) == [
        Stay("students", day["m2d1"], None),
        Stay("at-risk", day["m3d1"], day["m5d3"], "rfm"),  # late: left when the record stood on 3 May
        Stay("at-risk", day["m6d1"], None, "rfm"),
    ]
    story.meets(Erase(id="f", member="m", at=moment("2026-06-01 12:00")))
    assert [stay.left_at for stay in stays(story.history)] == [day["m6d1"], day["m5d3"], day["m6d1"]]
    assert stays([]) == []


# Rules that the program declares.


def declaring(rule: str) -> Program:
    return program(segments={"found": DeclaredSegment(expression=rule)})


FACTS = MemberFacts(
    days_enrolled=400, days_since_last_purchase=61, days_since_last_activity=3, purchases=12, age=25,
    meters={"spend": 30_000}, wallets={"points": 120, "vouchers": 0}, tiers=("gold",), plans=("plus",),
    badges=("explorer",), role="owner", region="sofia", language="bg", consents=("mail",),
    favourites=("grocery/soup", "coffee"),
)  # fmt: skip

RULES = """
    # rule                                                      | holds
      days_since_last_purchase > 60                             | yes
      days_since_last_purchase > 61                             | no
      days_since_last_purchase > 60 and meters.spend >= 30000   | yes
      days_since_last_purchase > 60 and meters.spend >= 30001   | no
      purchases >= 12 and days_enrolled >= 365                  | yes
      wallets.points >= 120                                     | yes
      wallets.vouchers > 0                                      | no
      'gold' in tiers and 'plus' in plans                       | yes
      'explorer' in badges and role == 'owner'                  | yes
      language == 'bg' and region == 'sofia' and age >= 25      | yes
      'calls' in consents                                       | no
      favourites[0] == 'grocery/soup'                           | yes
      len(favourites) > 2                                       | no
"""


@pytest.mark.parametrize(("rule", "holds"), rows(RULES))
def test_a_rule_on_what_is_known(rule, holds):
    assert segment_rule(declaring(rule), "found")(FACTS) is (holds == "yes")


@pytest.mark.parametrize("rule", ["days_since_last_purchase > 60", "age < 99", "meters.spend > 0", "favourites[0] > 3"])
def test_what_is_not_known_is_not_true(rule):
    assert segment_rule(declaring(rule), "found")(MemberFacts()) is False


def test_what_is_not_known_can_be_asked_for():
    assert segment_rule(declaring("days_since_last_purchase == null"), "found")(MemberFacts())


def test_a_segment_that_is_not_declared():
    with pytest.raises(KeyError):
        segment_rule(program(), "found")


def test_what_is_known_of_a_member():
    story = Story(program(points_per_dollar()), joined="2026-01-01 12:00")
    story.buys("2026-03-01 23:30", "20.50")
    told = Traits(age=25, region="sofia", language="bg", consents=("mail",), segments=("a",))
    story.meets(Describe(id="d", member="m", at=moment("2026-03-05 12:00"), traits=told))
    version, bought = story.timeline.versions[0], instant("2026-03-01 23:30")
    facts = member_facts(version, story.state, instant("2026-05-01 00:30"), last_purchase_at=bought)
    assert facts == MemberFacts(
        days_enrolled=120, days_since_last_purchase=61, days_since_last_activity=61, purchases=1, age=25,
        meters={"spend": 2_050}, wallets={"points": 20, "vouchers": 0}, region="sofia", language="bg",
        consents=("mail",),
    )  # fmt: skip
    assert day_of(moment("2026-05-01").date()) - day_of(moment("2026-03-01").date()) == 61
    assert member_facts(version, story.state, instant("2027-01-01"), last_purchase_at=None).meters == {"spend": 0}


def test_what_is_known_of_a_member_who_has_done_nothing():
    story = Story(program(points_per_dollar()), joined=None)
    story.meets(Enrol(id="e", member="m", at=moment("2026-01-01 12:00")))
    facts = member_facts(story.timeline.versions[0], story.state, instant("2026-01-01 12:00"), last_purchase_at=None)
    assert (facts.days_enrolled, facts.days_since_last_purchase, facts.purchases) == (0, None, 0)


def test_a_household_and_a_level_are_known_while_they_last():
    story = shop()
    version, state = story.timeline.versions[0], story.state
    owner = Household("family", "home", "owner", 0, "in")
    at_home = msgspec.structs.replace(state, household=owner, standings={"gone": Standing("gold", 0)})
    facts = member_facts(version, at_home, instant(NOON), last_purchase_at=None)
    assert (facts.role, facts.tiers) == ("owner", ())
    left = msgspec.structs.replace(state, household=msgspec.structs.replace(owner, standing="left"))
    assert member_facts(version, left, instant(NOON), last_purchase_at=None).role == ""


def test_merging_leaves_segments_where_they_are():
    cards = Cards(program(points_per_dollar()), of="a b")
    cards.meets(Segment(**cards.fields("b", "2026-02-01"), entered=("x",)))
    cards.merges("b", "a")
    assert [cards.rehearsal.state(member).traits.segments for member in ("a", "b")] == [(), ("x",)]
