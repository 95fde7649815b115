"""The tables of the lake, column by column: the one description that the export, the readers and the reference share.

Amounts of money are minor units of the program's currency, amounts of other units their smallest parts, both whole. A
``day`` is a date in the program's time zone; an instant is UTC. What was refused moved nothing: its row is in
``events`` with the refusal, and has neither amounts nor lines nor effects.

**Worked.** A basket of 12.00 and 8.00 with 2.00 off the second line, a voucher of 5.00 and 1.00 paid with points. Its
row in ``events`` has ``amount`` 2000, ``discount`` 200, ``reduced`` 500, ``paid_with`` 100 and ``paid`` 1200; its rows
in ``lines`` have ``net`` 1200 and 600. If the second line comes back, the return's row has ``paid`` -400: 600 less its
third of the voucher and of the points.
"""

from typing import NamedTuple

import pyarrow as pa

INSTANT = pa.timestamp("us", tz="UTC")


class Column(NamedTuple):
    """A column of a table."""

    name: str
    type: pa.DataType
    about: str


class Table(NamedTuple):
    """A table of the lake."""

    name: str
    about: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    """The columns that tell its rows apart."""

    @property
    def schema(self) -> pa.Schema:
        """Its columns as Arrow has them."""
        return pa.schema([(column.name, column.type) for column in self.columns])


_MEMBER = Column("member", pa.int64(), "The member (`members.member`).")
_SEQ = Column("seq", pa.int32(), "The entry of the member's journal, from 1.")
_AT = Column("at", INSTANT, "When the event happened.")
_DAY = Column("day", pa.date32(), "The day of it in the program's time zone.")
_TEXT = pa.string()
_WHOLE = pa.int64()

EVENTS = Table(
    "events",
    "One row for each entry of the journal.",
    (
        _MEMBER,
        _SEQ,
        Column("event_id", _TEXT, "The id that the source gave the event."),
        Column("kind", _TEXT, "What happened: `enrol`, `purchase`, `return`, `redeem`, `tick` and so on."),
        _AT,
        _DAY,
        Column("recorded_at", INSTANT, "When it was recorded."),
        Column("version", pa.int32(), "The program version that decided; 0 where none was in force."),
        Column("refusal", _TEXT, "The code of the refusal; null: it was not refused."),
        Column("store", _TEXT, "Of a purchase: where; null: not told."),
        Column("channel", _TEXT, "Of a purchase or redemption: by which channel; null: not told."),
        Column("partner", _TEXT, "Of a purchase or action: with which partner; null: with the merchant."),
        Column("tender", _TEXT, "Of a purchase: how it was paid; null: not told, or in several ways."),
        Column(
            "name", _TEXT, "The action, reward, plan, benefit, cause, game or menu that the event names; else null."
        ),
        Column("purchase", _TEXT, "Of a return or delivery: the event id of its purchase."),
        Column("items", _WHOLE, "Of a purchase: how many lines it has; of a return: less than zero."),
        Column("amount", _WHOLE, "Of a purchase: what its lines cost before anything is taken off, in minor units."),
        Column("discount", _WHOLE, "Of a purchase: what the till took off, line by line and as a whole."),
        Column("reduced", _WHOLE, "Of a purchase: what the program took off: discounts, coupons, vouchers."),
        Column("paid_with", _WHOLE, "Of a purchase: what was paid out of wallets, in minor units."),
        Column(
            "paid",
            _WHOLE,
            "What is paid in money for a purchase, in minor units; of a return below zero: what was paid for the goods "
            "that come back. Add it up and you have net sales.",
        ),
        Column("content", _TEXT, "The event in its canonical JSON."),
    ),
    ("member", "seq"),
)

LINES = Table(
    "lines",
    "One row for each line of a purchase, and for each line that comes back. Add up `net` or `quantity` for what was "
    "kept.",
    (
        _MEMBER,
        _SEQ,
        _DAY,
        Column("line", pa.int32(), "The place in the basket, from 0."),
        Column("sku", _TEXT, "The article."),
        Column("category", _TEXT, "Its path, from the general to the special; null: not told."),
        Column("brand", _TEXT, "The brand; null: not told."),
        Column(
            "quantity", _WHOLE, "Items, or grams, millilitres or the till's own measure. Below zero: it comes back."
        ),
        Column("amount", _WHOLE, "What the line costs before anything is taken off, in minor units."),
        Column("net", _WHOLE, "The same less the line's own discount. What is off the basket as a whole is not in it."),
    ),
    ("member", "seq", "line"),
)

