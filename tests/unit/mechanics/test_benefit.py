"""Benefits: how often a member may use them, who may, and what is refused."""

import msgspec
import pytest

from guerdon.core.effects import BenefitUsed
from guerdon.core.program import Allowance, When
from guerdon.core.state import Membership
from guerdon.mechanics import Benefit, Earn, Tiers
from guerdon.mechanics.tiers import Level
from tests.builders import Story, flat, granted, instant, points_per_dollar, program, rows, term

LADDER = Tiers(
    meter="spend", levels=(Level(name="basic", threshold=0), Level(name="gold", threshold=10_000)), kept=term("1 year")
)


def field_test(**settings: object) -> Benefit:
    return Benefit(**({"name": "field-test", "allows": (Allowance(2, "year"),)} | settings))


def shop(*mechanics: object) -> Story:
    return Story(program(LADDER, *mechanics, points_per_dollar()))


def joins(story: Story, plan: str, since: str) -> None:
    """Put the member into a plan, as the mechanic of plans does."""
    there = story.state.memberships | {plan: Membership("active", instant(since))}
    story.state = msgspec.structs.replace(story.state, memberships=there)


def test_a_use_is_counted_and_told():
    story = shop(field_test())
    assert story.uses("2026-03-01", "field-test").outcome.effects == (BenefitUsed("field-test", 1, 1),)
    assert story.uses("2026-12-31", "field-test").outcome.effects == (BenefitUsed("field-test", 1, 0),)
    refusal = story.is_refused(story.a_use("2026-12-31 23:59:59", "field-test"))
    assert (refusal.code, refusal.details["left"]) == ("benefit_used_up", 0)
    assert story.uses("2027-01-01", "field-test", 2).outcome.effects == (BenefitUsed("field-test", 2, 0),)


QUANTITIES = [(1, None), (2, None), (3, "benefit_used_up")]


@pytest.mark.parametrize(("quantity", "code"), QUANTITIES)
def test_several_at_once_count_each(quantity, code):
    story = shop(field_test())
    event = story.a_use("2026-03-01", "field-test", quantity)
    if code is None:
        story.meets(event)
    else:
        assert story.is_refused(event).details == {"benefit": "field-test", "left": 2, "wanted": 3}


PERIODS = """
    # once a | used on             | and again on        | refused
      day    | 2026-03-10 09:00    | 2026-03-10 23:59:59 | yes
      day    | 2026-03-10 09:00    | 2026-03-11          | no
      month  | 2026-03-10          | 2026-03-31 23:59:59 | yes
      month  | 2026-03-10          | 2026-04-01          | no
      ever   | 2026-03-10          | 2029-03-10          | yes
"""


@pytest.mark.parametrize(("period", "first", "second", "refused"), rows(PERIODS))
def test_an_allowance_is_for_a_period(period, first, second, refused):
    story = shop(field_test(allows=(Allowance(1, period),)))
    story.uses(first, "field-test")
    event = story.a_use(second, "field-test")
    assert (story.tries(event).outcome.refusal is not None) == (refused == "yes")


def test_of_several_allowances_the_tightest_counts():
    story = shop(field_test(allows=(Allowance(1, "day"), Allowance(2, "month"))))
    assert story.uses("2026-03-10", "field-test").outcome.effects == (BenefitUsed("field-test", 1, 0),)
    story.uses("2026-03-11", "field-test")
    assert story.is_refused(story.a_use("2026-03-12", "field-test")).code == "benefit_used_up"
    story.uses("2026-04-01", "field-test")


def test_without_an_allowance_one_may_use_it_at_will():
    story = shop(field_test(allows=()))
    effects = [story.uses("2026-03-10", "field-test").outcome.effects for _ in range(5)]
    assert effects == [(BenefitUsed("field-test", 1, None),)] * 5


def test_a_benefit_may_be_for_some_members_only():
    story = shop(field_test(when=When(tier=("gold",))))
    refusal = story.is_refused(story.a_use("2026-03-01", "field-test"))
    assert refusal.sentence == "The benefit field-test is not for this member: only for gold."
    story.buys("2026-03-02", "100")
    story.uses("2026-03-02", "field-test")


def test_a_benefit_that_does_not_exist():
    story = shop(field_test())
    assert story.is_refused(story.a_use("2026-03-01", "lounge")).code == "nothing_of_that_name"


def test_a_use_of_a_membership_is_noted():
    story = shop(field_test(when=When(membership=("plus", "pro"))))
    assert story.is_refused(story.a_use("2026-03-01", "field-test")).code == "benefit_not_for_this_member"
    joins(story, "plus", "2026-02-01")
    joins(story, "other", "2026-02-01")
    story.uses("2026-03-01", "field-test")
    assert {plan: membership.used for plan, membership in story.state.memberships.items()} == {
        "plus": True, "other": False
    }  # fmt: skip


def test_an_allowance_may_be_for_each_term_of_a_membership():
    story = shop(field_test(allows=(), per_term=1, when=When(membership=("plus",))))
    joins(story, "plus", "2026-02-10")
    story.uses("2026-03-01", "field-test")
    assert story.is_refused(story.a_use("2026-03-09", "field-test")).code == "benefit_used_up"
    joins(story, "plus", "2026-03-10")
    story.uses("2026-03-10", "field-test")


PROTECTION = Benefit(name="price-protection", after_purchase=term("90 days"))

CLAIMS = """
    # bought on 1 March, claimed on | code
      2026-03-01 10:00:00           |
      2026-05-30 23:59:59           |
      2026-05-31                    | benefit_too_late
"""


@pytest.mark.parametrize(("when", "code"), rows(CLAIMS))
def test_a_price_protection_is_good_for_ninety_days(when, code):
    story = shop(PROTECTION)
    story.buys("2026-03-01 09:00", "10", id="p")
    refusal = story.tries(story.a_use(when, "price-protection", purchase="p")).outcome.refusal
    assert (refusal.code if refusal else "") == code


def test_a_claim_names_a_purchase_of_the_member():
    story = shop(PROTECTION)
    assert story.is_refused(story.a_use("2026-03-01", "price-protection", purchase="p")).code == "purchase_unknown"
    assert story.is_refused(story.a_use("2026-03-01", "price-protection")).code == "purchase_unknown"
    story.buys("2026-03-01 09:00", "10", id="p")
    effects = story.uses("2026-03-02", "price-protection", purchase="p").outcome.effects
    assert effects == (BenefitUsed("price-protection", 1, None, "p"),)


def test_a_use_may_bring_something():
    thanks = flat(5, on="used:field-test")
    assert isinstance(thanks, Earn)
    story = shop(field_test(), thanks)
    assert granted(story.uses("2026-03-01", "field-test")) == {"flat": 5}


def test_a_late_use_counts_in_the_period_of_its_own_date():
    story = shop(field_test(allows=(Allowance(1, "month"),)))
    story.uses("2026-04-01", "field-test")
    story.uses("2026-03-31", "field-test")
    assert story.is_refused(story.a_use("2026-03-30", "field-test")).code == "benefit_used_up"
