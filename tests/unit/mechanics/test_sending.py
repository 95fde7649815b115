"""Sendings: what leaves, what arrives and with which expiry, who may, and what comes back."""

import pytest

from guerdon.core.amounts import Rate
from guerdon.core.effects import Expired, Received, Spent, transfers_of
from guerdon.core.events import Receive, returned
from guerdon.core.program import Allowance, Cap, Unit, When
from guerdon.core.wallet import Wallet
from guerdon.mechanics.sending import Sending
from tests.builders import amounts, flat, from_day, kinds, program, rows, shown_instant, term
from tests.town import Town


def sending(**settings: object) -> Sending:
    return Sending(**({"name": "sending", "unit": "points"} | settings))


def town(*, expires: str | None = "6 months", units: dict[str, Unit] | None = None, **settings: object) -> Town:
    """Ana has 200 points that last until 1 June, and 300 that last as long as their unit says from 1 March."""
    sooner = flat(200, on="action:sooner", expires=term("92 days"))
    later = flat(300, name="later", on="action:later")
    known = units or {"points": Unit(expires=None if expires is None else term(expires))}
    place = Town(program(sooner, later, sending(**settings), units=known))
    place.does("ana", "2026-02-28 12:00", "sooner")
    place.does("ana", "2026-03-01 12:00", "later")
    return place


def lots(held: Wallet) -> list[str]:
    return [f"{lot.amount} until {shown_instant(lot.expires_at)}" for lot in held.lots]


def test_what_is_sent_is_in_transit_until_it_arrives():
    place = town()
    decision = place.sends("ana", "2026-03-02", "bo", 250)
    assert kinds(decision.outcome.effects) == ["gave", "sent", "sent"]
    assert [(moved.source, moved.target, moved.amount) for moved in transfers_of(decision.outcome.effects)] == [
        ("available", "in_transit", 250)
    ]
    assert (place.has("ana"), place.has("bo")) == (250, 0)
    assert place.delivers() == ["", ""]
    assert (place.has("ana"), place.has("bo")) == (250, 250)


def test_what_comes_first_to_its_end_goes_first_and_keeps_its_expiry():
    place = town()
    place.sends("ana", "2026-03-02", "bo", 250)
    place.delivers()
    assert lots(place.of("bo").wallet()) == ["200 until 2026-06-01 00:00", "50 until 2026-09-02 00:00"]
    assert lots(place.of("ana").wallet()) == ["250 until 2026-09-02 00:00"]


def test_or_its_life_begins_anew():
    sooner = flat(200, on="action:sooner", expires=term("92 days"))
    place = Town(program(sooner, sending(expires="anew"), units={"points": Unit(expires=term("6 months"))}))
    place.does("ana", "2026-02-28 12:00", "sooner")
    place.sends("ana", "2026-03-20", "bo", 200)
    place.delivers()
    assert lots(place.of("bo").wallet()) == ["200 until 2026-09-21 00:00"]
    place.sends("bo", "2026-03-21", "nobody", 200)
    assert place.delivers() == ["member_unknown", ""]
    assert lots(place.of("bo").wallet()) == ["200 until 2026-09-21 00:00"], "what comes back lasts as long as before"


def test_what_never_expires_does_not_expire_on_the_other_side_either():
    place = Town(program(flat(10, on="action:x"), sending(), units={"points": Unit()}))
    place.does("ana", "2026-03-01", "x")
    place.sends("ana", "2026-03-02", "bo", 10)
    place.delivers()
    assert lots(place.of("bo").wallet()) == ["10 until never"]


AMOUNTS = """
    # of 500, at least 10, in steps of 5, 5 % fee | ana keeps | refused because
      9                                           |           | The amount of 9 points is less than 10.
      10                                          | 489       |
      12                                          |           | The amount of 12 points is not a multiple of 5.
      100                                         | 395       |
      475                                         | 1         |
      480                                         |           | That takes 504 points; the member has 500.
"""


@pytest.mark.parametrize(("amount", "keeps", "refusal"), rows(AMOUNTS))
def test_a_fee_comes_on_top_and_is_rounded_up(amount, keeps, refusal):
    place = town(at_least=10, in_steps_of=5, fee=Rate(5, 100))
    event = place.a_gift("ana", "2026-03-02", "bo", int(amount))
    if refusal:
        assert place.refuses(event) == refusal
        assert place.post == []
        return
    effects = place.meets(event).outcome.effects
    assert sum(effect.amount for effect in effects if isinstance(effect, Spent)) == 500 - int(amount) - int(keeps)
    place.delivers()
    assert (place.has("ana"), place.has("bo")) == (int(keeps), int(amount))


