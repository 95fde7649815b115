"""The grains: the rows that parts are counted of."""

import ibis
import ibis.expr.types as ir

from guerdon.insight.measures.history import History
from guerdon.insight.measures.measure import OF_MEMBERS, PLACES, TIMES, Grain
from guerdon.insight.measures.periods import STEPS

MONTHS_OF_A_COHORT = 12
"""For how many months after that of the first purchase a cohort is followed."""
ENGAGING = ("action", "choose", "convert", "donate", "enter", "join", "play", "redeem", "send", "use")
"""What members do besides buying."""


# What was bought.


def _baskets(history: History, step: str) -> ir.Table:
    return history.baskets


def _goods(history: History, step: str) -> ir.Table:
    lines = history.tables.lines.filter(lambda line: line.day <= history.until)
    general = lines.category.split("/")[0]
    return lines.select("member", "seq", "day", "quantity", "net", category=general)


def _spenders(rows: ir.Table, keys: list[str]) -> ir.Table:
    """What each member spent, with its rank among all of the key."""
    spent = rows.group_by([*keys, "member"]).aggregate(spent=rows.paid.sum()).filter(lambda member: member.spent > 0)
    rank = ibis.row_number().over(group_by=keys or None, order_by=[ibis.desc("spent"), "member"])
    count = spent.count().over(group_by=keys or None)
    return spent.mutate(rank=rank, among=count)


BASKETS = Grain("baskets", _baskets, (*TIMES, *OF_MEMBERS, *PLACES))
GOODS = Grain("goods", _goods, (*TIMES, *OF_MEMBERS, *PLACES, "category"))
SPENDERS = Grain("spenders", _baskets, (*TIMES, *OF_MEMBERS, *PLACES), fold=_spenders)


# Who came, stayed and left.


def _joined(history: History, step: str) -> ir.Table:
    return history.persons.filter(lambda member: member.day <= history.until)


def _left(history: History, step: str) -> ir.Table:
    """The day on which each member left who is closed or merged now."""
    gone = history.persons.filter(lambda member: member.barred.isin(["closed", "merged"])).select("member")
    ends = history.events.filter(lambda event: event.kind.isin(["close", "merge"]))
    return ends.semi_join(gone, "member").group_by("member").aggregate(day=ends.day.max())


def _doings(history: History, step: str) -> ir.Table:
    return history.events.filter(lambda event: event.kind.isin(list(ENGAGING))).select("member", "seq", "day", "kind")


def _followings(history: History, step: str) -> ir.Table:
    """For each member and each period with a purchase: the period after it, and whether the member bought in that too.

    Only periods that are over: in one that has just begun nobody could have come back.
    """
    bought = history.buying_days
    active = bought.select("member", start=bought.day.truncate(STEPS[step]).cast("date")).distinct()
    one = {"month": ibis.interval(months=1), "week": ibis.interval(days=7), "day": ibis.interval(days=1)}[step]
    placed = active.mutate(
        day=(active.start + one).cast("date"), came=active.start.lead().over(group_by="member", order_by="start")
    )
    whole = placed.filter(lambda row: row.day <= history.last_whole(step))
    return whole.select("member", "day", kept=(whole.came == whole.day).fill_null(False))


