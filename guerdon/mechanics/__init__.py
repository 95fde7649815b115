"""Mechanics: one file each, with its settings, its pure function and a worked example.

A mechanic is a Struct of settings with ``compile``, which gives the rule that proposes and carries out. It imports
the core and nothing else. A new mechanic is one new file, its tests, and one line in ``MECHANICS``. Reading files,
looking things up and keeping state of one's own belong elsewhere.
"""

from guerdon.mechanics.badge import Badge
from guerdon.mechanics.benefit import Benefit
from guerdon.mechanics.bundle import Bundle
from guerdon.mechanics.cause import Cause
from guerdon.mechanics.conversion import Conversion
from guerdon.mechanics.coupon import Coupon
from guerdon.mechanics.discount import Discount
from guerdon.mechanics.earn import Earn
from guerdon.mechanics.household import Household
from guerdon.mechanics.membership import Membership
from guerdon.mechanics.menu import Menu
from guerdon.mechanics.payment import Payment
from guerdon.mechanics.quest import Quest
from guerdon.mechanics.raffle import Raffle
from guerdon.mechanics.referral import Referral
from guerdon.mechanics.sending import Sending
from guerdon.mechanics.stamps import Stamps
from guerdon.mechanics.streak import Streak
from guerdon.mechanics.tiers import Tiers
from guerdon.mechanics.vouchers import Vouchers
from guerdon.mechanics.wheel import Wheel

MECHANICS = {
    "earn": Earn,
    "tiers": Tiers,
    "vouchers": Vouchers,
    "referral": Referral,
    "cause": Cause,
    "sending": Sending,
    "conversion": Conversion,
    "stamps": Stamps,
    "streak": Streak,
    "quest": Quest,
    "badge": Badge,
    "raffle": Raffle,
    "wheel": Wheel,
    "discount": Discount,
    "bundle": Bundle,
    "coupon": Coupon,
    "benefit": Benefit,
    "payment": Payment,
    "household": Household,
    "membership": Membership,
    "menu": Menu,
}
"""Every mechanic, by the key that names it in a program file."""
