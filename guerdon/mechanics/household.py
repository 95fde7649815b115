"""Household: several members who share a plan and a pool.

The household is a member too: it is enrolled under an id of its own, holds the pool, and keeps the roster of who
belongs to it. Persons and household tell each other what happens by events that are sent from member to member, so that
no decision ever changes two members:

    person: enter  ->  household: admit  ->  person: settle
    person: exit   ->  household: admit (leaves)

Because the household decides alone, and in the order in which it is asked, two persons who ask for the last place
cannot both have it. The roles and how many may have each are settings; the first role listed is the **owner's**. An
owner enters first; everybody else comes in with the owner's consent, which is asked for before ``enter`` is sent, by
whoever sends it. What the household itself looks at is whether there is an owner, a place left in the role, and the
address.

**Worked.** ``roles: {owner: 1, adult: 1, child: 4, teen: 4}``, ``address: the same``, ``again_after: 12 months``. Ana
enters ``home-1`` as its owner. Ben asks as an adult and is taken in. Eva asks as an adult, and the household declines:
``full``. Ben leaves on 10 March 2026, and may ask any household again from 11 March 2027 on.

**Shared plans.** While the owner is in a plan that the household shares, everybody else in it is too, as ``shared``:
for nothing, and for as long as both last. **The pool.** Of what a purchase or an action gives a person, a share goes on
to the household at once, with the expiry it has; for that the household stands below the mechanics that give it. What
is still pending stays with the person. A return takes back from the person alone, who may owe what the pool has.
"""

from collections.abc import Mapping

import msgspec

from guerdon.core import wallet
from guerdon.core.amounts import Rate, Rounding
from guerdon.core.calendar import Instant, Term, date_of, moment_of
from guerdon.core.case import Case
from guerdon.core.effects import Granted, HouseholdChanged, MembershipChanged
from guerdon.core.events import Admit, Enter, Event, Exit, Receive, Settle, derived_id
from guerdon.core.program import Texts, When
from guerdon.core.refusals import stop
from guerdon.core.rule import Proposal, Rule
from guerdon.core.state import Household as Place
from guerdon.core.state import Membership, Person
from guerdon.core.workshop import Workshop


