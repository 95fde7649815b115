"""What the program of a specs file declares, over all of its versions: the names and units that cases may speak of."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec

from guerdon.core.amounts import currency_scale
from guerdon.core.calendar import Instant, Zone, zone
from guerdon.core.timeline import Timeline
from guerdon.core.version import Version
from guerdon.language.place import Names, Scope, UnitFacts


class Declared(Names, frozen=True, kw_only=True):
    """The names of a program, of all its versions together."""

    program: str = ""
    timezone: str = "UTC"
    ladders: tuple[str, ...] = ()
    givers: frozenset[str] = frozenset()
    """What may grant something: the mechanics and the rewards."""
    limits: dict[str, str] = msgspec.field(default_factory=dict)
    """Each shared limit by the name that it goes by in a case: that of the mechanic, or of the reward with a stock."""
    limit_units: dict[str, str] = msgspec.field(default_factory=dict)
    """The unit of each shared limit; none for what is counted in pieces."""
    codes: frozenset[str] = frozenset()
    """What mechanics ask for as a code."""
    wheels: frozenset[str] = frozenset()
    """The games that need a seed to be played."""

    @property
    def zone(self) -> Zone:
        return zone(self.timezone)


def declared(scope: Scope) -> Declared:
    """What a wording may look at; nothing where it is read by itself."""
    return scope.names if isinstance(scope.names, Declared) else Declared()


def declared_by(timeline: Timeline) -> Declared:
    """Everything that the versions of a program declare. Units keep their scale from version to version."""
    versions = timeline.versions
    limits = _together(version.limits for version in versions)
    return Declared(
        program=versions[0].program.program,
        currency=versions[0].program.currency,
        timezone=versions[0].program.timezone,
        units=_together(_units(version) for version in versions),
        meters=_together(_measures(version) for version in versions),
        levels=tuple(dict.fromkeys([level for version in versions for level in _levels(version)])),
        ladders=tuple(dict.fromkeys([ladder for version in versions for ladder in version.ladders])),
        mechanics=frozenset(rule.name for version in versions for rule in version.rules),
        givers=frozenset(name for version in versions for name in _givers(version)),
        limits={_spoken(limit, limits): limit for limit in limits},
        codes=frozenset(code for version in versions for code in version.codes),
        wheels=frozenset(game for version in versions for game in version.seeds),
        limit_units=_together(_limit_units(version) for version in versions),
    )


def _together(parts: Iterable[Any]) -> dict[str, Any]:
    return {name: value for part in parts for name, value in part.items()}


def _units(version: Version) -> dict[str, UnitFacts]:
    program = version.program
    money = currency_scale(program.currency)
    return {name: UnitFacts(money if unit.money else unit.scale, unit.money) for name, unit in program.units.items()}


def _measures(version: Version) -> dict[str, str]:
    """What each meter counts: ``spend``, another measure, or the unit whose grants it counts."""
    return {name: meter.unit or meter.counts for name, meter in version.program.meters.items()}


def _levels(version: Version) -> Iterable[str]:
    return [level for levels in version.ladder_levels.values() for level in levels]


def _givers(version: Version) -> Iterable[str]:
    return [*(name for rule in version.rules for name in (rule.name, *rule.sources)), *version.rewards]


def _spoken(limit: str, limits: Iterable[str]) -> str:
    """``cool-bag`` for ``stock:cool-bag``, unless a mechanic of that name has a limit of its own."""
    bare = limit.partition(":")[2]
    return limit if not bare or bare in limits else bare


def _limit_units(version: Version) -> dict[str, str]:
    """The total of an earning mechanic is an amount of the unit that it gives."""
    return {
        mechanic.name: getattr(mechanic, "earn", "")
        for mechanic in version.program.mechanics
        if mechanic.name in version.limits
    }


def shown_moment(at: Instant | None, names: Declared) -> str:
    """An instant as a case writes it: ``2017-09-03 00:00``; ``never`` for None."""
    if at is None:
        return "never"
    shown: datetime = names.zone.shown(at)
    return f"{shown:%Y-%m-%d %H:%M:%S}" if shown.second else f"{shown:%Y-%m-%d %H:%M}"


def shown_number(amount: int, scale: int) -> str:
    """A number as a case writes it: 161700 of scale 2 is ``1_617.00``."""
    if not scale:
        return f"{amount:_}"
    whole, part = divmod(abs(amount), 10**scale)
    return f"{'-' if amount < 0 else ''}{whole:_}.{part:0{scale}}"


def shown_money(amount: int, names: Declared) -> str:
    """Minor units as a case writes them: ``1_512.49 USD``."""
    return f"{shown_number(amount, currency_scale(names.currency))} {names.currency}"


def shown_amount(amount: int, unit: str, names: Declared) -> str:
    """An amount of a unit as a case writes it: ``1_617 points``, ``5.00 USD``; without a unit the bare number."""
    facts = names.units.get(unit)
    if facts is None:
        return f"{amount:_} {unit}".rstrip()
    if not facts.money:
        return f"{shown_number(amount, facts.scale)} {unit}"
    several = sum(other.money for other in names.units.values()) > 1
    return shown_money(amount, names) + (f" in {unit}" if several else "")
