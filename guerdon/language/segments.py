"""Segments as they stand in the file: a rule that analysis asks."""

import re
from typing import Any

import zen

from guerdon.core.program import DeclaredSegment
from guerdon.core.segments import MemberFacts, seen
from guerdon.language.errors import Wrong, shown
from guerdon.language.expressions import check_expression
from guerdon.language.phrases import Phrase, Wording
from guerdon.language.place import Scope
from guerdon.language.section import Fields, Key, Section
from guerdon.language.words import TITLE

_SEEN: dict[str, tuple[str, ...]] = dict.fromkeys(MemberFacts.__struct_fields__, ())


def _rule(found: re.Match[str], scope: Scope) -> str:
    """A rule that can be compiled, looks at what is there, and comes out true or false; raises ``Wrong``."""
    source = check_expression(found.group(), scope, _SEEN)
    try:
        answer: Any = zen.compile_expression(source).evaluate(seen(_somebody(scope)))
    except RuntimeError:
        told = f"{shown(source)} cannot be worked out: it compares or adds up what is not of one kind"
        raise Wrong("expression_wrong", told) from None
    if not isinstance(answer, bool):
        raise Wrong("expression_wrong", f"{shown(source)} is a value, and neither true nor false; compare it with one")
    return source


def _somebody(scope: Scope) -> MemberFacts:
    """A member of whom everything is known, to try a rule on."""
    names = scope.names
    return MemberFacts(
        days_enrolled=1, days_since_last_purchase=1, days_since_last_activity=1, purchases=1, age=18,
        meters=dict.fromkeys(names.meters, 1), wallets=dict.fromkeys(names.units, 1), tiers=("tier",), plans=("plan",),
        badges=("badge",), role="adult", region="region", language="en", consents=("consent",),
        favourites=("category",),
    )  # fmt: skip


SEGMENT_RULE = Phrase(
    "a rule on what is known of a member",
    Wording("(?s:.+)", _rule),
    examples=("days_since_last_purchase > 60 and meters.spend_12_months >= 30000", "'bg' == language"),
    about="A ZEN expression that must come out true. It sees `days_enrolled`, `days_since_last_purchase`, "
    "`days_since_last_activity`, `purchases`, `meters` (money in minor units), `wallets` (what is available), `tiers`, "
    "`plans`, `badges`, `role`, `age`, `region`, `language`, `consents`, and `favourites` (the categories most is "
    "spent on). A number that is not known is `null`, and what compares it is not true.",
)


SEGMENT_SECTION: Section[DeclaredSegment] = Section(
    "a segment",
    "A segment",
    "A group of members that analysis finds by a rule. Conditions look at what it has found, and never at the rule.",
    [
        Key("if", SEGMENT_RULE, "Who is in it.", "days_since_last_purchase > 60", required=True, into="expression"),
        Key("title", TITLE, "What members see, as one text or one for each language.", "{en: friends we miss}"),
    ],
    DeclaredSegment,
)


def check_titles(fields: Fields) -> None:
    """Report segments that have two titles."""
    titles = fields.get("titles")
    for name, segment in (fields.get("segments") or {}).items():
        if titles is not None and segment.title and name in titles.segment:
            told = f"the segment `{name}` has a title of its own, and another one here; leave one of them out"
            fields.report("titles", "settings_conflict", told)