EFFECTS = Table(
    "effects",
    "One row for each effect of a decision.",
    (
        _MEMBER,
        _SEQ,
        Column("number", pa.int32(), "Its place among the effects of the entry, from 0."),
        _DAY,
        Column("effect", _TEXT, "What it is: `granted`, `spent`, `expired`, `tier_changed`, `rewarded` and so on."),
        Column("mechanic", _TEXT, "The mechanic behind it; null: none."),
        Column("unit", _TEXT, "The unit that it moves; null: it moves none."),
        Column("amount", _WHOLE, "How much, in the unit's smallest part; for `reduced` in minor units."),
        Column("money", _WHOLE, "Of `paid_with`: what it paid, in minor units."),
        Column("wanted", _WHOLE, "What it would have been without the cap in `capped_by`."),
        Column("capped_by", _TEXT, "The cap or budget that cut it; null: none did."),
        Column(
            "reward", _TEXT, "The reward, coupon, badge, benefit, plan, cause, game or conversion that it is about."
        ),
        Column("quantity", _WHOLE, "How many pieces of it."),
        Column("reference", _TEXT, "The reference of the voucher, coupon, code or lot; null: it has none."),
        Column("ladder", _TEXT, "Of `tier_changed`: the ladder."),
        Column("before", _TEXT, "Of `tier_changed` and `membership_changed`: what it was; null: nothing."),
        Column("after", _TEXT, "The same: what it is from then on; null: nothing."),
        Column("why", _TEXT, "The reason that it names, such as `inactivity` or `review`; null: none."),
        Column("falls_at", INSTANT, "When it fell due, where that was before the event; else when the event happened."),
        Column("matures_at", INSTANT, "When the amount becomes available; null: at once."),
        Column("expires_at", INSTANT, "When the amount or coupon expires; null: not at a fixed moment."),
        Column("funded_by", _TEXT, "The partner who pays for it; null: the program."),
        Column("content", _TEXT, "The effect in its canonical JSON."),
    ),
    ("member", "seq", "number"),
)

TRANSFERS = Table(
    "transfers",
    "One row for each transfer of the ledger: an amount of one unit leaves one account and reaches another.",
    (
        _MEMBER,
        _SEQ,
        Column("number", pa.int32(), "Counts the transfers of the entry from 1."),
        _AT,
        _DAY,
        Column("unit", _TEXT, "The unit that moves."),
        Column("source", _TEXT, "The account that it leaves, such as `issued`, `available` or `partner:NAME`."),
        Column("target", _TEXT, "The account that it reaches."),
        Column("amount", _WHOLE, "In the smallest part of the unit; above zero."),
        Column("reason", _TEXT, "The mechanic, reward or rule behind it."),
    ),
    ("member", "seq", "number"),
)

MEMBERS = Table(
    "members",
    "One row for each member: where it stands after the last entry that was exported.",
    (
        _MEMBER,
        Column("key", _TEXT, "Your id of the member."),
        Column("seq", pa.int32(), "How many entries of the journal were exported: the position of the export."),
        Column("enrolled_at", INSTANT, "When the member joined; null: not known."),
        Column("enrolled_day", pa.date32(), "The day of it in the program's time zone."),
        Column("last_activity_at", INSTANT, "When the member was last active; null: never."),
        Column("purchases", pa.int32(), "How many purchases were recorded, returned or not."),
        Column("tier", _TEXT, "The level on the program's first ladder; null: there is none."),
        Column("tiers", _TEXT, 'The levels on all ladders, as JSON: `{"status": "gold"}`.'),
        Column("segments", pa.list_(_TEXT), "The segments that the member is in."),
        Column("plans", pa.list_(_TEXT), "The paid plans and clubs that the member is in, by name."),
        Column("region", _TEXT, "Null: not known."),
        Column("age", pa.int32(), "The lower end of the age band, in years; null: not known."),
        Column("language", _TEXT, "Null: not known."),
        Column("referrer", _TEXT, "The id of the member who brought this one along; null: nobody."),
        Column("household", _TEXT, "The id of the household that the member is in; null: none."),
        Column("barred", _TEXT, "`blocked`, `closed` or `merged`; null: nothing stands against its events."),
        Column(
            "is_household", pa.bool_(), "Whether it is a household and no person: it holds a pool and has a roster."
        ),
        Column("state", _TEXT, "The whole state in its canonical JSON."),
    ),
    ("member",),
)

DAILY_WALLETS = Table(
    "daily_wallets",
    "One row for each wallet and day on which it changed. What it held at the end of a day is the sum of the "
    "changes up to it.",
    (
        _MEMBER,
        Column("unit", _TEXT, "The unit."),
        _DAY,
        Column("available", _WHOLE, "By how much what can be spent changed on that day, in the smallest part."),
        Column("pending", _WHOLE, "The same for what is yet to mature."),
        Column("held", _WHOLE, "The same for what is reserved."),
        Column("debt", _WHOLE, "The same for what is owed after a return (zero or below)."),
        Column("seq", pa.int32(), "The last entry that took part: rows of several exports for one day add up."),
    ),
    ("member", "unit", "day", "seq"),
)

TABLES = {table.name: table for table in (EVENTS, LINES, EFFECTS, TRANSFERS, MEMBERS, DAILY_WALLETS)}
