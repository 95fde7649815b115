"""The liability, now or at any past moment."""

from datetime import UTC, datetime

from litestar import Router, get

from guerdon.api.access import AUDITOR, open_to
from guerdon.api.addressing import AsOf, moment_in
from guerdon.api.requests import AnyRequest, program_of, service_of
from guerdon.messages.amounts import wired
from guerdon.messages.liability import LiabilityAnswer
from guerdon.messages.liability import UnitLiability as UnitAnswer
from guerdon.runtime.liability import UnitLiability, liability


@get("/", sync_to_thread=True, **open_to(*AUDITOR))
def read_liability(request: AnyRequest, as_of: AsOf = None) -> LiabilityAnswer:
    """What is outstanding of each unit and what it is worth, now or at a past moment, with where it came from and where
    the rest has gone.
    """
    service, program, asked = service_of(request), program_of(request), moment_in(as_of)
    with service.pool.program(program) as connection:
        published = service.published(connection, program)
        units = liability(connection, program, published.timeline, asked)
    return LiabilityAnswer(
        as_of=(asked or datetime.now(UTC).replace(microsecond=0)).astimezone(UTC),
        currency=published.currency,
        worth=wired(sum([unit.worth or 0 for unit in units])),
        units=[_unit(unit) for unit in units],
    )


def _unit(unit: UnitLiability) -> UnitAnswer:
    amounts = unit._asdict()
    name, worth = amounts.pop("unit"), amounts.pop("worth")
    known = {account: wired(amount) for account, amount in amounts.items()}
    return UnitAnswer(unit=name, worth=None if worth is None else wired(worth), **known)


router = Router(path="/liability", route_handlers=[read_liability], tags=["Reports"])
