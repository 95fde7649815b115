"""``membership`` in words: what it costs, who may join, and how one leaves."""

from collections.abc import Iterator

from guerdon.core.calendar import Term
from guerdon.leaflet.conditions import conditions, mechanic_title
from guerdon.leaflet.pages import Said
from guerdon.leaflet.times import after, lasting
from guerdon.leaflet.voice import Voice
from guerdon.mechanics.membership import Membership


def said_membership(voice: Voice, mechanic: Membership) -> Said:
    """A plan with its price and its terms, or a club."""
    sentences = [*_costs(voice, mechanic, mechanic.term), *_joining(voice, mechanic)]
    if mechanic.term is not None:
        sentences += _paying(voice, mechanic)
    sentences.append(voice.say("You can leave at any time, in one step."))
    if mechanic.refund == "if nothing was used":
        told = voice.say("If you leave at once and have used nothing in the term, you get what you paid for it back.")
        sentences.append(told)
    return Said(
        part="memberships", title=voice.title(mechanic.title, mechanic.name), sentences=tuple(sentences)
    )  # fmt: skip


def _costs(voice: Voice, mechanic: Membership, term: Term | None) -> Iterator[str]:
    if term is None:
        yield voice.say("It costs nothing and lasts until you leave.")
        return
    time = lasting(voice, term)
    if mechanic.fee:
        yield voice.say("It costs %(money)s %(lasting)s.", money=voice.money(mechanic.fee), lasting=time)
    else:
        yield voice.say("It costs nothing %(lasting)s.", lasting=time)
    for older in mechanic.older_fees:
        yield voice.say(
            "If you joined before %(date)s: %(money)s.", date=voice.date(older.joined_before),
            money=voice.money(older.fee),
        )  # fmt: skip


def _joining(voice: Voice, mechanic: Membership) -> Iterator[str]:
    """Who may join, and in place of what."""
    told = conditions(voice, mechanic.when).behind_colon()
    if told:
        yield voice.say("Who may join: %(condition)s", condition=told)
    plans = [plan for plan in voice.program.mechanics if isinstance(plan, Membership) and plan.of]
    others = [plan.name for plan in plans if plan.of == mechanic.of and plan.name != mechanic.name]
    if others:
        titles = voice.either([mechanic_title(voice, name) for name in others])
        yield voice.say("It takes the place of %(plans)s, at once.", plans=titles)
    if mechanic.trial is not None:
        yield voice.say(
            "You may try it once without paying: %(lasting)s.", lasting=lasting(voice, mechanic.trial)
        )  # fmt: skip


def _paying(voice: Voice, mechanic: Membership) -> Iterator[str]:
    """When the next term is to be paid, and what becomes of an unpaid one."""
    if mechanic.due_days_before:
        yield voice.say_count(
            "The next payment is due %(count)s day before the term ends.",
            "The next payment is due %(count)s days before the term ends.",
            mechanic.due_days_before,
        )
    else:
        yield voice.say("The next payment is due when the term ends.")
    if mechanic.grace is None:
        yield voice.say("Unpaid, it ends with the term.")
    else:
        yield voice.say("Unpaid, it ends %(after)s from the end of the term.", after=after(voice, mechanic.grace))
