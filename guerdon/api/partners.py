"""Partners: who takes part, and what is between the program and each."""

from datetime import date
from typing import Annotated

from litestar import Router, get
from litestar.params import FromPath, QueryParameter

from guerdon.api.access import AUDITOR, READER, open_to
from guerdon.api.problems import Problem
from guerdon.api.requests import AnyRequest, reading_program
from guerdon.messages.amounts import WireAmount, wired
from guerdon.messages.partners import PartnerAccount, PartnerEntry, PartnerNamed, Partners, StatementOfPartner
from guerdon.runtime.partners import PartnerNotFound, PartnerStatement, PartnerUnit, partner_statement

FirstDay = Annotated[
    date | None, QueryParameter(name="from", description="The first day; by default from the beginning.")
]
LastDay = Annotated[date | None, QueryParameter(name="to", description="The last day; by default up to now.")]

_EARLIEST, _LATEST = date(2000, 1, 1), date(2099, 12, 30)
"""No event lies outside, so a statement that asks for more is the same."""


@get("/", sync_to_thread=True, **open_to(*READER))
def list_partners(request: AnyRequest) -> Partners:
    """The businesses that take part in the version in force."""
    with reading_program(request) as (_, published):
        partners = published.in_force().program.partners
    return Partners(items=[PartnerNamed(name=name, title=partner.title) for name, partner in partners.items()])


@get("/{partner:str}/statement", sync_to_thread=True, **open_to(*AUDITOR))
def read_partner_statement(
    request: AnyRequest, partner: FromPath[str], first: FirstDay = None, last: LastDay = None
) -> StatementOfPartner:
    """What a partner granted and was paid with in a period, unit by unit, and who owes whom."""
    with reading_program(request) as (connection, published):
        try:
            found = partner_statement(
                connection, published.id, partner, first=_known(first), last=_known(last), published=published
            )
        except PartnerNotFound as missing:
            raise Problem("partner_not_found") from missing
    return _told(found, first, last)


def _known(day: date | None) -> date | None:
    return None if day is None else min(max(day, _EARLIEST), _LATEST)


def _told(found: PartnerStatement, first: date | None, last: date | None) -> StatementOfPartner:
    return StatementOfPartner(
        partner=found.partner,
        first_day=first,
        last_day=last,
        units=[_account(name, unit) for name, unit in found.units.items()],
        worth=wired(found.worth),
    )


def _account(name: str, unit: PartnerUnit) -> PartnerAccount:
    return PartnerAccount(
        unit=name,
        opening=wired(unit.opening),
        lines=[
            PartnerEntry(
                kind=line.kind,
                reason=line.reason,
                amount=wired(line.amount),
                times=line.times,
                worth=_worth(line.worth),
            )
            for line in unit.lines
        ],
        closing=wired(unit.closing),
        worth=_worth(unit.worth),
    )


def _worth(worth: int | None) -> WireAmount | None:
    return None if worth is None else wired(worth)


router = Router(path="/partners", route_handlers=[list_partners, read_partner_statement], tags=["Partners"])
