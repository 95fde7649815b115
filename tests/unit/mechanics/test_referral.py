"""Referrals: who counts, when, what both get, and what a return undoes."""

import pytest

from guerdon.core.calendar import Term
from guerdon.core.effects import Reversed
from guerdon.core.events import Refer
from guerdon.core.program import Allowance, Cap, Meter, Quantity, Returns
from guerdon.mechanics.referral import Deed, Referral
from tests.builders import delay, instant, program, rows, skipped, window
from tests.town import Town

FRIEND, REFERRER = Quantity(100, "points"), Quantity(300, "points")


ANY_PURCHASE = Deed()


def referral(deed: Deed = ANY_PURCHASE, **settings: object) -> Referral:
    return Referral(**({"name": "bring", "deed": deed, "friend": FRIEND, "referrer": REFERRER} | settings))


def town(*mechanics: Referral, **settings: object) -> Town:
    """Ana is a member; bo joins on 1 March, brought along by her."""
    place = Town(program(*(mechanics or (referral(),)), **settings), members=("ana",))
    place.joins("bo", "2026-03-01 12:00", referrer="ana")
    return place


DEEDS = """
    # condition  | at least | first basket | second | friend has after each | ana has
      one        | 20.00    | 19.99        | 20.00  | 0 100                 | 300
      one        | 20.00    | 20.00        | 20.01  | 100 100               | 300
      first      | 20.00    | 20.00        | 20.00  | 100 100               | 300
      first      | 20.00    | 19.99        | 20.00  | 0 0                   | 0
      all        | 50.00    | 30.00        | 19.99  | 0 0                   | 0
      all        | 50.00    | 30.00        | 20.00  | 0 100                 | 300
      all        | 50.00    | 30.00        | 20.01  | 0 100                 | 300
      one        | 0.00     | 0.01         | 0.01   | 100 100               | 300
"""


@pytest.mark.parametrize(("counts", "least", "first", "second", "friend", "ana"), rows(DEEDS))
def test_a_friend_counts_once_when_the_condition_is_met(counts, least, first, second, friend, ana):
    place = town(referral(Deed(at_least=round(float(least) * 100), counts=counts)))
    has = []
    for when, basket in (("2026-03-10", first), ("2026-03-11", second)):
        place.buys("bo", when, basket)
        has.append(place.has("bo"))
    assert has == [int(cell) for cell in friend.split()]
    assert place.delivers() == ([""] if int(ana) else [])
    assert place.has("ana") == int(ana)


DEADLINE = """
    # joined at noon on 1 March; the deed is done at   | it counts within one month
      2026-03-31 23:59:59                              | yes
      2026-04-01 23:59:59                              | yes
      2026-04-02 00:00:00                              | no
"""


@pytest.mark.parametrize(("when", "counts"), rows(DEADLINE))
def test_the_deadline_is_counted_in_whole_days_from_joining(when, counts):
    place = town(referral(within=Term(1, "month")))
    decision = place.buys("bo", when, "20")
    assert place.has("bo") == (100 if counts == "yes" else 0)
    assert (skipped(decision).get("bring") == "deadline_passed") == (counts == "no")


def test_an_action_or_joining_may_be_the_deed():
    place = town(referral(Deed(on="action:activate")))
    place.buys("bo", "2026-03-02", "100")
    assert place.has("bo") == 0
    place.does("bo", "2026-03-03", "activate")
    assert (place.has("bo"), place.delivers(), place.has("ana")) == (100, [""], 300)
    place = town(referral(Deed(on="enrol")))
    assert (place.has("bo"), place.delivers(), place.has("ana")) == (100, [""], 300)


def test_one_side_may_get_nothing():
    place = town(referral(friend=None))
    place.buys("bo", "2026-03-02", "5")
    assert (place.has("bo"), place.delivers(), place.has("ana")) == (0, [""], 300)
    place = town(referral(referrer=None))
    place.buys("bo", "2026-03-02", "5")
    assert (place.has("bo"), place.delivers(), place.has("ana")) == (100, [""], 0)


def test_who_was_not_brought_along_or_brings_themselves_gets_nothing():
    place = Town(program(referral()), members=("ana",))
    assert skipped(place.buys("ana", "2026-03-02", "5")) == {"bring": "not_brought_along"}
    decision = place.joins("eve", "2026-03-01", referrer="eve")
    assert skipped(decision) == {"referral": "referrer_is_the_member"}
    assert skipped(place.buys("eve", "2026-03-02", "5")) == {"bring": "not_brought_along"}
    assert (place.post, place.has("eve")) == ([], 0)


def test_where_the_referrer_is_nobody_the_friend_gets_the_friends_part():
    place = Town(program(referral()), members=())
    place.joins("bo", "2026-03-01", referrer="nobody")
    place.buys("bo", "2026-03-02", "5")
    assert (place.has("bo"), place.delivers()) == (100, ["member_unknown"])


def test_both_wait_as_long_as_the_program_says():
    """Т-Банк: the friend pays 500 within a month of joining, and both are paid 30 days later."""
    deed = Deed(at_least=50_000, counts="all")
    place = town(referral(deed, within=Term(1, "month"), paid_after=delay("30 days")))
    place.buys("bo", "2026-03-10", "300")
    place.buys("bo", "2026-03-20 18:00", "250")
    place.delivers()
    for member, amount in (("bo", 100), ("ana", 300)):
        assert (place.has(member), place.has_pending(member)) == (0, amount)
        place.of(member).waits_until("2026-04-19 23:59:59")
        assert place.has(member) == 0
        place.of(member).waits_until("2026-04-20")
        assert (place.has(member), place.has_pending(member)) == (amount, 0)


