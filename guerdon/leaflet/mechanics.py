"""How each kind of mechanic is said: one function a kind."""

from collections.abc import Callable
from typing import Any

from guerdon.core.program import Mechanic
from guerdon.leaflet.badge import said_badge
from guerdon.leaflet.benefits import said_benefit, said_payment
from guerdon.leaflet.earn import said_earn
from guerdon.leaflet.household import said_household
from guerdon.leaflet.membership import said_membership
from guerdon.leaflet.menu import said_menu
from guerdon.leaflet.pages import Said
from guerdon.leaflet.prices import said_bundle, said_coupon, said_discount
from guerdon.leaflet.quest import said_quest
from guerdon.leaflet.raffle import said_raffle
from guerdon.leaflet.relations import said_cause, said_conversion, said_referral, said_sending
from guerdon.leaflet.stamps import said_stamps
from guerdon.leaflet.streak import said_streak
from guerdon.leaflet.tiers import said_tiers
from guerdon.leaflet.voice import Voice
from guerdon.leaflet.vouchers import said_vouchers
from guerdon.leaflet.wheel import said_wheel
from guerdon.mechanics import MECHANICS

SAYINGS: dict[str, Callable[[Voice, Any], Said]] = {
    "earn": said_earn,
    "household": said_household,
    "membership": said_membership,
    "menu": said_menu,
    "tiers": said_tiers,
    "vouchers": said_vouchers,
    "referral": said_referral,
    "cause": said_cause,
    "sending": said_sending,
    "conversion": said_conversion,
    "stamps": said_stamps,
    "streak": said_streak,
    "quest": said_quest,
    "badge": said_badge,
    "raffle": said_raffle,
    "wheel": said_wheel,
    "discount": said_discount,
    "bundle": said_bundle,
    "coupon": said_coupon,
    "benefit": said_benefit,
    "payment": said_payment,
}
"""Every kind of ``MECHANICS``, with the function that says one of it."""


def said(voice: Voice, mechanic: Mechanic) -> Said:
    """A mechanic of any kind in words."""
    return SAYINGS[_KINDS[type(mechanic)]](voice, mechanic)


_KINDS: dict[type, str] = {settings: kind for kind, settings in MECHANICS.items()}
