"""The profile: what a merchant knows of a person. None of it ever reaches the ledger."""

from datetime import date
from typing import Annotated

import msgspec
from msgspec import Meta

from guerdon.core.events import Name, Prose


class Profile(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True, kw_only=True, gc=False):
    """What is known of a person now. Everything may be left out."""

    given_name: Name = ""
    """What the person is called."""
    family_name: Name = ""
    """The name of the family."""
    email: Name = ""
    """Where to write to. To be found by it, it is to be added as an identity too."""
    phone: Name = ""
    """Where to call. To be found by it, it is to be added as an identity too."""
    birth_date: date | None = None
    """The day of birth. Rules see month and day, and the band of the age."""
    address: Annotated[tuple[Name, ...], Meta(max_length=10)] = ()
    """The lines of the postal address, as on an envelope."""
    region: Name = ""
    """As `region` of the program file matches it: the only part of the address that rules see."""
    language: Name = ""
    """A tag such as ``bg``. Rules see it."""
    attributes: Annotated[dict[Name, Prose], Meta(max_length=100)] = {}
    """Whatever else is to be kept, as names with texts. Rules do not see it."""

    def __repr__(self) -> str:
        """Which fields are filled, and nothing of what they hold: a log may print this."""
        filled = [name for name in self.__struct_fields__ if getattr(self, name)]
        return f"Profile({', '.join(filled)})"
