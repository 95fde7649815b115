"""Memberships: terms, trials, grace, switching, refunds and prices by cohort, each boundary from both sides."""

from datetime import date

import msgspec
import pytest

from guerdon.core.case import Case
from guerdon.core.effects import Effect, MembershipChanged, PaymentDue
from guerdon.core.events import Describe, Traits
from guerdon.core.program import Unit, When
from guerdon.core.rule import Proposal, Rule
from guerdon.core.workshop import Workshop
from guerdon.mechanics import Earn, Membership
from guerdon.mechanics.membership import OlderFee
from tests.builders import (
    Story,
    flat,
    from_day,
    granted,
    later,
    moment,
    points_per_dollar,
    program,
    rows,
    shown_instant,
    term,
)


def monthly(**settings: object) -> Membership:
    """Amazon Prime by the month, as of 2022-02-18, with a week of grace."""
    known = {
        "name": "monthly",
        "of": "prime",
        "fee": 1499,
        "term": term("1 month"),
        "trial": term("30 days"),
        "due_days_before": 3,
        "grace": term("7 days"),
        "refund": "if nothing was used",
    }
    return Membership(**(known | settings))


def yearly(**settings: object) -> Membership:
    """The same by the year."""
    return monthly(**({"name": "yearly", "fee": 13_900, "term": term("1 year"), "trial": None} | settings))


CLUB = Membership(name="club")


class Perk(msgspec.Struct, frozen=True, kw_only=True):
    """A benefit of the plan, used by an action: stands in for any mechanic that notes the use."""

    name: str = "perk"

    def compile(self, workshop: Workshop) -> Rule:
        return PerkRule()


class PerkRule(Rule):
    name = "perk"
    triggers = ("action:stream",)

    def propose(self, case: Case) -> Proposal:
        return Proposal(self, 0)

    def carry_out(self, case: Case, proposal: Proposal) -> None:
        case.use_membership("monthly")


def prime(*others: object, **settings: object) -> Story:
    """A shop with both plans and a club."""
    return Story(program(monthly(**settings), yearly(), CLUB, Perk(), *others))


def told(effects: tuple[Effect, ...]) -> list[str]:
    """What was said of memberships and payments."""
    lines = []
    for effect in effects:
        if isinstance(effect, MembershipChanged):
            until = shown_instant(effect.until)
            more = " refund" * effect.refund + f" {effect.unused_terms} unused" * bool(effect.unused_terms)
            lines.append(f"{effect.plan}: {effect.before or '-'} {effect.after or '-'} {effect.why} {until}{more}")
        if isinstance(effect, PaymentDue):
            lines.append(f"{effect.plan}: {effect.amount} due {shown_instant(effect.at)} by {shown_instant(effect.by)}")
    return lines


def happens(decision) -> list[str]:
    return told(decision.outcome.effects)


def status(story: Story, plan: str = "monthly") -> str:
    held = story.state.memberships.get(plan)
    return "-" if held is None else held.status


# Terms.


def test_joining_pays_the_first_term_and_counts_its_own_day():
    story = prime()
    assert happens(story.joins("2026-03-10 14:30", "monthly")) == ["monthly: - active joined 2026-04-10 00:00"]
    assert story.due() == "2026-04-07 00:00"


LIFE = """
    # until               | status | what was said last
      2026-04-06 23:59:59 | active | -
      2026-04-07 00:00:00 | active | monthly: 1499 due 2026-04-07 00:00 by 2026-04-10 00:00
      2026-04-09 23:59:59 | active | monthly: 1499 due 2026-04-07 00:00 by 2026-04-10 00:00
      2026-04-10 00:00:00 | unpaid | monthly: active unpaid unpaid 2026-04-17 00:00
      2026-04-16 23:59:59 | unpaid | monthly: active unpaid unpaid 2026-04-17 00:00
      2026-04-17 00:00:00 | -      | monthly: unpaid - unpaid never
      2027-04-17 00:00:00 | -      | monthly: unpaid - unpaid never
"""


@pytest.mark.parametrize(("until", "now", "last"), rows(LIFE))
def test_an_unpaid_membership_runs_through_its_term_and_its_grace(until, now, last):
    story = prime()
    story.joins("2026-03-10 14:30", "monthly")
    said = happens(story.waits_until(until))
    assert status(story) == now
    assert (said or ["-"])[-1] == last


