"""Codes of batches in a decision: what they stand for, when they are good, and what uses them."""

import msgspec
import pytest
from builders import Story, cap, from_day, granted, instant, off, points_per_dollar, program, purchase, reduced, skipped

from guerdon.core.codes import ShownCode
from guerdon.core.decide import decide
from guerdon.core.effects import Reduced
from guerdon.core.facts import Facts
from guerdon.core.program import When
from guerdon.core.reducing import PriceLimit
from guerdon.mechanics import Discount

LEAF = ShownCode(batch="leaflet", key="K1")
TYPED, OTHER = "k-1", "K2"


def discount(what, **settings):
    return Discount(off=off(what), **settings)


def shop(*mechanics, **fields):
    """A shop that takes 5.00 off for a code of the batch ``leaflet``, and knows two of them."""
    usual = discount("5.00", when=When(code=("leaflet",), basket_at_least=2000))
    story = Story(program(*(mechanics or (usual,)), points_per_dollar()))
    code = msgspec.structs.replace(LEAF, **fields)
    story.codes = {TYPED: code, "K1": code, OTHER: msgspec.structs.replace(code, key="K2")}
    return story


def basket(when="2026-03-10", total="20", code=TYPED):
    return purchase("next", when, total, codes=(code,))


def refused_with(story, event=None):
    """The code of a refusal, behind which nothing moved."""
    left = dict(story.limits)
    code = story.is_refused(event or basket()).code
    assert story.limits == left
    return code


# What is used.


def test_a_code_stands_for_its_batch_and_is_named_as_it_was_shown():
    decision = shop().buys("2026-03-10", "20", codes=(TYPED,))
    assert decision.outcome.effects[0] == Reduced("discount", 500, reference=TYPED)
    assert decision.limit_uses == {"code:K1": 1}
    assert decision.codes_seen == {TYPED: LEAF}


def test_a_code_that_brings_nothing_stays_good():
    story = shop()
    decision = story.buys("2026-03-10", "19.99", codes=(TYPED,))
    assert (reduced(decision), skipped(decision)["discount"]) == ({}, "basket_too_small")
    assert decision.limit_uses == {}
    assert reduced(story.buys("2026-03-11", "20", codes=(TYPED,))) == {"discount": 500}


def test_two_mechanics_use_a_code_once():
    earning = points_per_dollar(10, name="leaflet-points", when=When(code=("leaflet",)))
    decision = shop(discount("5.00", when=When(code=("leaflet",))), earning).buys("2026-03-10", "20", codes=(TYPED,))
    assert (reduced(decision), granted(decision)["leaflet-points"]) == ({"discount": 500}, 150)
    assert decision.limit_uses == {"code:K1": 1}


def test_a_mechanic_that_only_earns_uses_a_code_too():
    story = shop(points_per_dollar(10, name="more", when=When(code=("leaflet",))))
    assert story.buys("2026-03-10", "1", codes=(TYPED,)).limit_uses == {"code:K1": 1}
    assert refused_with(story) == "code_used_up"


def test_of_two_codes_of_a_batch_the_first_is_used():
    story = shop()
    assert story.buys("2026-03-10", "20", codes=(OTHER, TYPED)).limit_uses == {"code:K2": 1}
    assert reduced(story.buys("2026-03-11", "20", codes=(TYPED,))) == {"discount": 500}


def test_one_code_in_two_spellings_is_used_once():
    assert shop(uses=5).buys("2026-03-10", "20", codes=(TYPED, "K1")).limit_uses == {"code:K1": 1}


def test_a_code_of_the_program_file_goes_first_where_it_is_shown_first():
    story = shop(discount("5.00", when=When(code=("SPRING", "leaflet"))))
    decision = story.buys("2026-03-10", "20", codes=("SPRING", TYPED))
    assert (decision.outcome.effects[0].reference, decision.limit_uses) == ("SPRING", {})


def test_what_stands_against_a_mechanic_uses_no_code():
    story = shop(discount("5.00", when=When(code=("SPRING",)), unless=When(code=("leaflet",))))
    decision = story.buys("2026-03-10", "20", codes=(TYPED,))
    assert (reduced(decision), decision.limit_uses) == ({}, {})


def test_the_limit_of_a_mechanic_on_each_code_is_not_for_codes_of_a_batch():
    limited = discount("5.00", when=When(code=("leaflet", "SPRING")), limit=PriceLimit(uses_per_code=1))
    story = shop(limited, uses=2)
    for day in ("2026-03-10", "2026-03-11"):
        assert reduced(story.buys(day, "20", codes=(TYPED,))) == {"discount": 500}
    assert refused_with(story) == "code_used_up"
    assert reduced(story.buys("2026-03-12", "20", codes=("SPRING",))) == {"discount": 500}
    assert skipped(story.buys("2026-03-13", "20", codes=("SPRING",)))["discount"] == "limit_used_up"


