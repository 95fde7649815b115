"""Holding what a step expects against what came of it: one function for each key of ``expectations``.

Each gives the differences, in the words of a specs file, so that what came can be copied into it. None where all is as
expected.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from guerdon.core import meters, wallet
from guerdon.core.calendar import Instant
from guerdon.core.decide import Decision
from guerdon.core.effects import Capped, Discounted, Granted, PaidWith, Reduced
from guerdon.core.events import Event, Purchase, instant_of_event
from guerdon.core.purchasing import paid_by_line
from guerdon.core.state import MemberState
from guerdon.core.version import Version
from guerdon.core.wallet import Wallet
from guerdon.runtime.rehearsal import Rehearsal
from guerdon.specs.declared import Declared, shown_amount, shown_moment, shown_money
from guerdon.specs.effects import ExpectedEffect, shown_effect
from guerdon.specs.expectations import Look
from guerdon.specs.wordings import NOTHING, HeldLot


class Difference(NamedTuple):
    """Something that came otherwise than expected."""

    line: int
    """Where the expectation stands in the file; for one that nobody wrote, the step's own line."""
    what: str
    expected: str
    came: str


class Found(NamedTuple):
    """A difference that has no place in the file yet."""

    what: str
    expected: str
    came: str


class Holder(NamedTuple):
    """A member as they stand after a step."""

    state: MemberState
    version: Version
    """The one in force at the member's latest moment."""
    now: Instant
    names: Declared


class Seen(NamedTuple):
    """What there is to look at after a step."""

    rehearsal: Rehearsal
    event: Event
    decision: Decision
    repeated: bool
    names: Declared

    def holder(self, member: str) -> Holder:
        """A member as they stand now."""
        timeline, state = self.rehearsal.timeline, self.rehearsal.state(member)
        now = max(state.as_of, instant_of_event(self.event))
        return Holder(state, timeline.at(now) or timeline.versions[0], now, self.names)


# Of a member.


def _amounts(what: str, measure: Callable[[Wallet], int]) -> "Callable[[dict[str, int], Holder], list[Found]]":
    """A look at one number of each wallet that is named."""

    def look(expected: dict[str, int], holder: Holder) -> list[Found]:
        found = []
        for unit, amount in expected.items():
            came = measure(holder.state.wallets.get(unit, wallet.EMPTY))
            if came != amount:
                words = [shown_amount(number, unit, holder.names) for number in (amount, came)]
                found.append(Found(f"{unit} {what}".strip(), *words))
        return found

    return look


def _lots(expected: dict[str, tuple[HeldLot, ...]], holder: Holder) -> list[Found]:
    found = []
    for unit, lots in expected.items():
        held = holder.state.wallets.get(unit, wallet.EMPTY)
        came = tuple([HeldLot(lot.amount, lot.matures_at, lot.expires_at) for lot in held.lots + held.pending])
        if came != lots:
            found.append(Found(f"lots of {unit}", *[_shown_lots(some, unit, holder.names) for some in (lots, came)]))
    return found


def _shown_lots(lots: tuple[HeldLot, ...], unit: str, names: Declared) -> str:
    return ", ".join(_shown_lot(lot, unit, names) for lot in lots) or NOTHING


def _shown_lot(lot: HeldLot, unit: str, names: Declared) -> str:
    since = "" if lot.matures_at is None else f" from {shown_moment(lot.matures_at, names)}"
    until = "" if lot.expires_at is None else f" until {shown_moment(lot.expires_at, names)}"
    return f"{shown_amount(lot.amount, unit, names)}{since}{until}"


def _levels(holder: Holder) -> dict[str, str]:
    """The member's level on each ladder; the lowest where none was reached."""
    stands = {ladder: standing.level for ladder, standing in holder.state.standings.items()}
    return {ladder: stands.get(ladder, lowest) for ladder, lowest in holder.version.ladders.items()}


def _tier(expected: str, holder: Holder) -> list[Found]:
    levels = _levels(holder).values()
    return [] if expected in levels else [Found("tier", expected, ", ".join(levels) or "no ladder")]