def test_a_clock_that_runs_daily_says_the_same_as_one_that_runs_late():
    late, daily = prime(), prime()
    for story in (late, daily):
        story.joins("2026-03-10 14:30", "monthly")
    said = [line for days in range(60) for line in happens(daily.waits_until(later("2026-03-11 03:00", days=days)))]
    assert happens(late.waits_until("2026-05-09 03:00")) == said
    assert len(said) == 3
    assert late.state == daily.state


ANCHORS = """
    # joined on  | the first terms end at the start of
      2026-01-31 | 2026-02-28 2026-03-31 2026-04-30 2026-05-31
      2026-03-10 | 2026-04-10 2026-05-10 2026-06-10 2026-07-10
      2024-01-30 | 2024-02-29 2024-03-30 2024-04-30 2024-05-30
"""


@pytest.mark.parametrize(("joined", "ends"), rows(ANCHORS))
def test_short_months_do_not_move_the_terms_that_follow(joined, ends):
    story = prime() if joined > "2025" else Story(program(monthly()), joined="2024-01-01 12:00")
    story.joins(joined, "monthly")
    for end in ends.split():
        assert shown_instant(story.state.memberships["monthly"].until) == f"{end} 00:00"
        story.renews(later(end, hours=-1), "monthly")
        story.waits_until(end)
    assert status(story) == "active"


def test_a_leap_day_is_an_anniversary_again_after_four_years():
    story = Story(program(yearly()), joined="2024-01-01 12:00")
    story.joins("2024-02-29 10:00", "yearly")
    ends = []
    for year in range(2025, 2029):
        ends.append(shown_instant(story.state.memberships["yearly"].until)[:10])
        story.renews(f"{year}-02-27 10:00", "yearly")
        story.waits_until(f"{year}-03-02")
    assert ends == ["2025-02-28", "2026-02-28", "2027-02-28", "2028-02-29"]


def test_who_renews_in_time_begins_the_next_term_unused_at_the_end_of_this_one():
    story = prime()
    story.joins("2026-03-10 14:30", "monthly")
    story.does("2026-03-11", "stream")
    assert happens(story.renews("2026-04-08", "monthly")) == [
        "monthly: 1499 due 2026-04-07 00:00 by 2026-04-10 00:00",
        "monthly: active active paid 2026-05-10 00:00",
    ]
    assert story.state.memberships["monthly"].used
    assert happens(story.waits_until("2026-04-10")) == ["monthly: active active renewed 2026-05-10 00:00"]
    assert not story.state.memberships["monthly"].used
    assert story.due() == "2026-05-07 00:00"


def test_terms_paid_in_advance_follow_one_another_without_asking():
    story = prime()
    story.joins("2026-03-10", "monthly")
    story.renews("2026-03-11", "monthly")
    assert happens(story.renews("2026-03-12", "monthly")) == ["monthly: active active paid 2026-06-10 00:00"]
    assert happens(story.waits_until("2026-06-09 23:59:59")) == [
        "monthly: active active renewed 2026-06-10 00:00",
        "monthly: active active renewed 2026-06-10 00:00",
        "monthly: 1499 due 2026-06-07 00:00 by 2026-06-10 00:00",
    ]
    story.waits_until("2026-06-10")
    assert status(story) == "unpaid"


GRACE = """
    # paid                | until
      2026-04-10 00:00:00 | 2026-05-10 00:00
      2026-04-16 23:59:59 | 2026-05-10 00:00
"""


@pytest.mark.parametrize(("paid", "until"), rows(GRACE))
def test_who_pays_within_the_grace_pays_the_term_that_began_with_it(paid, until):
    story = prime()
    story.joins("2026-03-10", "monthly")
    assert happens(story.renews(paid, "monthly"))[-1] == f"monthly: unpaid active paid {until}"


def test_after_the_grace_there_is_nothing_to_renew():
    story = prime()
    story.joins("2026-03-10", "monthly")
    assert story.is_refused(story.a_renewal("2026-04-17", "monthly")).code == "membership_not_held"
    assert happens(story.joins("2026-04-17", "monthly"))[-1] == "monthly: - active joined 2026-05-17 00:00"


