"""The decision: one pure function from program, state, event and facts to a new state, effects and a trace.

The order of work for an event that happened at some instant:

1. **Idempotency** is the till's business and comes before.
2. The **version in force** at that instant is found.
3. Unless the event is late, everything that **fell due** up to that instant is settled first, each thing at its own
   time, under the version in force then. So a clock that runs late changes nothing.
4. The event is worked through. A **refusal** throws away everything, step 3 included: nothing moves.
5. ``next_due_at`` is worked out, under the version in force. That a later version will take over is no part of it: the
   same journal gives the same state whether or not that version was known at the time (see ``Timeline.wakes_at``).

**Late events.** An event dated before what is already settled is decided under the version of its own date; its
amounts go into the meter windows and cap periods of its own date, and what it grants is earned and expires by its own
date. Two things are as they stand now: the member's tier, and what is left of shared limits. An event that is later
than the program accepts is refused.

**What another member sends** (``events.ENGINE_EVENTS``) is never too late. It is dated with its cause, and two members'
records stand at different times; where the receiver's stands later, the event is decided as of then: it arrives when
it arrives. Its caps, its expiry and its version are those of that moment. So nothing is refused for the slowness of a
relay, and no cap of a period that is long settled is opened again. The same goes for what stops a member, ends a
membership in the program or merges two, and for the segments that analysis finds a member in (``events.NEVER_LATE``).
"""

from collections.abc import Mapping
from typing import NamedTuple

import msgspec

from guerdon.core.adjustment import adjust
from guerdon.core.amounts import Rate
from guerdon.core.barring import block, check_bar, close, let_go
from guerdon.core.calendar import Instant, moment_of
from guerdon.core.case import Case
from guerdon.core.codes import ShownCode
from guerdon.core.delivery import deliver
from guerdon.core.describing import describe, regroup
from guerdon.core.effects import Granted, Note, Outcome
from guerdon.core.events import (
    ENGINE_EVENTS,
    NEVER_LATE,
    Absorb,
    Action,
    Adjust,
    Block,
    Capture,
    Choose,
    Close,
    Deliver,
    Describe,
    Donate,
    Enrol,
    Erase,
    Event,
    Hold,
    Join,
    Merge,
    Play,
    Purchase,
    Receive,
    Redeem,
    Release,
    Return,
    Segment,
    Separate,
    Tick,
    Unblock,
    Unmerge,
    Use,
    Win,
    addressed,
    instant_in_range,
    instant_of_event,
    kind_of,
)
from guerdon.core.facts import NO_FACTS, Facts
from guerdon.core.holding import capture, free, hold, lapse, let_rest_lapse, release
from guerdon.core.lanes import run_happened, run_lanes
from guerdon.core.merging import absorb, come_home, merge, pass_on, separate, unmerge
from guerdon.core.purchasing import count_action, record_purchase
from guerdon.core.receiving import receive
from guerdon.core.redemption import redeem
from guerdon.core.refusals import Refused, stop
from guerdon.core.returning import give_back
from guerdon.core.state import MemberState
from guerdon.core.succession import convert_dropped, count_late, rename, take_over
from guerdon.core.timeline import Timeline
from guerdon.core.version import Version
from guerdon.core.warning import warn

_ACTIVITY = (Purchase, Enrol, Action, Redeem, Capture, Use, Join, Choose, Donate, Play)
"""The events that keep a wallet from lapsing: the member did something."""


class Decision(NamedTuple):
    """What an event leads to."""

    state: MemberState
    """The member's new state; the old one where the event is refused."""
    outcome: Outcome
    """Effects or refusal: what the journal keeps."""
    version: int
    """The number of the version that decided; 0 where none was in force."""
    limit_uses: dict[str, int]
    """What is to be taken from shared limits in the same transaction; below zero what is given back to them."""
    limits_seen: dict[str, int]
    """What was used of each shared limit that was looked at. A replay is told the same."""
    rates_seen: dict[str, Rate]
    """The rates of other currencies that were looked at. A replay is told the same."""
    notes: list[Note]
    """The trace of what was skipped and why; empty unless it was asked for."""
    seeds_seen: Mapping[str, str] = {}
    """The seeds of games that were looked at, by commitment. A replay is told the same."""
    codes_seen: Mapping[str, ShownCode] = {}
    """What was found about the codes that the purchase shows. A replay is told the same."""
    added_seen: Mapping[str, int] = {}
    """What was added to the shared limits that were looked at. A replay is told the same."""


