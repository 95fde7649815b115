"""``if:``: ZEN expressions, for the rare condition that no matcher covers."""

import re
from collections.abc import Collection, Mapping

import zen

from guerdon.language.errors import Wrong, advice, shown
from guerdon.language.phrases import Phrase, Wording
from guerdon.language.place import Scope

MAX_EXPRESSION = 1_000

_OF_MEMBER = {"member": ("tiers", "days", "enrolled"), "meters": (), "weekday": (), "date": ()}
_OF_EVENT = {
    "basket": ("total", "lines", "items"),
    "event": ("store", "channel", "tender", "action"),
    "attributes": (),
    **_OF_MEMBER,
}
_FUNCTIONS = (
    "len",
    "contains",
    "startsWith",
    "endsWith",
    "lower",
    "upper",
    "abs",
    "min",
    "max",
    "sum",
    "floor",
    "ceil",
)
"""What may be called. Chance and the clock may not: the same event has to come out the same when it is replayed."""

_KEYWORDS = ("and", "or", "not", "in", "true", "false", "null")


def check_expression(source: str, scope: Scope, seen: Mapping[str, tuple[str, ...]]) -> str:
    """An expression that can be compiled and looks only at what is there; raises ``Wrong``."""
    if len(source) > MAX_EXPRESSION:
        told = f"the expression has {len(source)} characters; at most {MAX_EXPRESSION} fit"
        raise Wrong("number_out_of_range", told)
    try:
        zen.compile_expression(source)
    except RuntimeError as wrong:
        raise Wrong("expression_wrong", f"{shown(source)} is not an expression: {_reason(wrong)}") from None
    _check_words(source, scope, seen)
    return source


def _reason(wrong: RuntimeError) -> str:
    """The one sentence in what the expression library says: a JSON object, and then its own stack."""
    told = re.search(r'"source":\s*"((?:[^"\\]|\\.)*)"', str(wrong))
    return (told[1] if told else str(wrong).partition("\n")[0])[:120]


def _check_words(source: str, scope: Scope, seen: Mapping[str, tuple[str, ...]]) -> None:
    """Whether what the expression looks at exists.

    Quoted texts are passed over, and so are names where a mapping is written: its keys look the same.
    """
    bare = re.sub(r"'[^']*'|\"[^\"]*\"|`[^`]*`", "''", source)
    for function in re.findall(r"([A-Za-z_]\w*)\s*\(", bare):
        if function not in _FUNCTIONS and function not in _KEYWORDS:
            told = f"`{function}` is not among the functions: {', '.join(_FUNCTIONS)}"
            raise Wrong("name_unknown", told)
    if ".." in bare or "`" in source:
        raise Wrong("expression_wrong", "ranges and texts with values in them are not for conditions")
    if "{" in bare:
        return
    for whole, part in re.findall(r"(?<![\w.#$])([A-Za-z_]\w*)\b(?!\s*\()(?:\.([A-Za-z_]\w*))?", bare):
        if whole in _KEYWORDS:
            continue
        if whole not in seen:
            raise Wrong("name_unknown", f"`{whole}` is not there to look at; {advice(whole, seen)}")
        declared: dict[str, Collection[str]] = {"meters": scope.names.meters, "wallets": scope.names.units}
        known = declared.get(whole, seen[whole])
        if part and (known or whole in declared) and part not in known:
            raise Wrong("name_unknown", f"`{whole}.{part}` is not there to look at; {advice(part, known)}")


EXPRESSION = Phrase(
    "an expression",
    Wording("(?s:.+)", lambda found, scope: check_expression(found.group(), scope, _OF_EVENT)),
    examples=("basket.items >= 10", "meters.visits_30_days >= 4 and event.channel == 'web'"),
    about="A ZEN expression that must come out true. It sees `basket` (`total` in minor units, `lines`, `items`), "
    "`event` (`store`, `channel`, `tender`, `action`), `attributes` of an action, `member` (`tiers`, `days` since "
    "enrolment, `enrolled`), `meters`, `weekday` (`mon` to `sun`) and `date`.",
)

REWARD_EXPRESSION = Phrase(
    "an expression on the member",
    Wording("(?s:.+)", lambda found, scope: check_expression(found.group(), scope, _OF_MEMBER)),
    examples=("meters.visits_30_days >= 4", "member.days >= 365"),
    about="A ZEN expression that sees `member`, `meters`, `weekday` and `date`, as above.",
)
