"""The small files that a simulation is given besides programs: margins and uplifts, in YAML or JSON.

Margins are shares of sales by category, the longest path counts::

    grocery: 25 %
    grocery/beer: 15 %
    everything else: 20 %

An uplift says three assumptions, and what is otherwise for tiers or segments::

    low: {visits: 1 %}
    middle: {visits: 2 %, basket: 1 %}
    high: {visits: 4 %, basket: 2 %}
    gold:
      high: {visits: 8 %}
"""

import re
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

import yaml

from guerdon.insight.simulation.margins import Margins
from guerdon.insight.simulation.uplift import WHOLE, Change, Uplift

NAMES = ("low", "middle", "high")
_ELSE = "everything else"
_PERCENT = re.compile(r"([+-]?[0-9]{1,3}(?:\.[0-9]{1,2})?) ?%?")
_LARGEST = 1_048_576


class SettingsWrong(Exception):
    """A file or an option of a simulation cannot be used; the message says where and what would be right."""


def read_margins(path: Path) -> Margins:
    """The shares in a file. Raises SettingsWrong."""
    return margins_in(_loaded(path), path.name)


def margins_in(content: object, where: str) -> Margins:
    """The shares that a file of that name holds. Raises SettingsWrong."""
    found = _mapping(content, where, "categories with shares, such as `grocery: 25 %`")
    margins = {str(category): hundredths(value, f"{where}: {category}") for category, value in found.items()}
    wrong = [category for category, margin in margins.items() if not 0 <= margin <= WHOLE]
    if wrong:
        raise SettingsWrong(f"{where}: {wrong[0]}: a margin is a share of sales from 0 % to 100 %.")
    return {"" if category == _ELSE else category.strip("/"): margin for category, margin in margins.items()}


def read_uplifts(path: Path) -> list[Uplift]:
    """The assumptions in a file. Raises SettingsWrong."""
    return uplifts_in(_loaded(path), path.name)


def uplifts_in(content: object, where: str) -> list[Uplift]:
    """The assumptions that a file of that name holds. Raises SettingsWrong."""
    found = _mapping(content, where, "`low`, `middle` and `high`")
    named = [name for name in NAMES if name in found]
    if not named:
        raise SettingsWrong(f"{where}: there is no assumption; write `low:`, `middle:` or `high:`.")
    groups = {str(name): _mapping(value, f"{where}: {name}", "`low`, `middle` or `high`")
              for name, value in found.items() if name not in NAMES}  # fmt: skip
    for group, own in groups.items():
        for name in own:
            if name not in named:
                raise SettingsWrong(f"{where}: {group}: {name}: there is no assumption `{name}` for everybody.")
    return [_uplift(name, found, groups, where) for name in named]


def _uplift(name: str, found: Mapping[str, object], groups: Mapping[str, Mapping[str, object]], file: str) -> Uplift:
    own = {group: _change(told[name], f"{file}: {group}: {name}") for group, told in groups.items() if name in told}
    return Uplift(name=name, everybody=_change(found[name], f"{file}: {name}"), groups=own)


def uplifts_of(visits: str | None, basket: str | None) -> list[Uplift]:
    """The assumptions of options such as ``1,2,4``: one number, or low, middle and high. Raises SettingsWrong."""
    parts = [_three(visits, "--visits"), _three(basket, "--basket")]
    if not any(parts):
        return []
    most = max(len(part) for part in parts)
    names = NAMES if most == len(NAMES) else ("middle",)
    filled = [part * most if len(part) == 1 else part or [0] * most for part in parts]
    return [
        Uplift(name=name, everybody=_checked(Change(visits=more, basket=larger), name))
        for name, more, larger in zip(names, *filled, strict=True)
    ]


def _three(text: str | None, option: str) -> list[int]:
    if text is None:
        return []
    numbers = [hundredths(part.strip(), option) for part in text.split(",")]
    if len(numbers) not in (1, len(NAMES)):
        raise SettingsWrong(f"{option}: one number, or three for low, middle and high, such as `1,2,4`.")
    return numbers


def _change(value: object, where: str) -> Change:
    told = _mapping(value, where, "`visits` and `basket`, such as `{visits: 2 %, basket: 1 %}`")
    unknown = [name for name in told if name not in ("visits", "basket")]
    if unknown:
        raise SettingsWrong(f"{where}: {unknown[0]}: nothing is known by that name; write `visits` or `basket`.")
    return _checked(Change(**{name: hundredths(number, f"{where}: {name}") for name, number in told.items()}), where)


def _checked(change: Change, where: str) -> Change:
    if not 0 <= change.visits <= WHOLE:
        raise SettingsWrong(f"{where}: visits: from 0 % to 100 % more can be assumed.")
    if not -WHOLE < change.basket <= WHOLE:
        raise SettingsWrong(f"{where}: basket: from -99.99 % to 100 % can be assumed.")
    return change


def hundredths(value: object, where: str) -> int:
    """``2 %``, ``2``, ``1.5`` as hundredths of a per cent. Raises SettingsWrong."""
    found = None if isinstance(value, bool) else _PERCENT.fullmatch(str(value).strip())
    if found is None:
        raise SettingsWrong(f"{where}: {value!r} is no percentage with at most two decimals, such as `1.5 %`.")
    return int(Decimal(found[1]) * 100)


def _loaded(path: Path) -> object:
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST + 1)
        if len(content) > _LARGEST:
            raise SettingsWrong(f"{path.name}: the file is larger than any list of shares needs to be.")
        return yaml.safe_load(content)
    except (OSError, yaml.YAMLError, UnicodeError, RecursionError, ValueError) as error:
        told = " ".join(str(error).split())
        raise SettingsWrong(f"{path.name} cannot be read: {told}") from None


def _mapping(value: object, where: str, wanted: str) -> Mapping[str, object]:
    if not isinstance(value, dict) or not value:
        raise SettingsWrong(f"{where}: here belong {wanted}.")
    return value
