"""The leaflet put together: its parts in their order, and what is said of the program beside its mechanics.

A part about which the program says nothing is left out. A mechanic says which part it belongs to (``Said.part``); a new
part is one line in ``PARTS``.
"""

from collections.abc import Callable, Iterator, Sequence

import msgspec

from guerdon.core.program import LINE_MATCHERS, Lifetime, Mechanic, MonthChoice, Program, Unit
from guerdon.leaflet.amounts import unit_title
from guerdon.leaflet.conditions import codes, conditions, level_titles, mechanic_title
from guerdon.leaflet.measures import activity
from guerdon.leaflet.mechanics import said
from guerdon.leaflet.pages import Leaflet, Part, Said
from guerdon.leaflet.rewards import catalogue, is_voucher
from guerdon.leaflet.times import lasting, span
from guerdon.leaflet.voice import Voice, capital
from guerdon.mechanics.bundle import Bundle
from guerdon.mechanics.coupon import Coupon
from guerdon.mechanics.discount import Discount


def leaflet(program: Program, language: str) -> Leaflet:
    """The leaflet of a program in one of ``LANGUAGES``."""
    voice = Voice(program, language)
    mechanics = [said(voice, mechanic) for mechanic in program.mechanics]
    parts = []
    for name, (heading, also) in PARTS.items():
        things = (*[one for one in mechanics if one.part == name], *also(voice))
        if things:
            parts.append(Part(heading(voice), tuple([_under(heading(voice), one) for one in things])))
    opening = voice.say("In force from %(date)s.", date=voice.date(program.effective_from))
    return Leaflet(voice.title(program.title, program.program), opening, tuple(parts))


def _under(heading: str, one: Said) -> Said:
    """A thing without a title that would only repeat the heading."""
    return msgspec.structs.replace(one, title="") if one.title == heading else one


Saying = Callable[[Voice], Iterator[Said]]


def _nothing(voice: Voice) -> Iterator[Said]:
    yield from ()


def _units(voice: Voice) -> Iterator[Said]:
    """What members hold, and when it expires."""
    for name, unit in voice.program.units.items():
        yield Said(title=capital(unit_title(voice, name)), sentences=tuple(_expiry(voice, unit)))


def _expiry(voice: Voice, unit: Unit) -> Iterator[str]:
    for level, lifetime in unit.lifetimes.items():
        title = level_titles(voice).get(level, level)
        for told in _life(voice, lifetime):
            yield voice.say("%(level)s: %(told)s", level=voice.quoted(title), told=told)
    if not unit.lifetimes:
        yield from _life(voice, unit)
    if unit.kept_alive_by:
        kinds = [activity(voice, kind) for kind in unit.kept_alive_by]
        yield voice.say("Only this counts as something that happens: %(kinds)s.", kinds=voice.listed(kinds))
    if unit.warn:
        times = [span(voice, days, "day") for days in unit.warn]
        yield voice.say("We remind you %(spans)s before that.", spans=voice.listed(times))


def _life(voice: Voice, unit: Unit | Lifetime) -> Iterator[str]:
    if unit.expires is not None:
        yield voice.say("They last %(lasting)s.", lasting=lasting(voice, unit.expires))
    if unit.inactive_after is not None:
        time = span(voice, unit.inactive_after.count, unit.inactive_after.unit)
        yield voice.say("All of them expire when nothing happens on your account for %(span)s.", span=time)
    if unit.expires is None and unit.inactive_after is None:
        yield voice.say("They do not expire.")


def _lanes_of_earning(voice: Voice) -> Iterator[Said]:
    return _lanes(voice, [one for one in voice.program.mechanics if not isinstance(one, _OF_PRICES)])


def _lanes_of_prices(voice: Voice) -> Iterator[Said]:
    return _lanes(voice, [one for one in voice.program.mechanics if isinstance(one, _OF_PRICES)])


_OF_PRICES = (Discount, Bundle, Coupon)