def decide(
    timeline: Timeline, state: MemberState, event: Event, facts: Facts = NO_FACTS, *, traced: bool = False
) -> Decision:
    """Decide an event for a member.

    The same arguments give the same decision on any machine. ``traced`` adds the notes and changes nothing else.
    """
    at = instant_of_event(event)
    if type(event) in NEVER_LATE:
        at = max(at, state.as_of)
    version = timeline.at(at)
    case: Case | None = None
    try:
        if not instant_in_range(at):
            raise stop("event_time_out_of_range", at=_shown(at))
        if version is None:
            raise stop("no_program_in_force", at=_shown(at))
        case = Case(version, state, event, at, facts, traced=traced)
        _admit(case)
        is_late = at < state.as_of
        if is_late:
            case.today = version.zone.day(state.as_of)
            _go_back(case, timeline)
        elif state.version != version.number or (state.next_due_at is not None and state.next_due_at <= at):
            _settle(case, timeline, until=at)
        case.as_of = max(at, state.as_of)
        _work_through(case, timeline)
        if is_late:
            _come_forward(case)
            # What it granted may have expired, by its own date, before today.
            _settle(case, timeline, until=case.as_of)
            case.version = timeline.at(case.as_of) or version
        if case.bar is not None or state.bar is not None or isinstance(event, Absorb):
            _conclude(case, timeline)
        result = _close(case)
    except Refused as refused:
        refusal = Outcome(refusal=refused.refusal)
        if case is None:
            return Decision(state, refusal, _number(version), {}, {}, {}, [])
        return Decision(
            state, refusal, _number(version), {}, case.limits_seen, case.rates_seen, [], case.seeds_seen,
            case.codes_seen, case.added_seen,
        )  # fmt: skip
    return Decision(
        result, Outcome(tuple(case.effects)), version.number, case.limit_uses, case.limits_seen, case.rates_seen,
        case.notes or [], case.seeds_seen, case.codes_seen, case.added_seen,
    )  # fmt: skip


def _number(version: Version | None) -> int:
    return 0 if version is None else version.number


def _shown(at: Instant) -> str:
    return f"{moment_of(at):%Y-%m-%dT%H:%M:%SZ}" if -62_000_000_000 < at < 250_000_000_000 else str(at)


def _admit(case: Case) -> None:
    """Whether an event of this time may be decided for this member at all."""
    state, event = case.state, case.event
    if isinstance(event, Enrol):
        if state.enrolled_at is not None:
            raise stop("member_already_enrolled", member=event.member)
    elif state.enrolled_at is None:
        raise stop("member_unknown", member=event.member)
    if case.at < state.as_of and case.day < case.version.keep_from(case.version.zone.day(state.as_of)):
        days = case.version.program.late_events
        raise stop("event_too_late", at=_shown(case.at), days=days, as_of=_shown(state.as_of))
    if case.bar is not None:
        check_bar(case)


def _go_back(case: Case, timeline: Timeline) -> None:
    """Give what the member has the names that the version of a late event knows it by.

    Meters are those of the version in force now, which may count in another way.
    """
    case.counting = timeline.at(case.state.as_of) or case.version
    mechanics, _ = case.counting.names_since(case.version)
    if mechanics:
        rename(case, {new: old for old, new in mechanics.items()}, {})


def _come_forward(case: Case) -> None:
    """Bring what a late event left under an earlier version up to the one in force now."""
    if case.counting is case.version:
        return
    own, case.version = case.version, case.counting
    mechanics, _ = case.version.names_since(own)
    rename(case, mechanics, {})
    convert_dropped(case)
    case.version = own


def _settle(case: Case, timeline: Timeline, *, until: Instant) -> None:
    """Do everything that falls due up to an instant, in the order of time, version by version."""
    own = case.version
    version = timeline.at(case.as_of) or timeline.versions[0]
    while True:
        case.version = case.counting = version
        boundary = timeline.next_start(max(case.as_of, version.starts_at))
        due = version.next_due(case)
        if due is not None and due <= until and (boundary is None or due < boundary):
            _settle_instant(case, due)
        elif boundary is not None and boundary <= until:
            # Up to the boundary and not at it: what falls due on the very instant is the new version's to do.
            case.as_of = boundary - 1
            version = case.version = case.counting = timeline.at(boundary) or version
            case.at = case.settled_at = boundary
            case.day = case.today = version.zone.day(boundary)
            take_over(case)
        else:
            break
    case.counting = own
    case.version, case.at, case.as_of, case.settled_at = own, until, until, None
    case.day = case.today = own.zone.day(until)


def _settle_instant(case: Case, due: Instant) -> None:
    """Do everything that falls due at one instant, in the order that ``Version.next_due`` tells.

    The case stands just before the instant until all is done, so that nothing hides what comes after it.
    """
    version, wallets = case.version, case.wallets
    at = max(due, case.as_of, version.starts_at)
    done = len(case.effects)
    case.as_of = max(case.as_of, at - 1)
    case.at = case.settled_at = at
    case.day = case.today = version.zone.day(at)
    units = version.program.units
    for unit in units:
        if unit in wallets:
            case.mature(unit, at)
    if case.holds:
        lapse(case, at)
    for rule in () if case.is_over() else version.scheduled:
        falls_due = rule.next_due(case)
        if falls_due is not None and falls_due <= at:
            rule.settle(case, at)
    if any(isinstance(effect, Granted) for effect in case.effects[done:]):
        run_lanes(case, "afterwards")
    for unit in units:
        if unit in wallets:
            case.expire(unit, at)
    for unit in units:
        lapses_at = version.lapses_at(case, unit)
        if lapses_at is not None and lapses_at <= at:
            case.lapse(unit, at)
    for unit in () if case.is_over() else version.warned:
        warn(case, unit, at)
    if case.happened:
        run_happened(case)
    case.as_of = at


