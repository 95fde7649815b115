"""Rewards: the catalogue as an app shows it."""

import time

from litestar import Router, get

from guerdon.api.access import READER, open_to
from guerdon.api.requests import AnyRequest, reading_program
from guerdon.api.versions import InLanguage
from guerdon.core.program import Quantity
from guerdon.leaflet import reward_notes
from guerdon.messages.amounts import wired
from guerdon.messages.rewards import AmountOf, Catalogue, RewardOffered
from guerdon.runtime.offers import Offer, offers


@get("/", sync_to_thread=True, **open_to(*READER))
def list_rewards(request: AnyRequest, language: InLanguage = "en") -> Catalogue:
    """The rewards of the version in force: what each costs and gives, what is left, and what there is to know."""
    with reading_program(request) as (connection, published):
        version = published.in_force()
        found = offers(connection, published.id, version, int(time.time()))
    notes = reward_notes(version.program, language)
    return Catalogue(items=[_told(offer, notes[offer.reward.name]) for offer in found])


def _told(offer: Offer, notes: list[str]) -> RewardOffered:
    reward = offer.reward
    return RewardOffered(
        name=reward.name,
        title=reward.title,
        cost=_amount(reward.cost),
        cost_by_tier={level: _amount(cost) for level, cost in reward.cost_by_tier.items()},
        taken=reward.taken,
        gives=None if reward.gives is None else _amount(reward.gives),
        gives_code=reward.code,
        first_day=reward.first_day,
        last_day=reward.last_day,
        partner=reward.partner,
        left=offer.left,
        available_now=offer.is_open,
        conditions=notes,
    )


def _amount(quantity: Quantity) -> AmountOf:
    return AmountOf(unit=quantity.unit, amount=wired(quantity.amount))


router = Router(path="/rewards", route_handlers=[list_rewards], tags=["Rewards"])