def test_nobody_sends_to_themselves():
    place = town()
    assert place.refuses(place.a_gift("ana", "2026-03-02", "ana", 10)) == "Nobody sends points to themselves."


def test_there_is_a_limit_a_year_for_who_sends():
    place = town(limit=Cap(per_member=(Allowance(100, "year"),), times=(Allowance(2, "month"),)))
    place.sends("ana", "2026-03-02", "bo", 99)
    told = place.refuses(place.a_gift("ana", "2026-03-03", "bo", 2))
    assert told == "That would be 2 points; 1 are left in this year."
    place.sends("ana", "2026-03-03", "bo", 1)
    told = place.refuses(place.a_gift("ana", "2026-03-04", "bo", 1))
    assert told == "That would be 1 points; 0 are left in this year."


def test_a_refused_sending_uses_nothing_of_the_limit():
    place = town(limit=Cap(times=(Allowance(1, "year"),)))
    place.refuses(place.a_gift("ana", "2026-03-02", "bo", 501))
    place.sends("ana", "2026-03-02", "bo", 500)


def test_only_some_may_send():
    place = town(when=When(age_from=18))
    told = place.refuses(place.a_gift("ana", "2026-03-02", "bo", 10))
    assert told == "The member may not: sending is only from 18 years on."


def test_what_nobody_can_take_comes_back_with_the_expiry_it_had():
    place = town()
    before = place.of("ana").wallet()
    place.sends("ana", "2026-03-02", "nobody", 250)
    assert place.delivers() == ["member_unknown", "member_unknown", "", ""]
    assert lots(place.of("ana").wallet()) == lots(before)
    assert amounts(place.of("ana").wallet().lots) == [200, 300]


def test_what_comes_back_says_from_whom_and_why():
    place = town()
    place.sends("ana", "2026-03-02", "nobody", 100)
    sent = place.post[0]
    place.delivers()
    back = returned(sent, "member_unknown")
    assert (back.member, back.sender, back.returned, back.at) == ("ana", "nobody", "member_unknown", sent.at)
    assert back.id == returned(sent, "member_unknown").id != sent.id


def test_what_was_longer_on_its_way_than_it_lasted_lapses_on_arrival():
    place = town()
    place.sends("ana", "2026-03-02", "bo", 100)
    place.of("bo").waits_until("2026-06-01")
    decision = place.meets(place.post.pop())
    assert [type(effect) for effect in decision.outcome.effects] == [Received, Expired]
    assert (place.has("bo"), place.of("bo").due()) == (0, "never")


def test_what_arrives_pays_a_debt_back_first():
    place = Town(program(flat(30, on="purchase"), sending(), units={"points": Unit()}))
    place.buys("ana", "2026-03-01", "5")
    place.buys("bo", "2026-03-01", "5", id="p")
    place.sends("bo", "2026-03-02", "ana", 30)
    place.brings_back("bo", "2026-03-03", "p")
    assert place.of("bo").wallet().debt == 30
    place.delivers()
    place.sends("ana", "2026-03-04", "bo", 40)
    place.delivers()
    assert (place.has("ana"), place.has("bo"), place.of("bo").wallet().debt) == (20, 10, 0)


def test_a_receiver_who_joined_after_it_was_sent_gets_it():
    place = town()
    place.sends("ana", "2026-03-02", "cleo", 100)
    place.joins("cleo", "2026-03-05 10:00")
    assert (place.delivers(), place.has("cleo")) == ([""], 100)


def test_it_arrives_although_the_program_lets_nobody_send_any_more():
    with_sending = program(flat(100, on="enrol"), sending(), units={"points": Unit()})
    without = from_day(program(flat(100, on="enrol"), units={"points": Unit()}), "2026-03-10")
    place = Town(with_sending, without)
    place.sends("ana", "2026-03-09", "bo", 60)
    place.of("bo").waits_until("2026-03-11")
    assert (place.delivers(), place.has("bo")) == ([""], 160)
    told = place.refuses(place.a_gift("ana", "2026-03-11", "bo", 1))
    assert told == "The program has nothing called points for an event of the kind send."


def test_an_amount_of_a_unit_that_is_not_there_is_refused():
    place = town()
    event = Receive(**place.fields("bo", "2026-03-02"), unit="stars", amount=1, sender="ana")
    assert place.refuses(event) == "The program has no unit stars."


def test_what_is_sent_is_never_too_late():
    place = town()
    place.sends("ana", "2026-03-02", "bo", 100)
    place.of("bo").waits_until("2026-05-20")
    assert place.delivers() == [""]
    assert place.has("bo") == 100