def test_a_referrer_gets_something_for_so_many_friends_a_year():
    place = Town(program(referral(limit=Cap(times=(Allowance(2, "year"),)))), members=("ana",))
    for number, when in enumerate(("2026-03-01", "2026-03-02", "2026-12-31", "2027-01-01")):
        place.joins(f"friend-{number}", when, referrer="ana")
        place.buys(f"friend-{number}", when, "5")
        place.delivers()
        assert place.has(f"friend-{number}") == 100
    assert place.has("ana") == 3 * 300


RETURNS = """
    # basket of 30.00 and 10.00, at least 20.00; coming back | friend keeps | ana keeps, of what is pending
      1                                                      | 75           | 300
      0                                                      | 25           | 0
      0 1                                                    | 0            | 0
"""


@pytest.mark.parametrize(("back", "friend", "ana"), rows(RETURNS))
def test_a_return_takes_the_friends_part_by_provenance_and_withdraws_the_referrers(back, friend, ana):
    place = town(referral(Deed(at_least=2000), paid_after=delay("30 days")))
    place.buys("bo", "2026-03-10", "30", "10", id="p")
    place.delivers()
    place.brings_back("bo", "2026-03-12", "p", *[(int(line), None) for line in back.split()])
    place.delivers()
    assert (place.has_pending("bo"), place.has_pending("ana")) == (int(friend), int(ana))


def test_a_second_return_of_the_same_purchase_withdraws_nothing_twice():
    place = town(referral(Deed(at_least=2000), paid_after=delay("30 days")))
    place.buys("bo", "2026-03-10", "30", "10", id="p")
    place.brings_back("bo", "2026-03-12", "p", (0, None))
    place.brings_back("bo", "2026-03-13", "p", (1, None))
    assert [(event.withdrawn, event.friend) for event in place.post if isinstance(event, Refer)] == [
        (False, "bo"),
        (True, "bo"),
    ]


def test_what_has_matured_stays_with_the_referrer_and_is_not_given_twice():
    place = town(referral(Deed(at_least=2000), paid_after=delay("30 days")))
    place.buys("bo", "2026-03-10", "30", id="p")
    place.delivers()
    place.of("ana").waits_until("2026-05-01")
    place.brings_back("bo", "2026-05-02", "p")
    place.delivers()
    assert place.has("ana") == 300
    place.buys("bo", "2026-05-03", "30")
    place.delivers()
    assert (place.has("ana"), place.has_pending("ana"), place.has_pending("bo")) == (300, 0, 100)


def test_after_a_withdrawal_the_friend_may_count_again():
    place = town(referral(Deed(at_least=2000), paid_after=delay("30 days")))
    place.buys("bo", "2026-03-10", "30", id="p")
    place.delivers()
    place.brings_back("bo", "2026-03-12", "p")
    place.delivers()
    assert (place.has_pending("ana"), place.of("ana").state.progress) == (0, {})
    place.buys("bo", "2026-03-14", "30")
    place.delivers()
    assert (place.has_pending("ana"), place.has_pending("bo")) == (300, 100)


def test_a_return_of_any_purchase_counts_where_all_purchases_do():
    place = town(referral(Deed(at_least=5000, counts="all"), paid_after=delay("30 days")))
    place.buys("bo", "2026-03-10", "30", id="p")
    place.buys("bo", "2026-03-11", "20", id="q")
    place.delivers()
    assert place.has_pending("ana") == 300
    place.brings_back("bo", "2026-03-12", "p")
    place.delivers()
    assert (place.has_pending("ana"), place.has_pending("bo")) == (0, 100), "the friend's part hangs on q"
    place.buys("bo", "2026-03-13", "30")
    assert place.has_pending("bo") == 200, "20 and 30 meet it again"


def test_what_is_withdrawn_leaves_the_meters_of_what_was_earned():
    meters = {"earned": Meter(counts="earned", unit="points", window=window("calendar year"))}
    place = town(referral(paid_after=delay("30 days")), meters=meters)
    place.buys("bo", "2026-03-10", "30", id="p")
    place.delivers()
    assert place.of("ana").meter("earned", "2026-03-10") == 300
    place.brings_back("bo", "2026-03-12", "p")
    event = place.post[0]
    effects = place.meets(event).outcome.effects
    assert effects == (Reversed("bring", "points", 300, pending=300),)
    assert place.of("ana").meter("earned", "2026-03-12") == 0


def test_nothing_is_withdrawn_where_the_program_lets_returns_keep_their_points():
    place = town(referral(paid_after=delay("30 days")), returns=Returns(points="kept"))
    place.buys("bo", "2026-03-10", "30", id="p")
    place.delivers()
    place.brings_back("bo", "2026-03-12", "p")
    assert (place.delivers(), place.has_pending("ana"), place.has_pending("bo")) == ([], 300, 100)


def test_what_arrives_late_is_decided_as_of_where_the_record_stands():
    place = town(referral(paid_after=delay("30 days"), limit=Cap(times=(Allowance(1, "month"),))))
    place.buys("bo", "2026-03-10", "30")
    place.of("ana").waits_until("2026-07-15 10:00")
    place.delivers()
    story = place.of("ana")
    assert story.state.as_of == instant("2026-07-15 10:00")
    assert story.due() == "2026-08-15 00:00", "thirty days count from when it arrived"
