"""The catalogue in words: what each reward costs and gives, how many there are, when and for whom."""

from collections.abc import Iterator

from guerdon.core.program import Allowance, Program, Refill, Reward, Unit, When
from guerdon.leaflet.amounts import amount, quantity
from guerdon.leaflet.conditions import conditions, level_titles
from guerdon.leaflet.pages import Said, Table
from guerdon.leaflet.times import lasting, period, start_of_every
from guerdon.leaflet.voice import Voice, capital


def catalogue(voice: Voice) -> Iterator[Said]:
    """The catalogue as a table."""
    rewards = voice.program.rewards
    if rewards:
        headings = voice.say("Reward"), voice.say("Costs"), voice.say("Good to know")
        yield Said(table=Table(headings, tuple([_reward(voice, reward) for reward in rewards])))


def _reward(voice: Voice, reward: Reward) -> tuple[str, str, str]:
    notes = " ".join(_capitals(voice, reward))
    return voice.title(reward.title, reward.name), _cost(voice, reward), notes


def reward_notes(program: Program, language: str) -> dict[str, list[str]]:
    """What there is to know of each reward, by name: sentences in one of the leaflet's languages."""
    voice = Voice(program, language)
    return {reward.name: _capitals(voice, reward) for reward in program.rewards}


def _capitals(voice: Voice, reward: Reward) -> list[str]:
    return [capital(note) for note in _notes(voice, reward)]


def _cost(voice: Voice, reward: Reward) -> str:
    if reward.cost_by_tier:
        titles = level_titles(voice)
        costs = [f"{titles.get(level, level)}: {quantity(voice, cost)}" for level, cost in reward.cost_by_tier.items()]
        return ", ".join(costs)
    if reward.taken == "in any amount":
        return voice.say("from %(amount)s on, as much as you like", amount=quantity(voice, reward.cost))
    return quantity(voice, reward.cost)


def _notes(voice: Voice, reward: Reward) -> Iterator[str]:
    """What there is to know of a reward, a sentence each."""
    if reward.gives is not None:
        yield _worth(voice, reward) if reward.value is not None else _gift(voice, reward)
    if reward.code:
        yield _code(voice, reward)
    told = conditions(voice, reward.when).alone()
    if told:
        yield told
    yield from _dates(voice, reward)
    if reward.taken == "several times":
        yield voice.say("You may take several at once.")
    if reward.at_once is not None:
        yield voice.say_count("At most %(count)s at once.", "At most %(count)s at once.", reward.at_once)
    yield from [_limit(voice, allowance) for allowance in reward.per_member]
    if reward.stock is not None:
        yield _stock(voice, reward.stock, reward.refilled)


def _dates(voice: Voice, reward: Reward) -> Iterator[str]:
    if reward.first_day is not None:
        yield voice.say("Only from %(date)s on.", date=voice.date(reward.first_day))
    if reward.last_day is not None:
        yield voice.say("Only until %(date)s.", date=voice.date(reward.last_day))


def _limit(voice: Voice, allowance: Allowance) -> str:
    if allowance.period == "ever":
        return voice.say_count("At most %(count)s for you.", "At most %(count)s for you.", allowance.amount)
    return voice.say_count(
        "At most %(count)s for you %(period)s.", "At most %(count)s for you %(period)s.", allowance.amount,
        period=period(voice, allowance.period),
    )  # fmt: skip


def _stock(voice: Voice, pieces: int, refilled: Refill | None) -> str:
    if refilled is None:
        return voice.say_count("There is only %(count)s.", "There are only %(count)s.", pieces)
    if refilled.period is not None:
        when = start_of_every(voice, refilled.period)
    else:
        days = conditions(voice, When(weekday=refilled.weekdays)).adverbials
        when = voice.say("%(days)s at %(clock)s", days=", ".join(days), clock=voice.clock(refilled.minute))
    return voice.say_count("%(count)s new one %(when)s.", "%(count)s new ones %(when)s.", pieces, when=when)


def _code(voice: Voice, reward: Reward) -> str:
    if reward.valid is None:
        return voice.say("A code.")
    return voice.say("A code, which lasts %(lasting)s.", lasting=lasting(voice, reward.valid))


def is_voucher(unit: Unit) -> bool:
    """Whether each grant of a unit is a voucher, which is spent whole."""
    return unit.money and not unit.divisible


def _worth(voice: Voice, reward: Reward) -> str:
    """What a reward gives for so much of its cost."""
    gives, value = reward.gives, reward.value
    assert gives is not None, "asked only for what gives something"
    assert value is not None, "asked only for what is taken in any amount"
    worth, cost = amount(voice, value.amount, gives.unit), amount(voice, value.per, reward.cost.unit)
    return voice.say("%(worth)s for %(cost)s.", worth=worth, cost=cost)


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