def _work_through(case: Case, timeline: Timeline) -> None:
    """Let the event have its effects."""
    event = case.event
    if isinstance(event, Purchase):
        if event.holds:
            free(case, event)
        record_purchase(case, event)
        if case.counting is not case.version:
            count_late(case, case.counting)
        run_lanes(case, "purchase")
    elif isinstance(event, Enrol):
        if not event.household:
            _note_referrer(case, event)
            for rule in case.version.enrolling:
                rule.enrol(case)
            run_lanes(case, "enrol")
    elif isinstance(event, Action):
        count_action(case)
        run_lanes(case, f"action:{event.action}")
    elif isinstance(event, Return):
        give_back(case, event, timeline)
    elif isinstance(event, Redeem):
        redeem(case, event)
        run_lanes(case, "afterwards")
    elif isinstance(event, Hold | Capture | Release):
        _hold_or_end(case, event, timeline)
    elif isinstance(event, Adjust):
        adjust(case, event)
    elif isinstance(event, Describe | Erase):
        describe(case, event)
    elif isinstance(event, Segment):
        regroup(case, event)
    elif isinstance(event, Deliver):
        deliver(case, event)
    elif isinstance(event, Receive):
        receive(case, event)
    elif isinstance(event, Absorb):
        take = come_home if event.returned or event.separated else absorb
        take(case, event, timeline)
    elif isinstance(event, Separate):
        separate(case, event)
    elif isinstance(event, Block | Unblock | Close | Merge | Unmerge):
        _bar(case, event)
    elif not isinstance(event, Tick):
        _answer(case, event)
    if case.happened:
        run_happened(case)
    if isinstance(event, _ACTIVITY):
        case.last_activity_at = max(case.at, case.last_activity_at or 0)
    if case.version.kept_alive:
        case.stay_alive(kind_of(event))
        if isinstance(event, Capture) or (isinstance(event, Purchase) and event.rewards):
            case.stay_alive("redeem")
    if case.state.holds:
        let_rest_lapse(case)


def _hold_or_end(case: Case, event: Hold | Capture | Release, timeline: Timeline) -> None:
    """Reserve something for the member, or end that."""
    if isinstance(event, Hold):
        hold(case, event)
    elif isinstance(event, Capture):
        capture(case, event, timeline)
        run_lanes(case, "afterwards")
    else:
        release(case, event)


def _bar(case: Case, event: Block | Unblock | Close | Merge | Unmerge) -> None:
    """Change whether the member may act."""
    if isinstance(event, Close):
        close(case, event)
    elif isinstance(event, Merge):
        merge(case, event)
    elif isinstance(event, Unmerge):
        unmerge(case, event)
    else:
        block(case, event)


def _conclude(case: Case, timeline: Timeline) -> None:
    """Leave nothing with a member who has left or is another one.

    Who is back, or has taken over counters of another, catches up on what fell due with them meanwhile.
    """
    bar = case.bar
    if bar is None or not bar.is_end:
        _settle(case, timeline, until=case.as_of)
    elif bar.kind == "merged":
        pass_on(case, bar)
    else:
        let_go(case)


def _note_referrer(case: Case, event: Enrol) -> None:
    """Keep who brought the member along. Nobody brings themselves: such a referrer is passed over."""
    if event.referrer == event.member:
        case.note("referral", "skipped", "referrer_is_the_member", "nobody brings themselves along")
    else:
        case.referrer = event.referrer


def _answer(case: Case, event: Event) -> None:
    """Let the one rule that the event names deal with it."""
    kind, name = kind_of(event), addressed(event)
    if isinstance(event, ENGINE_EVENTS):
        # It may have been sent while the mechanic had another name.
        name = case.version.name_now(name)
    rule = case.version.answering.get((kind, name))
    if rule is None and isinstance(event, Win):
        # What was drawn is handed out, though the program has the raffle no more.
        rule = case.version.rule_called(name)
    if rule is None or (kind, name) not in rule.answers:
        raise stop("nothing_of_that_name", kind=kind, name=name)
    rule.answer(case, event)
    run_lanes(case, "afterwards")


def _close(case: Case) -> MemberState:
    """The new state, with the moment at which time alone next changes something."""
    if isinstance(case.event, Enrol):
        case.state = msgspec.structs.replace(case.state, enrolled_at=case.at)
    return case.result(case.version.next_due(case))