def _tiers(expected: dict[str, str], holder: Holder) -> list[Found]:
    levels = _levels(holder)
    came = {ladder: levels.get(ladder, "no such ladder then") for ladder in expected}
    return [Found(f"tier of {name}", level, came[name]) for name, level in expected.items() if came[name] != level]


def _meters(expected: dict[str, int], holder: Holder) -> list[Found]:
    found = []
    for name, amount in expected.items():
        settings = holder.version.program.meters.get(name)
        if settings is None:
            found.append(Found(f"meter {name}", _shown_reading(name, amount, holder.names), "no such meter then"))
            continue
        day = holder.version.zone.day(holder.now)
        came = meters.value(holder.state.meters.get(name, {}), settings.window, day)
        if came != amount:
            words = [_shown_reading(name, number, holder.names) for number in (amount, came)]
            found.append(Found(f"meter {name}", *words))
    return found


def _shown_reading(meter: str, amount: int, names: Declared) -> str:
    measure = names.meters[meter]
    if measure == "spend":
        return shown_money(amount, names)
    return shown_amount(amount, measure if measure in names.units else "", names)


def _due(expected: Instant | None, holder: Holder) -> list[Found]:
    came = holder.state.next_due_at
    return [] if came == expected else [Found("due", *[shown_moment(at, holder.names) for at in (expected, came)])]


MEMBER_LOOKS: Mapping[str, Callable[[Any, Holder], list[Found]]] = {
    "wallet": _amounts("", wallet.available),
    "pending": _amounts("pending", wallet.pending),
    "held": _amounts("held", wallet.held),
    "debt": _amounts("owed", lambda held: held.debt),
    "lots": _lots,
    "tier": _tier,
    "tiers": _tiers,
    "meters": _meters,
    "due": _due,
}
"""How each expectation of a member is looked at."""


# Of a step.


def _granted(expected: dict[str, dict[str, int]], seen: Seen) -> list[Found]:
    came: dict[str, Counter[str]] = {}
    for effect in seen.decision.outcome.effects:
        if isinstance(effect, Granted):
            came.setdefault(effect.mechanic, Counter())[effect.unit] += effect.amount
    names = seen.names
    return [
        Found(f"granted by {name}", _shown_sums(expected.get(name, {}), names), _shown_sums(came.get(name, {}), names))
        for name in dict.fromkeys([*expected, *came])
        if expected.get(name, {}) != came.get(name, {})
    ]


def _shown_sums(sums: Mapping[str, int], names: Declared) -> str:
    return ", ".join(shown_amount(amount, unit, names) for unit, amount in sums.items()) or NOTHING


def _capped(expected: dict[str, str], seen: Seen) -> list[Found]:
    effects = seen.decision.outcome.effects
    came = {
        effect.mechanic: effect.capped_by
        for effect in effects
        if isinstance(effect, Granted | Capped) and effect.capped_by
    }
    wrong = [name for name, cap in expected.items() if came.get(name) != cap]
    found = [Found(f"cap on {name}", expected[name], came.get(name, "no cap")) for name in wrong]
    return found if expected else [Found(f"cap on {name}", "no cap", cap) for name, cap in came.items()]


def _skipped(expected: dict[str, str], seen: Seen) -> list[Found]:
    came: dict[str, list[str]] = {}
    for note in seen.decision.notes:
        came.setdefault(note.mechanic, []).append(note.code)
    if not expected:
        return [Found(f"{name} skipped", "no", ", ".join(codes)) for name, codes in came.items()]
    return [
        Found(f"{name} skipped", code, ", ".join(came.get(name, ["no"])))
        for name, code in expected.items()
        if code not in came.get(name, [])
    ]


def _effects(expected: tuple[ExpectedEffect, ...], seen: Seen) -> list[Found]:
    """Each expected effect is looked for behind the one before it."""
    came = seen.decision.outcome.effects
    shown = "; ".join(shown_effect(effect, seen.names) for effect in came) or NOTHING
    if not expected:
        return [Found("effects", NOTHING, shown)] if came else []
    waiting = iter(came)
    for wanted in expected:
        if not any(wanted.fits(effect, seen.names) for effect in waiting):
            return [Found("effects", str(wanted), shown)]
    return []