def test_without_a_grace_an_unpaid_membership_ends_with_its_term():
    story = prime(grace=None)
    story.joins("2026-03-10", "monthly")
    story.waits_until("2026-04-09 23:59:59")
    assert status(story) == "active"
    assert happens(story.waits_until("2026-04-10")) == ["monthly: active - unpaid never"]


def test_a_payment_that_is_due_earlier_than_the_term_is_long_is_asked_for_at_once():
    story = prime(due_days_before=40)
    assert happens(story.joins("2026-03-10 14:30", "monthly")) == [
        "monthly: - active joined 2026-04-10 00:00",
        "monthly: 1499 due 2026-03-10 14:30 by 2026-04-10 00:00",
    ]


def test_a_late_joining_counts_from_its_own_date():
    story = prime()
    story.waits_until("2026-04-20")
    assert happens(story.joins("2026-03-25", "monthly")) == ["monthly: - active joined 2026-04-25 00:00"]
    story = prime()
    story.waits_until("2026-04-20")
    assert happens(story.joins("2026-03-21", "monthly")) == [
        "monthly: - active joined 2026-04-21 00:00",
        "monthly: 1499 due 2026-04-20 00:00 by 2026-04-21 00:00",
    ]


# Trials.

TRIAL = """
    # until               | status | what was said last
      2026-04-06 23:59:59 | trial  | -
      2026-04-07 00:00:00 | trial  | monthly: 1499 due 2026-04-07 00:00 by 2026-04-10 00:00
      2026-04-09 23:59:59 | trial  | monthly: 1499 due 2026-04-07 00:00 by 2026-04-10 00:00
      2026-04-10 00:00:00 | unpaid | monthly: trial unpaid unpaid 2026-04-17 00:00
      2026-04-17 00:00:00 | -      | monthly: unpaid - unpaid never
"""


@pytest.mark.parametrize(("until", "now", "last"), rows(TRIAL))
def test_a_trial_ends_without_a_payment_like_a_term(until, now, last):
    story = prime()
    assert happens(story.joins("2026-03-10 14:30", "monthly", trial=True)) == [
        "monthly: - trial joined 2026-04-10 00:00"
    ]
    said = happens(story.waits_until(until))
    assert status(story) == now
    assert (said or ["-"])[-1] == last


def test_a_trial_that_is_paid_becomes_a_membership_at_its_end():
    story = prime()
    story.joins("2026-03-10 14:30", "monthly", trial=True)
    assert happens(story.renews("2026-03-20", "monthly")) == ["monthly: trial trial paid 2026-05-10 00:00"]
    story.waits_until("2026-04-09 23:59:59")
    assert status(story) == "trial"
    assert happens(story.waits_until("2026-04-10")) == ["monthly: trial active renewed 2026-05-10 00:00"]


def test_a_trial_is_had_once_in_all_plans_of_a_program():
    story = Story(program(monthly(), yearly(trial=term("30 days"))))
    story.joins("2026-03-10", "monthly", trial=True)
    story.leaves("2026-03-11", "monthly", at_once=True)
    for plan in ("monthly", "yearly"):
        assert story.is_refused(story.a_joining("2027-03-12", plan, trial=True)).code == "trial_used"
    assert happens(story.joins("2027-03-12", "yearly")) == ["yearly: - active joined 2028-03-12 00:00"]


def test_a_trial_is_not_for_who_is_in_another_plan_of_the_program():
    story = prime()
    story.joins("2026-03-10", "yearly")
    assert story.is_refused(story.a_joining("2026-03-11", "monthly", trial=True)).details == {"plan": "yearly"}


# Leaving.


def test_leaving_keeps_what_is_paid_to_its_end_by_one_event():
    story = prime()
    story.joins("2026-03-10", "monthly")
    assert happens(story.leaves("2026-03-11", "monthly")) == ["monthly: active ending left 2026-04-10 00:00"]
    story.waits_until("2026-04-09 23:59:59")
    assert status(story) == "ending"
    assert happens(story.waits_until("2026-04-10")) == ["monthly: ending - left never"]