def test_goods_that_come_back_do_not_bring_a_use_back():
    story = shop()
    story.buys("2026-03-10", "20", id="p", codes=(TYPED,))
    assert story.brings_back("2026-03-11", "p").limit_uses == {}
    assert refused_with(story) == "code_used_up"


# Which are good.


@pytest.mark.parametrize("uses", [1, 2, 3])
def test_a_code_is_good_so_often_and_no_more(uses):
    story = shop(uses=uses)
    for _ in range(uses):
        story.buys("2026-03-10", "20", codes=(TYPED,))
    assert refused_with(story) == "code_used_up"


def test_a_member_may_use_so_many_codes_of_a_batch():
    story = shop(uses=5, uses_per_member=1)
    story.buys("2026-03-10", "20", codes=(TYPED,))
    assert story.state.used == {"code:leaflet": {0: 1}}
    refusal = story.is_refused(basket(code=OTHER))
    assert refusal.code == "code_limit_reached"
    assert refusal.details == {"shown": OTHER, "batch": "leaflet", "most": 1}


WINDOW = [
    ("2026-03-09 23:59", "code_not_valid_now"),
    ("2026-03-10 00:00", ""),
    ("2026-03-11 23:59", ""),
    ("2026-03-12 00:00", "code_not_valid_now"),
]


@pytest.mark.parametrize(("when", "expected"), WINDOW)
def test_a_code_is_good_from_its_first_instant_and_before_its_last(when, expected):
    story = shop(valid_from=instant("2026-03-10"), valid_until=instant("2026-03-12"))
    if expected:
        assert refused_with(story, basket(when)) == expected
    else:
        assert reduced(story.meets(basket(when))) == {"discount": 500}


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"standing": "revoked"}, "code_revoked"),
        ({"member": "somebody"}, "code_of_another_member"),
        ({"standing": "revoked", "member": "somebody"}, "code_revoked"),
        ({"member": "somebody", "valid_until": 1}, "code_of_another_member"),
        ({"valid_until": 1}, "code_not_valid_now"),
        ({"batch": "autumn"}, "code_unknown"),
        ({"batch": "autumn", "standing": "revoked"}, "code_unknown"),
    ],
)
def test_a_code_that_is_no_good_refuses_the_purchase(fields, expected):
    assert refused_with(shop(**fields)) == expected


def test_a_code_for_the_member_is_good():
    assert reduced(shop(member="m").meets(basket())) == {"discount": 500}


def test_the_name_of_a_batch_is_no_code():
    story = shop()
    assert reduced(story.buys("2026-03-10", "20", codes=("leaflet",))) == {"discount": 500}, (
        "there is no such batch yet"
    )
    story.codes["leaflet"] = ShownCode("name")
    assert refused_with(story, basket(code="leaflet")) == "code_unknown"


def test_a_typing_mistake_is_told_apart_unless_the_text_means_something():
    story = shop(discount("5.00", when=When(code=("leaflet", "SPRING-2026-MART"))))
    story.codes |= {text: ShownCode("mistyped") for text in ("K-3", "SPRING-2026-MART")}
    assert refused_with(story, basket(code="K-3")) == "code_mistyped"
    assert refused_with(story, basket(code="K-4")) == "code_unknown"
    assert reduced(story.meets(basket(code="SPRING-2026-MART"))) == {"discount": 500}


def test_a_version_that_drops_the_batch_knows_its_codes_no_more():
    usual = discount("5.00", when=When(code=("leaflet",)))
    story = Story(program(usual), from_day(program(), "2026-04-01"))
    story.codes = {TYPED: LEAF}
    assert reduced(story.meets(basket("2026-03-31"))) == {"discount": 500}
    assert refused_with(story, basket("2026-04-01")) == "code_unknown"


# What was added to a limit.


@pytest.mark.parametrize(("added", "gets"), [(-1, 4), (0, 5), (1, 6), (5, 10), (6, 10)])
def test_what_was_added_to_a_limit_counts_and_is_kept_beside_the_decision(added, gets):
    story = Story(program(points_per_dollar(name="base", limit=cap(total=5))))
    story.added = {"base": added} if added else {}
    decision = story.buys("2026-03-10", "10")
    assert granted(decision) == {"base": gets}
    assert decision.added_seen == story.added


def test_a_replay_needs_nothing_but_what_was_seen():
    story = shop(uses_per_member=2)
    event = basket()
    decision = story.tries(event)
    facts = Facts(decision.limits_seen, codes=decision.codes_seen, added=decision.added_seen)
    assert decide(story.timeline, story.state, event, facts) == decision._replace(notes=[])


def test_what_a_member_has_used_of_a_batch_is_never_forgotten():
    story = shop(uses=9, uses_per_member=1)
    story.buys("2026-03-10", "20", codes=(TYPED,))
    story.buys("2027-06-10", "20")
    assert refused_with(story, basket("2027-06-11")) == "code_limit_reached"
