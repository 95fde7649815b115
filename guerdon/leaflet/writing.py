"""The leaflet put together: its parts in their order, and what is said of the program beside its mechanics.

A part about which the program says nothing is left out. A mechanic says which part it belongs to (``Said.part``); a new
part is one line in ``PARTS``.
"""

from collections.abc import Callable, Iterator

import msgspec

from guerdon.core.program import LINE_MATCHERS, MonthChoice, Program, Reward, Unit
from guerdon.leaflet.amounts import amount, quantity, unit_title
from guerdon.leaflet.conditions import codes, conditions, mechanic_title
from guerdon.leaflet.mechanics import said
from guerdon.leaflet.pages import Leaflet, Part, Said, Table
from guerdon.leaflet.times import lasting, span
from guerdon.leaflet.voice import Voice, capital


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
    if unit.expires is not None:
        yield voice.say("They last %(lasting)s.", lasting=lasting(voice, unit.expires))
    if unit.inactive_after is not None:
        time = span(voice, unit.inactive_after.count, unit.inactive_after.unit)
        yield voice.say("All of them expire when nothing happens on your account for %(span)s.", span=time)
    if unit.expires is None and unit.inactive_after is None:
        yield voice.say("They do not expire.")


def _lanes(voice: Voice) -> Iterator[Said]:
    """Which mechanics do not add up."""
    for lane, chooser in voice.program.lanes.items():
        names = [mechanic.name for mechanic in voice.program.mechanics if getattr(mechanic, "lane", "") == lane]
        if len(names) < 2 or chooser == "add":
            continue
        titles = voice.listed([mechanic_title(voice, name) for name in names])
        if chooser == "best":
            told = voice.say("%(titles)s do not add up: the one that gives you most counts.", titles=titles)
        else:
            told = voice.say("%(titles)s do not add up: the first one that applies counts.", titles=titles)
        yield Said(sentences=(told,))


def _rewards(voice: Voice) -> Iterator[Said]:
    """The catalogue as a table."""
    rewards = voice.program.rewards
    if rewards:
        headings = voice.say("Reward"), voice.say("Costs"), voice.say("Good to know")
        yield Said(table=Table(headings, tuple([_reward(voice, reward) for reward in rewards])))


def _reward(voice: Voice, reward: Reward) -> tuple[str, str, str]:
    notes = " ".join([capital(note) for note in _notes(voice, reward)])
    return voice.title(reward.title, reward.name), quantity(voice, reward.cost), notes


def _notes(voice: Voice, reward: Reward) -> Iterator[str]:
    """What there is to know of a reward, a sentence each."""
    if reward.gives is not None:
        yield _gift(voice, reward)
    told = conditions(voice, reward.when).alone()
    if told:
        yield told
    if reward.stock is not None:
        yield voice.say_count("There is only %(count)s.", "There are only %(count)s.", reward.stock)


def is_voucher(unit: Unit) -> bool:
    """Whether each grant of a unit is a voucher, which is spent whole."""
    return unit.money and not unit.divisible


def _gift(voice: Voice, reward: Reward) -> str:
    """What a reward puts into the wallet."""
    gives = reward.gives
    assert gives is not None, "asked only for what gives something"
    worth, term = amount(voice, gives.amount, gives.unit), reward.valid or voice.program.units[gives.unit].expires
    is_money = is_voucher(voice.program.units[gives.unit])
    if term is None:
        return voice.say("A voucher worth %(money)s.", money=worth) if is_money else f"{worth}."
    lasts = lasting(voice, term)
    if is_money:
        return voice.say("A voucher worth %(money)s, which lasts %(lasting)s.", money=worth, lasting=lasts)
    return voice.say("%(amount)s, which last %(lasting)s.", amount=worth, lasting=lasts)


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
        sentences = [voice.say("We take back what it earned you, no more and no less.")]
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
    "earn": (lambda voice: voice.say("How you earn"), _lanes),
    "levels": (lambda voice: voice.say("Your level"), _nothing),
    "memberships": (lambda voice: voice.say("Memberships and clubs"), _nothing),
    "household": (lambda voice: voice.say("Your household"), _nothing),
    "vouchers": (lambda voice: voice.say("Your vouchers"), _nothing),
    "rewards": (lambda voice: voice.say("What you can get"), _rewards),
    "collect": (lambda voice: voice.say("What you hold, and until when"), _units),
    "excluded": (lambda voice: voice.say("What does not count"), _excluded),
    "returns": (lambda voice: voice.say("When you bring something back"), _returns),
}
"""The parts of a leaflet in their order: the heading, and what is said there beside the mechanics of that part."""
