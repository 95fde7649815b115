"""The Python client: everything that the service offers, typed by the very messages that go over the wire.

::

    from guerdon.client import Guerdon, Line

    with Guerdon("http://127.0.0.1:8080", key="gk_…") as guerdon:
        guerdon.members.enrol("ann")
        bought = guerdon.purchases.send("ann", [Line("tea", 450)], id="receipt-1")
        print(bought.receipt.earned, guerdon.wallets.read_one("ann", "points").available)

A tea for 4.50, and at one point a dollar the wallet holds 4. ``AsyncGuerdon`` offers the same to ``await``.

Every write has an id: the caller's, or one that the client makes. A call is tried again where the connection broke or
the service could not answer just now, always with the same id, so that it is carried out once. What the service says no
to is ``Refused``; what got no clear answer is ``Failed``.

A **call** is made as a value in one place (``calls``, and the groups beside it) and run in one of two ways (``ways``).
What does not belong here: anything that decides, and anything that knows the service from inside.
"""

from guerdon.client.calls import Tagged, new_id, now
from guerdon.client.clients import AsyncGuerdon, Guerdon
from guerdon.client.errors import ChangedMeanwhile, Failed, GuerdonError, NotAllowed, NotFound, Refused
from guerdon.client.patience import Retries
from guerdon.core.events import Line, ReturnedLine, TakenReward
from guerdon.messages.persons import ShownIdentity
from guerdon.messages.profiles import Profile

__all__ = [
    "AsyncGuerdon",
    "ChangedMeanwhile",
    "Failed",
    "Guerdon",
    "GuerdonError",
    "Line",
    "NotAllowed",
    "NotFound",
    "Profile",
    "Refused",
    "Retries",
    "ReturnedLine",
    "ShownIdentity",
    "Tagged",
    "TakenReward",
    "new_id",
    "now",
]