def _months(history: History, step: str) -> ir.Table:
    """For each buyer and each of the months after that of the first purchase: whether the member bought in it."""
    firsts, bought = history.firsts, history.buying_days
    begun = firsts.select("member", first=_month_number(firsts.first_day))
    aged = begun.mutate(age=ibis.range(1, MONTHS_OF_A_COHORT + 1).unnest())
    number = aged.first + aged.age
    dated = aged.select("member", "age", day=ibis.date(number // 12, (number % 12) + 1, 1))
    active = bought.select("member", day=bought.day.truncate("M").cast("date"), kept=ibis.literal(True)).distinct()
    over = dated.filter(lambda row: row.day <= history.last_whole("month"))
    found = over.left_join(active, ["member", "day"])
    return found.select("member", "age", "day", kept=found.kept.fill_null(False))


def _month_number(day: ir.DateValue) -> ir.IntegerValue:
    return day.year().cast("int64") * 12 + day.month().cast("int64") - 1


def _turns(history: History, step: str) -> ir.Table:
    """When members lapsed, and when lapsed ones came back."""
    days = history.buying_days
    quiet = ibis.interval(days=history.lapse_days + 1)
    waited = days.mutate(lapses=(days.day + quiet).cast("date"))
    gone = waited.filter(
        lambda row: (row.lapses <= history.until) & (row.following.isnull() | (row.following >= row.lapses))
    )
    lapses = gone.select("member", day="lapses", turn=ibis.literal("lapsed"))
    back = gone.filter(lambda row: row.following.notnull())
    return lapses.union(back.select("member", day="following", turn=ibis.literal("reactivated")))


def _first_times(history: History, step: str) -> ir.Table:
    """First purchase, second purchase and first redemption of each member, with the days that it took."""
    firsts = history.firsts
    joined = history.tables.members.select("member", "enrolled_day")
    used = history.tables.transfers.filter(lambda moved: (moved.target == "redeemed") & (moved.day <= history.until))
    redeemed = used.group_by("member").aggregate(day=used.day.min()).left_join(joined, "member")
    bought = firsts.left_join(joined, "member")
    second = firsts.filter(lambda member: member.second_day.notnull())
    return ibis.union(
        _step(bought, "first purchase", bought.first_day, bought.enrolled_day),
        _step(second, "second purchase", second.second_day, second.first_day),
        _step(redeemed, "first redemption", redeemed.day, redeemed.enrolled_day),
    )


def _step(rows: ir.Table, step: str, day: ir.DateValue, since: ir.DateValue) -> ir.Table:
    return rows.select("member", day=day, step=ibis.literal(step), days=day.epoch_days() - since.epoch_days())


JOINED = Grain("joined", _joined, (*TIMES, *OF_MEMBERS))
LEFT = Grain("left", _left, (*TIMES, *OF_MEMBERS))
DOINGS = Grain("doings", _doings, (*TIMES, *OF_MEMBERS, *PLACES))
FOLLOWINGS = Grain("followings", _followings, (*TIMES, *OF_MEMBERS))
MONTHS = Grain("months", _months, ("month", *OF_MEMBERS, "age"))
TURNS = Grain("turns", _turns, (*TIMES, *OF_MEMBERS))
FIRST_TIMES = Grain("first_times", _first_times, (*TIMES, *OF_MEMBERS))


# What moved.


def _moves(history: History, step: str) -> ir.Table:
    moved = history.tables.transfers.filter(lambda transfer: transfer.day <= history.until)
    return moved.select("member", "seq", "day", "unit", "source", "target", "amount")


def _used(history: History, step: str) -> ir.Table:
    """What was used up for good: redeemed, and not for an amount of another unit, which counts when that is used."""
    moved = history.tables.transfers.filter(lambda transfer: transfer.day <= history.until)
    used = moved.filter(lambda transfer: (transfer.target == "redeemed") | (transfer.source == "redeemed"))
    granted = moved.filter(lambda transfer: transfer.source == "issued").select(
        of="member", entry="seq", cause="reason", into="unit"
    )
    turned = [
        used.member == granted.of,
        used.seq == granted.entry,
        used.reason == granted.cause,
        used.unit != granted.into,
    ]
    return used.anti_join(granted, turned)


def _effects(history: History, step: str) -> ir.Table:
    wanted = ("granted", "spent", "paid_with", "discounted", "captured", "reduced", "tier_changed")
    told = history.tables.effects.filter(
        lambda effect: effect.effect.isin(list(wanted)) & (effect.day <= history.until)
    )
    moved = told.select("member", "seq", "day", "effect", "amount", "ladder", "before", "after")
    return moved.mutate(rise=_rank(moved, moved.after, history) - _rank(moved, moved.before, history))


def _rank(effects: ir.Table, level: ir.StringValue, history: History) -> ir.IntegerValue:
    """The place of a level on its ladder; null: it is not on it."""
    places = [
        ((effects.ladder == ladder) & (level == name), ibis.literal(place, "int64"))
        for ladder, levels in history.levels.items()
        for place, name in enumerate(levels)
    ]
    nowhere = ibis.null("int64")
    return ibis.cases(*places, else_=nowhere) if places else nowhere


MOVES = Grain("moves", _moves, (*TIMES, *OF_MEMBERS, *PLACES), by_unit=True)
USED = Grain("used", _used, (*TIMES, *OF_MEMBERS, *PLACES), by_unit=True)
EFFECTS = Grain("effects", _effects, (*TIMES, *OF_MEMBERS, *PLACES))


# Groups that are compared.


def _compared(history: History, step: str) -> ir.Table:
    return _sided(history.baskets, history)


def _comparable(history: History, step: str) -> ir.Table:
    return _sided(_joined(history, step).select("member", "day"), history)


def _sided(rows: ir.Table, history: History) -> ir.Table:
    """The rows of members of the group and of the control; who is in both is in neither."""
    members = history.tables.members
    listed = members.select("member", segment=members.segments.unnest())
    sides = listed.filter(lambda row: row.segment.isin([history.group, history.control])).distinct()
    one = sides.group_by("member").aggregate(segment=sides.segment.min(), sides=sides.count())
    clear = one.filter(lambda row: row.sides == 1)
    return rows.join(clear, "member").select(*rows.columns, is_treated=clear.segment == history.group)


COMPARED = Grain("compared", _compared, (*TIMES, *PLACES))
COMPARABLE = Grain("comparable", _comparable, TIMES)
