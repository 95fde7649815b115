"""The list of mechanics as it stands in the file: mappings, each recognised by the key of its kind."""

from typing import Any

from guerdon.core.program import Mechanic
from guerdon.language.benefits import BENEFIT, PAYMENT
from guerdon.language.challenges import BADGES, QUEST
from guerdon.language.chances import RAFFLE, WHEEL
from guerdon.language.coupons import COUPON
from guerdon.language.discounts import BUNDLE, DISCOUNT
from guerdon.language.earning import EARN
from guerdon.language.errors import advice, closest, listed, shown
from guerdon.language.forms import Define, Form, Inside, Schema
from guerdon.language.giving import CAUSE_SECTION, CONVERSION, SENDING
from guerdon.language.households import HOUSEHOLD
from guerdon.language.issues import VOUCHERS
from guerdon.language.ladders import TIERS
from guerdon.language.menus import MENU
from guerdon.language.nodes import Scalar
from guerdon.language.place import Place
from guerdon.language.plans import MEMBERSHIP
from guerdon.language.referrals import REFERRAL
from guerdon.language.section import Section
from guerdon.language.stamps import STAMPS
from guerdon.language.streaks import STREAK
from guerdon.mechanics import MECHANICS

SECTIONS: dict[str, Section[Any]] = {
    "earn": EARN,
    "tiers": TIERS,
    "vouchers": VOUCHERS,
    "referral": REFERRAL,
    "cause": CAUSE_SECTION,
    "sending": SENDING,
    "conversion": CONVERSION,
    "stamps": STAMPS,
    "streak": STREAK,
    "quest": QUEST,
    "badge": BADGES,
    "raffle": RAFFLE,
    "wheel": WHEEL,
    "discount": DISCOUNT,
    "bundle": BUNDLE,
    "coupon": COUPON,
    "benefit": BENEFIT,
    "payment": PAYMENT,
    "household": HOUSEHOLD,
    "membership": MEMBERSHIP,
    "menu": MENU,
}
"""How each mechanic of ``MECHANICS`` stands in a file."""


class Kinds(Form[Mechanic]):
    """A mechanic of any kind."""

    name = "a mechanic"

    def read(self, place: Place) -> Mechanic:
        words = self._words(place)
        kinds = [word for word in words if word in MECHANICS]
        if not kinds:
            self._refuse_unknown(place, words)
        if len(kinds) > 1:
            told = f"`{kinds[0]}` and `{kinds[1]}` are two mechanics; begin the second with a `-` of its own"
            place.refuse("settings_conflict", told)
        return SECTIONS[kinds[0]].read(place)  # type: ignore[no-any-return]

    def _words(self, place: Place) -> list[str]:
        return [key.node.text for key, _ in place.entries(self.name) if isinstance(key.node, Scalar)]

    def inside(self, place: Place) -> Inside | None:
        kind = next(word for word in self._words(place) if word in MECHANICS)
        return SECTIONS[kind].inside(place)

    def _refuse_unknown(self, place: Place, words: list[str]) -> None:
        """Report that the kind is missing or misspelt. A name that is given counts all the same."""
        ways = listed(list(MECHANICS), "or")
        own = next((value for key, value in place.entries(self.name) if key.path.endswith(".name")), None)
        if isinstance(own, Scalar):
            place.desk.earned.setdefault(own.text, ("", ""))
        near = [word for word in words if closest(word, MECHANICS)]
        if near:
            told = f"{shown(near[0])} is not a kind of mechanic; {advice(near[0], MECHANICS)}"
        else:
            told = f"a mechanic needs a key that says its kind: {ways}"
        place.refuse("key_unknown", told, ways)

    def schema(self, define: Define) -> Schema:
        return {"oneOf": [define(section) for section in self.parts()]}

    def parts(self) -> tuple[Form[Any], ...]:
        return tuple([SECTIONS[kind] for kind in MECHANICS])


MECHANIC = Kinds()