def _lanes(voice: Voice, mechanics: Sequence[Mechanic]) -> Iterator[Said]:
    """Which mechanics do not add up."""
    for lane, chooser in voice.program.lanes.items():
        names = [mechanic.name for mechanic in mechanics if getattr(mechanic, "lane", "") == lane]
        if len(names) < 2 or chooser == "add":
            continue
        titles = voice.listed([mechanic_title(voice, name) for name in names])
        if chooser == "best":
            told = voice.say("%(titles)s do not add up: the one that gives you most counts.", titles=titles)
        elif chooser == "line":
            told = voice.say("%(titles)s do not add up: for each article the better one counts.", titles=titles)
        else:
            told = voice.say("%(titles)s do not add up: the first one that applies counts.", titles=titles)
        yield Said(sentences=(told,))


def _excluded(voice: Voice) -> Iterator[Said]:
    """What earns nothing: a list where one matcher says it, else the goods in one phrase."""
    never, titles = voice.program.never_earn, voice.program.titles
    given = [name for name in LINE_MATCHERS if getattr(never, name) is not None]
    if not given:
        return
    values = getattr(never, given[0])
    if len(given) == 1 and not isinstance(values, MonthChoice):
        told = [capital(title) for title in codes(voice, getattr(titles, given[0]), values)]
    else:
        told = [capital(conditions(voice, never).goods)]
    has_levels = any(said(voice, mechanic).part == "levels" for mechanic in voice.program.mechanics)
    opening = (
        voice.say("You earn nothing on these, and they do not count towards your level:")
        if has_levels
        else voice.say("You earn nothing on these:")
    )
    yield Said(sentences=(opening,), details=tuple(told))


def _returns(voice: Voice) -> Iterator[Said]:
    """What happens to what was earned when goods come back."""
    returns, units = voice.program.returns, voice.program.units
    if returns.points == "kept":
        sentences = [voice.say("You keep what it earned you.")]
    else:
        sentences = [
            voice.say("We take back what it would earn you on the day you bring it back.")
            if returns.points == "at today's rate"
            else voice.say("We take back what it earned you, no more and no less.")
        ]
        sentences += [_debt(voice, name, unit) for name, unit in units.items() if not is_voucher(unit)]
    if any(is_voucher(unit) for unit in units.values()):
        sentences.append(
            voice.say("A voucher that you used comes back when you bring back the whole purchase.")
            if returns.vouchers == "given back"
            else voice.say("A voucher that you used does not come back.")
        )
    yield Said(sentences=tuple(sentences))


def _debt(voice: Voice, name: str, unit: Unit) -> str:
    """What becomes of what was spent already."""
    title = capital(unit_title(voice, name))
    if unit.debt == "owed":
        return voice.say("%(units)s that you have spent already come off the next ones you earn.", units=title)
    return voice.say("%(units)s that you have spent already are forgiven.", units=title)


PARTS: dict[str, tuple[Callable[[Voice], str], Saying]] = {
    "earn": (lambda voice: voice.say("How you earn"), _lanes_of_earning),
    "levels": (lambda voice: voice.say("Your level"), _nothing),
    "memberships": (lambda voice: voice.say("Memberships and clubs"), _nothing),
    "household": (lambda voice: voice.say("Your household"), _nothing),
    "cards": (lambda voice: voice.say("Cards and challenges"), _nothing),
    "games": (lambda voice: voice.say("Games"), _nothing),
    "vouchers": (lambda voice: voice.say("Your vouchers"), _nothing),
    "prices": (lambda voice: voice.say("What costs you less"), _lanes_of_prices),
    "benefits": (lambda voice: voice.say("What you may use"), _nothing),
    "rewards": (lambda voice: voice.say("What you can get"), catalogue),
    "collect": (lambda voice: voice.say("What you hold, and until when"), _units),
    "excluded": (lambda voice: voice.say("What does not count"), _excluded),
    "returns": (lambda voice: voice.say("When you bring something back"), _returns),
}
"""The parts of a leaflet in their order: the heading, and what is said there beside the mechanics of that part."""