def test_leaving_keeps_the_terms_that_are_paid_in_advance_too():
    story = prime()
    story.joins("2026-03-10", "monthly")
    story.renews("2026-03-11", "monthly")
    assert happens(story.leaves("2026-03-12", "monthly")) == ["monthly: active ending left 2026-05-10 00:00"]
    assert happens(story.waits_until("2026-05-10")) == [
        "monthly: ending ending renewed 2026-05-10 00:00",
        "monthly: ending - left never",
    ]


def test_leaving_twice_is_refused_unless_it_is_at_once():
    story = prime()
    story.joins("2026-03-10", "monthly")
    story.leaves("2026-03-11", "monthly")
    assert story.is_refused(story.a_leaving("2026-03-12", "monthly")).code == "membership_ends_already"
    assert happens(story.leaves("2026-03-12", "monthly", at_once=True)) == ["monthly: ending - left never refund"]


@pytest.mark.parametrize(("trial", "again"), [(False, "active"), (True, "trial")])
def test_who_left_may_take_it_up_again_before_the_end(trial, again):
    story = prime()
    story.joins("2026-03-10", "monthly", trial=trial)
    story.leaves("2026-03-11", "monthly")
    assert happens(story.joins("2026-03-12", "monthly")) == [f"monthly: ending {again} joined 2026-04-10 00:00"]
    assert happens(story.waits_until("2026-04-07")) == ["monthly: 1499 due 2026-04-07 00:00 by 2026-04-10 00:00"]


def test_a_payment_takes_a_leaving_back():
    story = prime()
    story.joins("2026-03-10", "monthly")
    story.leaves("2026-03-11", "monthly")
    assert happens(story.renews("2026-03-12", "monthly")) == ["monthly: ending active paid 2026-05-10 00:00"]


REFUNDS = """
    # plan's refund       | used | at once | ends with
      if nothing was used | no   | yes     | monthly: active - left never refund
      if nothing was used | yes  | yes     | monthly: active - left never
      never               | no   | yes     | monthly: active - left never
      if nothing was used | no   | no      | monthly: active ending left 2026-04-10 00:00
"""


@pytest.mark.parametrize(("refund", "used", "at_once", "ends"), rows(REFUNDS))
def test_an_unused_term_is_paid_back_to_who_leaves_at_once(refund, used, at_once, ends):
    story = prime(refund=refund)
    story.joins("2026-03-10", "monthly")
    if used == "yes":
        story.does("2026-03-11", "stream")
    assert happens(story.leaves("2026-03-12", "monthly", at_once=at_once == "yes")) == [ends]


def test_a_use_in_an_earlier_term_does_not_stand_against_a_refund_of_this_one():
    story = prime()
    story.joins("2026-03-10", "monthly")
    story.does("2026-03-11", "stream")
    story.renews("2026-04-09", "monthly")
    assert happens(story.leaves("2026-04-10", "monthly", at_once=True))[-1] == "monthly: active - left never refund"


def test_terms_paid_in_advance_that_will_not_begin_are_told():
    story = prime()
    story.joins("2026-03-10", "monthly")
    story.does("2026-03-11", "stream")
    story.renews("2026-03-11", "monthly")
    said = happens(story.leaves("2026-03-12", "monthly", at_once=True))
    assert said == ["monthly: active - left never 1 unused"]


def test_a_trial_and_an_unpaid_term_have_nothing_to_pay_back():
    story = prime()
    story.joins("2026-03-10", "monthly", trial=True)
    assert happens(story.leaves("2026-03-11", "monthly", at_once=True)) == ["monthly: trial - left never"]
    story.joins("2026-03-12", "monthly")
    story.waits_until("2026-04-12")
    assert happens(story.leaves("2026-04-13", "monthly", at_once=True)) == ["monthly: unpaid - left never"]


# Switching, clubs, who may join.


def test_to_join_another_plan_of_the_program_is_to_switch_at_once():
    story = prime()
    story.joins("2026-03-10", "monthly")
    assert happens(story.joins("2026-03-20", "yearly")) == [
        "monthly: active - switched never refund",
        "yearly: - active joined 2027-03-20 00:00",
    ]
    assert list(story.state.memberships) == ["yearly"]


