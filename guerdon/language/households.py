"""``household`` as it stands in the file: roles, who may enter, what is shared."""

from typing import Any

from guerdon.core.amounts import Rate
from guerdon.language.errors import Wrong, shown
from guerdon.language.figures import DECIMAL, counted, figure
from guerdon.language.forms import Either, Form, Table, Turned, one_or_more
from guerdon.language.matchers import MEMBER_WHEN
from guerdon.language.phrases import Choice, Known, Phrase, Wording
from guerdon.language.section import Fields, Key, Section
from guerdon.language.terms import TERM
from guerdon.language.words import MECHANIC_TITLE, NAME, PLAN, UNIT, declare
from guerdon.mechanics.household import Household

_ALL = Rate(1, 1)


def _share(number: str) -> Rate:
    part = figure(number)
    whole = 100 * 10**part.decimals
    if not 0 < part.digits <= whole or part.decimals > 4:
        raise Wrong("number_out_of_range", f"{shown(f'{number} %')} is not a share; write `1 %` to `100 %`")
    return Rate(part.digits, whole)


SHARE = Phrase(
    "a share",
    Wording(f"{DECIMAL} ?%", lambda found, _: _share(found[1])),
    examples=("50 %", "100 %"),
    about="Of an amount, rounded down.",
)

POOLS: Form[dict[str, Rate]] = Either(
    "a unit, or shares of units",
    text=Turned(UNIT, lambda unit: {unit: _ALL}),
    mapping=Table("shares of units", UNIT, SHARE),
)

TRIAL_OR_PLAN = Known("a membership plan, or `trial`", lambda scope: {"trial", *scope.names.plans}, example="trial")


def _household(*, not_for: tuple[str, ...] = (), **settings: Any) -> Household:
    plans = tuple([plan for plan in not_for if plan != "trial"])
    return Household(not_for=plans, trials_may_enter="trial" not in not_for, **settings)


def _check_household(fields: Fields) -> None:
    """Report a second kind of households, and an owner who is not alone."""
    if fields.get("household") is not None:
        declare(fields, fields.get("household"), "household")
    first = fields.desk.declared.setdefault(("kind of households", ""), fields.place.node)
    if first is not fields.place.node:
        told = f"a program has one kind of households; the other is on line {first.line}"
        fields.report("household", "settings_conflict", told)
    roles = fields.get("roles")
    if roles is not None and next(iter(roles.values())) != 1:
        told = f"{shown(next(iter(roles)))} is the first role and so the owner's, of whom there is one"
        fields.report("roles", "order_wrong", told, "1")


def _check_pools(fields: Fields) -> None:
    """Report vouchers, which cannot be parted."""
    for unit in fields.get("pools") or ():
        facts = fields.desk.names.units.get(unit)
        if facts is not None and facts.money and not facts.divisible:
            told = f"`{unit}` are vouchers, which are spent whole; pool a unit that is `spent: in any part`"
            fields.report("pools", "unit_other", told)


HOUSEHOLD: Section[Household] = Section(
    "a kind of households",
    "`household`: members who share a plan and a pool",
    "A household is a member too, with an id of its own. Persons ask to enter it, and it takes them in or declines.",
    [
        Key("household", NAME, "Its name.", "family", required=True, into="name"),
        MECHANIC_TITLE,
        Key(
            "roles",
            Table("roles by name", NAME, counted("a number of persons", "person", "4", most=1_000)),
            "How many persons may have each role. The first is the owner's, of whom there is one.",
            "{owner: 1, adult: 1, child: 4}",
            required=True,
        ),
        Key(
            "address",
            Choice("`the same` or `any`", {"the same": True, "any": False}),
            "Where persons live: `the same` address as the owner, by the token that `enter` carries. Left out: any.",
            "the same",
            into="same_address",
        ),
        Key("again_after", TERM, "How long who left waits before asking again. Left out: not at all.", "12 months"),
        Key(
            "not_for",
            one_or_more("a plan or a list of them", TRIAL_OR_PLAN),
            "Plans whose members may not enter; `trial` for who is trying any. Left out: none.",
            "[trial, plus]",
        ),
        Key("when", MEMBER_WHEN, "Who may enter. Left out: anyone.", "{age: from 13}"),
        Key(
            "shares",
            one_or_more("a plan or a list of them", PLAN),
            "The owner's plans that everybody in the household has. Left out: none.",
            "plus",
        ),
        Key(
            "pools",
            POOLS,
            "Units of which a share of what a person earns goes on to the household: all of it, or `{points: 50 %}`. "
            "It stands below the mechanics that give them. Left out: none.",
            "points",
        ),
    ],
    _household,
    checks=[_check_household, _check_pools],
)  # fmt: skip