class Household(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of households. A program has one kind of them."""

    name: str
    title: Texts = {}
    roles: Mapping[str, int]
    """How many persons may have each role. The first is the owner's, of whom there is one."""
    same_address: bool = False
    """Whether everybody lives where the owner does, by the token that ``enter`` carries."""
    again_after: Term | None = None
    """How long a person who left waits before asking again; None: not at all."""
    not_for: tuple[str, ...] = ()
    """Plans whose members may not enter."""
    trials_may_enter: bool = True
    """Whether members may enter whose plan is on trial."""
    when: When = When()
    """Who may enter."""
    shares: tuple[str, ...] = ()
    """The plans of the owner's that everybody in the household has."""
    pools: Mapping[str, Rate] = {}
    """Units of which a share of what a person earns goes to the household: 50 % is ``Rate(50, 100)``."""

    def compile(self, workshop: Workshop) -> Rule:
        """Make the rule."""
        return HouseholdRule(self, workshop)


class HouseholdRule(Rule):
    """Households, compiled: what a person does, what the household does, and what they tell each other."""

    def __init__(self, settings: Household, workshop: Workshop) -> None:
        """Listen to what is earned, where there is a pool, and to the owner's plans."""
        self.settings = settings
        self.name = settings.name
        self._owner = next(iter(settings.roles))
        self._condition = workshop.condition(settings.when)._replace(lines=None)
        self._zone = workshop.zone
        self.answers = (("enter", ""), ("exit", ""), ("admit", self.name), ("settle", self.name))
        changes = [f"{change}:{plan}" for plan in settings.shares for change in ("joined", "left")]
        self.triggers = (*(("purchase", "action") if settings.pools else ()), *changes)

    def answer(self, case: Case, event: Event) -> None:
        """Deal with a person's wish, or with what the household and the person tell each other."""
        if isinstance(event, Enter):
            self._enter(case, event)
        elif isinstance(event, Exit):
            self._exit(case, event)
        elif isinstance(event, Admit):
            self._admit(case, event)
        elif isinstance(event, Settle):
            self._settle(case, event)

    def propose(self, case: Case) -> Proposal | None:
        """Pass on what a person in a household earned, and what became of the owner's plans."""
        return Proposal(self, 0) if case.role() else None

    def carry_out(self, case: Case, proposal: Proposal) -> None:
        """Do it."""
        for unit, share in self.settings.pools.items():
            self._pool(case, unit, share)
        if not isinstance(case.event, Settle) and _has_changed_plans(case, self.settings.shares):
            # The owner says which plans there are; who had one of their own asks for the shared one instead.
            self._tell(case, f"{self.name}/{case.at}", self._place(case), plans=self._own_plans(case))

    # A person.

    def _enter(self, case: Case, event: Enter) -> None:
        self._check_entering(case, event)
        case.household = Place(self.name, event.household, event.role, case.at, "asked")
        case.effects.append(HouseholdChanged(self.name, event.household, event.role, "asked"))
        self._tell(case, self.name, case.household, address=event.address, plans=self._own_plans(case))

    def _check_entering(self, case: Case, event: Enter) -> None:
        """Refuse, in this order: who is in one, one that is none, what was asked wrongly, who may not, who left."""
        if case.role():
            raise stop("household_held", household=self._place(case).id)
        if event.household == event.member or case.roster:
            raise stop("household_in_household")
        if event.role not in self.settings.roles:
            raise stop("role_unknown", role=event.role)
        if self.settings.same_address and not event.address:
            raise stop("address_missing")
        reason = self._reason_against(case)
        if reason:
            raise stop("household_not_for_this_member", reason=reason)
        if case.household is not None and self.settings.again_after is not None:
            again = self.settings.again_after.ends(self._zone.day(case.household.since))
            if case.household.standing == "left" and case.day < again:
                raise stop("household_left_lately", on=str(date_of(again)))

    def _reason_against(self, case: Case) -> str:
        """Why a person may not enter a household; empty: nothing stands against it."""
        failing = self._condition.failing(case)
        if failing is not None:
            return failing.sentence
        barred = [plan for plan in case.memberships if plan in self.settings.not_for]
        if barred:
            return f"not for members of {barred[0]}"
        trials = [
            plan for plan, held in case.memberships.items() if held.is_trial and not self.settings.trials_may_enter
        ]
        return f"not while {trials[0]} is on trial" if trials else ""

    def _exit(self, case: Case, event: Exit) -> None:
        left = case.household
        if left is None or left.standing == "left":
            raise stop("household_not_held")
        self._tell(case, self.name, left, leaves=True)
        # Who was not taken in yet has not been in it.
        waits = left.standing == "in"
        case.household = Place(self.name, "", left.role, case.at, "left") if waits else None
        case.effects.append(HouseholdChanged(self.name, left.id, left.role, "left"))
        self._share(case, ())

    def _settle(self, case: Case, event: Settle) -> None:
        """The household has decided, or shares other plans by now."""
        place = case.household
        if place is None or place.id != event.pool:
            if not event.refused:
                # The person has gone elsewhere meanwhile: the place is free again.
                self._tell(case, self.name, Place(self.name, event.pool, event.role, case.at), leaves=True)
            return
        if event.refused:
            case.household = None
            case.effects.append(HouseholdChanged(self.name, event.pool, event.role, event.refused))
            self._share(case, ())
            return
        if place.standing != "in":
            case.household = Place(self.name, event.pool, event.role, case.at)
            case.effects.append(HouseholdChanged(self.name, event.pool, event.role, "admitted"))
        self._share(case, _plans_now(case, event.plans))

    def _share(self, case: Case, plans: tuple[str, ...]) -> None:
        """Have the plans that the household shares, and no others that it shared. One's own stay as they are."""
        for plan, held in list(case.memberships.items()):
            if held.status == "shared" and plan not in plans:
                case.be_member(plan, None, "household")
        for plan in plans:
            if plan not in case.memberships:
                case.be_member(plan, Membership("shared", case.at, joined_at=case.at), "household")

    def _own_plans(self, case: Case) -> tuple[str, ...]:
        """The plans that the owner brings into the household."""
        if self._place(case).role != self._owner:
            return ()
        held = case.memberships
        return tuple([plan for plan in self.settings.shares if plan in held and held[plan].status != "shared"])

    def _place(self, case: Case) -> Place:
        """The person's place in a household; one without an id outside of any."""
        return case.household or Place(self.name, "", "", case.at, "left")

    def _tell(
        self,
        case: Case,
        origin: str,
        place: Place,
        *,
        address: str = "",
        leaves: bool = False,
        plans: tuple[str, ...] = (),
    ) -> None:
        """Send the household what it needs to know of a person. ``origin`` tells apart what one event leads to."""
        member = case.event.member
        case.send(
            Admit(
                id=derived_id(case.event.id, origin), member=place.id, at=moment_of(case.at), household=self.name,
                person=member, role=place.role, address=address, leaves=leaves, plans=plans,
            )
        )  # fmt: skip

    def _pool(self, case: Case, unit: str, share: Rate) -> None:
        """Send the household its share of what this event gave, by expiry, as far as it is not owed."""
        earned: dict[Instant | None, int] = {}
        for grant in case.effects:
            if isinstance(grant, Granted) and grant.unit == unit and grant.at is None and grant.matures_at is None:
                earned[grant.expires_at] = earned.get(grant.expires_at, 0) + grant.amount
        for expires_at, amount in earned.items():
            part = min(share.of(amount, Rounding.FLOOR), wallet.available(case.wallet(unit)))
            sent = derived_id(case.event.id, f"{self.name}/{unit}/{expires_at or 'never'}")
            if part > 0 and not case.has_sent(sent):
                household = self._place(case).id
                case.pass_on(unit, part, household, expires_at=expires_at)
                case.send(
                    Receive(
                        id=sent, member=household, at=moment_of(case.at), unit=unit, amount=part,
                        sender=case.event.member, expires_at=expires_at, comes_back_with=expires_at,
                    )
                )  # fmt: skip

    # The household.

    def _admit(self, case: Case, event: Admit) -> None:
        known = case.roster.get(event.person)
        if event.leaves:
            self._let_go(case, event, known)
            return
        declined = "" if known is not None else self._declines(case, event)
        if declined:
            case.effects.append(HouseholdChanged(self.name, event.person, event.role, declined))
            self._answer(case, event.person, event.role, refused=declined)
            return
        plans = _plans_now(case, event.plans)
        person = Person(event.role, case.at, event.address, plans) if known is None else known
        if known is None:
            case.effects.append(HouseholdChanged(self.name, event.person, event.role, "admitted"))
        case.roster = case.roster | {event.person: msgspec.structs.replace(person, plans=plans)}
        if person.role == self._owner:
            self._tell_everybody(case)
        if known is None or person.role != self._owner:
            self._answer(case, event.person, person.role)

    def _declines(self, case: Case, event: Admit) -> str:
        """Why the household does not take a person in; empty: it does."""
        owners = [person for person in case.roster.values() if person.role == self._owner]
        if not owners and event.role != self._owner:
            return "no_owner"
        taken = sum([person.role == event.role for person in case.roster.values()])
        if taken >= self.settings.roles.get(event.role, 0):
            return "full"
        if self.settings.same_address and owners and owners[0].address != event.address:
            return "other_address"
        return ""

    def _let_go(self, case: Case, event: Admit, known: Person | None) -> None:
        if known is None:
            raise stop("person_not_in_household", person=event.person)
        case.roster = {name: person for name, person in case.roster.items() if name != event.person}
        case.effects.append(HouseholdChanged(self.name, event.person, known.role, "left"))
        if known.plans:
            self._tell_everybody(case)

    def _tell_everybody(self, case: Case) -> None:
        """Say to everybody but the owner which plans the household shares now."""
        for name, person in case.roster.items():
            if person.role != self._owner:
                self._answer(case, name, person.role)

    def _answer(self, case: Case, person: str, role: str, *, refused: str = "") -> None:
        shared = tuple([plan for one in case.roster.values() for plan in one.plans])
        plans = () if refused or role == self._owner else shared
        case.send(
            Settle(
                id=derived_id(case.event.id, f"{self.name}/{person}"), member=person, at=moment_of(case.at),
                household=self.name, pool=case.event.member, role=role, refused=refused, plans=plans,
            )
        )  # fmt: skip


def _plans_now(case: Case, plans: tuple[str, ...]) -> tuple[str, ...]:
    """Plans that were told by the names they had then, by those of today."""
    return tuple([case.version.name_now(plan) for plan in plans])


def _has_changed_plans(case: Case, plans: tuple[str, ...]) -> bool:
    """Whether a membership of one of these plans began or ended in this event, or fell due before it."""
    changes = [effect for effect in case.effects if isinstance(effect, MembershipChanged) and effect.plan in plans]
    return any("" in (change.before, change.after) for change in changes)