def test_a_club_has_no_end_and_excludes_nothing():
    story = prime()
    story.joins("2026-03-10", "monthly")
    assert happens(story.joins("2026-03-10", "club")) == ["club: - active joined never"]
    story.waits_until("2099-01-01")
    assert status(story, "club") == "active"
    assert story.is_refused(story.a_renewal("2099-01-01", "club")).code == "membership_without_term"
    assert happens(story.leaves("2099-01-02", "club")) == ["club: active - left never"]


def test_who_may_join_is_looked_at_on_joining_and_not_again():
    student = monthly(name="student", fee=749, when=When(segment=("student",), age_from=18))
    story = Story(program(student))
    refusal = story.is_refused(story.a_joining("2026-03-10", "student"))
    assert refusal.sentence == "The plan student is not for this member: only for the segment student."
    described = Describe(id="d", member="m", at=moment("2026-03-10"), traits=Traits(segments=("student",), age=18))
    story.meets(described)
    story.joins("2026-03-10", "student")
    story.meets(msgspec.structs.replace(described, id="e", traits=Traits()))
    assert happens(story.renews("2026-03-11", "student")) == ["student: active active paid 2026-05-10 00:00"]


def test_beginnings_and_ends_happen_for_other_mechanics():
    story = prime(
        flat(100, name="hello", on="joined:monthly"), flat(5, name="bye", on="left:monthly"), points_per_dollar()
    )
    assert granted(story.joins("2026-03-10", "monthly")) == {"hello": 100}
    assert granted(story.renews("2026-03-11", "monthly")) == {}
    assert granted(story.leaves("2026-03-12", "monthly")) == {}
    assert granted(story.waits_until("2026-05-10")) == {"bye": 5}


def test_what_is_for_members_of_a_plan_holds_through_trial_and_grace():
    extra = Earn(name="extra", earn="points", flat=10, when=When(membership=("monthly",)))
    story = prime(extra)
    assert granted(story.buys("2026-03-09", "1")) == {}
    story.joins("2026-03-10", "monthly", trial=True)
    assert granted(story.buys("2026-04-09", "1")) == {"extra": 10}
    assert granted(story.buys("2026-04-16 23:59:59", "1")) == {"extra": 10}
    assert granted(story.buys("2026-04-17", "1")) == {}


# Prices by cohort: 12.99 until 2022-02-17, 14.99 for new members from 2022-02-18, for renewals from 2022-03-25.


def priced(fee: int, *older: OlderFee) -> object:
    return program(monthly(fee=fee, older_fees=older), units={"points": Unit()})


def prime_of_2022() -> Story:
    older = OlderFee(date(2022, 2, 18), 1299)
    return Story(
        from_day(priced(1299), "2020-01-01"),
        from_day(priced(1499, older), "2022-02-18"),
        from_day(priced(1499), "2022-03-25"),
        joined="2021-01-01 12:00",
    )


COHORTS = """
    # joined on           | the next payments, three days before the term ends
      2022-02-17 23:59:59 | 1299 1499 1499        # due on 14 March and 14 April
      2022-02-18 00:00:00 | 1499 1499 1499
      2022-02-28 00:00:00 | 1499 1499 1499
      2022-01-27 00:00:00 | 1299 1299 1499        # due on 24 February, 24 March and 24 April
      2022-01-28 00:00:00 | 1299 1499 1499        # due on 25 February, 25 March and 25 April
"""


@pytest.mark.parametrize(("joined", "fees"), rows(COHORTS))
def test_older_members_keep_their_price_until_the_version_of_their_renewal_says_otherwise(joined, fees):
    story = prime_of_2022()
    story.joins(joined, "monthly")
    paid = []
    while len(paid) < 3:
        due = story.due()
        paid += [
            str(effect.amount) for effect in story.waits_until(due).outcome.effects if isinstance(effect, PaymentDue)
        ]
        story.renews(due, "monthly")
        story.waits_until(shown_instant(story.state.memberships["monthly"].until))
    assert " ".join(paid) == fees


def test_a_version_that_asks_earlier_asks_when_it_takes_over():
    later_version = from_day(program(monthly(due_days_before=10)), "2026-04-05")
    story = Story(program(monthly()), later_version)
    story.joins("2026-03-10", "monthly")
    assert happens(story.waits_until("2026-04-06")) == ["monthly: 1499 due 2026-04-05 00:00 by 2026-04-10 00:00"]
