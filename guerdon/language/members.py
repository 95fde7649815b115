"""What conditions ask of a member: an age, days around the birthday, how long they are with us, what meters show."""

import re
from typing import NamedTuple

from guerdon.core.calendar import Term
from guerdon.core.program import AroundBirthday, Range
from guerdon.language.errors import Wrong, shown
from guerdon.language.figures import WHOLE, count
from guerdon.language.forms import Either, Form, Listing, Table, Turned
from guerdon.language.phrases import Phrase, Wording
from guerdon.language.place import Scope
from guerdon.language.rates import THRESHOLD
from guerdon.language.terms import TERM
from guerdon.language.words import METER

_MOST_DAYS = 183
"""Half a year: beyond it the next birthday is nearer."""

AGE = Phrase(
    "an age",
    Wording(f"from {WHOLE}", lambda found, _: count(found[1], 150)),
    examples=("from 18",),
    about="In years, by the lower end of the member's age band. A member whose age is not known is too young.",
)


def _around(before: str, after: str) -> AroundBirthday:
    return AroundBirthday(count(before, _MOST_DAYS, 0), count(after, _MOST_DAYS, 0))


BIRTHDAY = Phrase(
    "days around the birthday",
    Wording("today", lambda found, _: AroundBirthday()),
    Wording("this month", lambda found, _: AroundBirthday(month=True)),
    Wording(f"within {WHOLE} days?", lambda found, _: _around(found[1], found[1])),
    Wording(f"{WHOLE} days? before to {WHOLE} days? after", lambda found, _: _around(found[1], found[2])),
    Wording(f"up to {WHOLE} days? before", lambda found, _: _around(found[1], "0")),
    Wording(f"up to {WHOLE} days? after", lambda found, _: _around("0", found[1])),
    examples=("this month", "within 7 days", "today", "3 days before to 7 days after", "up to 30 days after"),
    about="The day itself always counts. `within 7 days` takes in seven days before and seven after. Who was born on "
    "29 February has the birthday on the 28th in other years.",
)


class MemberFor(NamedTuple):
    """How long somebody has been a member; None: it does not matter."""

    least: Term | None = None
    most: Term | None = None


ANY_TIME = MemberFor()

_SPAN = "([0-9][0-9_]* (?:day|week|month|year)s?)"
_ONE_BOUND = Phrase(
    "how long somebody has been a member",
    Wording(f"at least {_SPAN}", lambda found, scope: MemberFor(least=TERM.parse(found[1], scope))),
    Wording(f"at most {_SPAN}", lambda found, scope: MemberFor(most=TERM.parse(found[1], scope))),
    examples=("at least 7 days", "at most 60 days"),
    about="Counted in whole days: who joined on the 1st has been a member for 7 days on the 8th, all day long.",
)


def _both_bounds(bounds: tuple[MemberFor, ...]) -> MemberFor:
    least = [bound.least for bound in bounds if bound.least]
    most = [bound.most for bound in bounds if bound.most]
    if len(least) != 1 or len(most) != 1:
        example = "`[at least 7 days, at most 60 days]`"
        raise Wrong("settings_conflict", f"a list here is one `at least` and one `at most`, as in {example}", example)
    return MemberFor(least[0], most[0])


MEMBER_FOR: Form[MemberFor] = Either(
    _ONE_BOUND.name, text=_ONE_BOUND, items=Turned(Listing("a list of two bounds", _ONE_BOUND), _both_bounds)
)


def _least(found: re.Match[str], scope: Scope) -> Range:
    return Range(least=THRESHOLD.parse(found.group().removeprefix("at least "), scope))


def _most(found: re.Match[str], scope: Scope) -> Range:
    return Range(most=THRESHOLD.parse(found.group().removeprefix("at most "), scope))


def _between(found: re.Match[str], scope: Scope) -> Range:
    begins, _, ends = found.group().partition(" to ")
    least, most = THRESHOLD.parse(begins, scope), THRESHOLD.parse(ends, scope)
    if least > most:
        raise Wrong("order_wrong", f"{shown(found.group())} ends below where it begins")
    return Range(least, most)


_SHOWN = f"(?:{THRESHOLD.pattern})"
READING = Phrase(
    "what a meter must show",
    Wording(f"at least {_SHOWN}", _least),
    Wording(f"at most {_SHOWN}", _most),
    Wording(f"{_SHOWN} to {_SHOWN}", _between),
    examples=("at least 600 USD", "at most 3 visits", "100 USD to 500 USD"),
    about="In what the meter counts. A meter shows the purchase that is being looked at, too.",
)

READINGS = Table("meters with what they must show", METER, READING, is_subject=True)