def _refused(expected: str, seen: Seen) -> list[Found]:
    refusal = seen.decision.outcome.refusal
    if refusal is None:
        return [Found("refused", expected, "it was not refused")]
    return [] if refusal.code == expected else [Found("refused", expected, f"{refusal.code}: {refusal.sentence}")]


def _repeated(expected: bool, seen: Seen) -> list[Found]:
    words = {True: "yes", False: "no"}
    return [] if expected == seen.repeated else [Found("repeated", words[expected], words[seen.repeated])]


def taken_off(decision: Decision) -> int:
    """What the program takes off a basket, in minor units, with what the member pays for it out of a wallet."""
    effects = decision.outcome.effects
    off = sum([effect.amount for effect in effects if isinstance(effect, Discounted | Reduced)])
    return off + sum([effect.money for effect in effects if isinstance(effect, PaidWith)])


def _paid(expected: int, seen: Seen) -> list[Found]:
    purchase = seen.event
    if not isinstance(purchase, Purchase) or seen.decision.outcome.refusal is not None:
        return [Found("paid", shown_money(expected, seen.names), "nothing was bought")]
    effects = seen.decision.outcome.effects
    as_money = sum([effect.money for effect in effects if isinstance(effect, PaidWith) and effect.earns])
    came = sum(paid_by_line(purchase, effects)) - as_money
    return [] if came == expected else [Found("paid", *[shown_money(sum_, seen.names) for sum_ in (expected, came)])]


def _discount(expected: int, seen: Seen) -> list[Found]:
    came = taken_off(seen.decision)
    return (
        [] if came == expected else [Found("discount", *[shown_money(sum_, seen.names) for sum_ in (expected, came)])]
    )


def _left(expected: dict[str, int], seen: Seen) -> list[Found]:
    found = []
    for name, amount in expected.items():
        limit = seen.names.limits[name]
        came = seen.rehearsal.left(limit, instant_of_event(seen.event))
        if came != amount:
            unit = seen.names.limit_units.get(limit, "")
            found.append(Found(f"left of {name}", *[shown_amount(sum_, unit, seen.names) for sum_ in (amount, came)]))
    return found


def _version(expected: Any, seen: Seen) -> list[Found]:
    versions = seen.rehearsal.timeline.versions
    days = [version.program.effective_from for version in versions if version.number == seen.decision.version]
    return [] if days == [expected] else [Found("version", str(expected), str(days[0]) if days else "none")]


def _others(expected: dict[str, tuple[Look, ...]], seen: Seen) -> list[Found]:
    found = []
    for member, looks in expected.items():
        if member not in seen.rehearsal.states:
            found.append(Found(member, "a member", "nobody of that name enrolled"))
            continue
        for look in looks:
            of_member = MEMBER_LOOKS[look.key](look.value, seen.holder(member))
            found += [Found(f"{member}: {what}", wanted, came) for what, wanted, came in of_member]
    return found


STEP_LOOKS: Mapping[str, Callable[[Any, Seen], list[Found]]] = {
    "granted": _granted,
    "capped": _capped,
    "skipped": _skipped,
    "effects": _effects,
    "refused": _refused,
    "repeated": _repeated,
    "paid": _paid,
    "discount": _discount,
    "left": _left,
    "version": _version,
    "others": _others,
}
"""How each expectation of a step is looked at."""


def differences(looks: tuple[Look, ...], seen: Seen, line: int) -> list[Difference]:
    """Everything that came otherwise than a step on that line expects. A refusal that nobody expects is one too."""
    found: list[Difference] = []
    refusal = seen.decision.outcome.refusal
    if refusal is not None and all(look.key != "refused" for look in looks):
        found.append(Difference(line, "refused", "no", f"{refusal.code}: {refusal.sentence}"))
    for look in looks:
        if look.key in MEMBER_LOOKS:
            came = MEMBER_LOOKS[look.key](look.value, seen.holder(seen.event.member))
        else:
            came = STEP_LOOKS[look.key](look.value, seen)
        found += [Difference(look.line, *difference) for difference in came]
    return found
