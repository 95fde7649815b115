"""The result of a simulation: what a report, a terminal and a machine are given.

Amounts are whole numbers: those of a unit in its smallest part (``Unit.scale`` digits), money in minor units of the
program's currency. What a unit is worth in money is reckoned from the sum and rounded to the nearest minor unit. Shares
are fractions of one (0.012 is 1.2 %). None is what cannot be known, and a remark or the field says why. Months are
``2017-03``, days ``2017-03-31``, both on the program's calendar.

**The cost of a program** is what it gives, less what it gets back: the worth of what mechanics granted, and what they
took off prices, less what was taken back with returned goods, less what was given in exchange (500 points for a voucher
of 5.00), less what expired. It is what members have used and what they still hold.

**Worked.** A basket of 100.00 earns 100 points, worth 1.00, and 2.00 come off its price. 20 points expire later: the
cost is 1.00 + 2.00 - 0.20 = 2.80, and 2.8 % of sales.
"""

import msgspec


class _Told(msgspec.Struct, frozen=True, kw_only=True):
    """What every part of a result has in common."""


class Remark(_Told, frozen=True):
    """Something that whoever reads the figures has to know."""

    code: str
    """Stable, such as ``behaviour_does_not_change``, ``never_applied`` or ``limits_not_settled``."""
    sentence: str
    """For people."""


class Replayed(_Told, frozen=True):
    """The history that was replayed."""

    source: str
    """Where it comes from: ``demo``, ``database``, ``lake``, or the name of a file."""
    members: int
    """How many members it tells of."""
    events: int
    """How many events happened from outside, and were replayed."""
    baskets: int
    """How many of them are purchases."""
    first_day: str | None
    """The day of the first event; None: there is none."""
    last_day: str | None
    """The day of the last event, up to the end of which time is settled."""
    counted_from: str | None
    """From which day on figures count; what lies before was replayed and not counted. None: from the first."""
    sales: int
    """What was to be paid for the baskets at the till's prices, less what came back, before anything of the program."""
    unreadable: int
    """How many entries could not be read as events, and were left out."""


class MonthOfSales(_Told, frozen=True):
    """What was bought in a month, whatever the program."""

    month: str
    """As ``2017-03``."""
    baskets: int
    """Purchases."""
    sales: int
    """As ``Replayed.sales``."""
    active_members: int
    """Members who bought anything."""


class MechanicCost(_Told, frozen=True):
    """What one mechanic or reward gave. One that gives amounts of two units has a row for each."""

    mechanic: str
    """Its name in the program file; of a reward of the catalogue, the reward's; ``adjustment`` for staff."""
    unit: str | None
    """What it granted; None: it took something off prices, or gave things."""
    granted: int
    """In the unit's smallest part; what it took off prices in minor units."""
    taken_back: int
    """The same, with goods that came back."""
    exchanged: int
    """What members gave for it out of their wallets, in minor units: the points that became a voucher."""
    cut: int
    """What it would have given more, had no cap or budget been in the way, in the same measure as ``granted``."""
    times: int
    """In how many decisions it gave anything."""
    members: int
    """To how many members."""
    pieces: int
    """How many things it gave (a coffee, a code), which have no worth in the program file and are not in the cost."""
    cost: int | None
    """Granted, less taken back and exchanged, in minor units. None: the unit is not worth money."""


class UnitMonth(_Told, frozen=True):
    """What moved of one unit in a month, over all members, in its smallest part."""

    month: str
    """As ``2017-03``. What fell due counts in the month in which it fell due."""
    issued: int
    """Granted, by the program or a partner."""
    redeemed: int
    """Spent in any way, less what came back of it."""
    expired: int
    """Lapsed."""
    taken_back: int
    """With goods that came back, or by staff."""
    elsewhere: int
    """Converted, donated, or on its way between members."""
    outstanding: int
    """What the wallets hold at the end of the month, less debts: issued less all others since the beginning."""
    liability: int | None
    """The same in minor units; None: the unit is not worth money."""


class UnitFlow(_Told, frozen=True):
    """One unit over the whole history."""

    unit: str
    """Its name in the program file."""
    scale: int
    """How many decimal digits its smallest part has."""
    money: bool
    """It is an amount of the currency."""
    issued: int
    """Over all months, as in ``UnitMonth``."""
    redeemed: int
    """The same."""
    expired: int
    """The same."""
    taken_back: int
    """The same."""
    elsewhere: int
    """The same."""
    outstanding: int
    """At the end of the history."""
    worth: int | None
    """What is outstanding, in minor units; None: the unit is not worth money."""
    months: tuple[UnitMonth, ...]
    """Each month of the history, without gaps."""


class MonthOfCost(_Told, frozen=True):
    """What the program cost in a month."""

    month: str
    """As ``2017-03``."""
    sales: int
    """As ``Replayed.sales``: what the share is a share of."""
    cost: int
    """In minor units, as the page of this module says."""
    share_of_sales: float | None
    """None: nothing was sold."""
    liability: int
    """What is outstanding of all units at the end of the month, in minor units."""


class TierMonth(_Told, frozen=True):
    """How many members stood on each level of a ladder at the end of a month."""

    month: str
    """As ``2017-03``."""
    members: dict[str, int]
    """By level, from the lowest."""
    raised: int
    """How many moves up there were in the month."""
    lowered: int
    """How many moves down."""


class TierMove(_Told, frozen=True):
    """How often members went from one level to another, over the whole history."""

    before: str
    """The level they came from."""
    after: str
    """The level they went to."""
    times: int
    """How often."""


class Ladder(_Told, frozen=True):
    """One ladder of tiers."""

    ladder: str
    """The mechanic's name."""
    levels: tuple[str, ...]
    """From the lowest to the highest."""
    members: dict[str, int]
    """By level, at the end of the history."""
    moves: tuple[TierMove, ...]
    """The most frequent first."""
    months: tuple[TierMonth, ...]
    """Each month of the history, without gaps."""


class Burned(_Told, frozen=True):
    """How much of a shared limit was used by the end of a day."""

    day: str
    """As ``2017-03-31``."""
    used: int
    """Since the beginning."""


class LimitUse(_Told, frozen=True):
    """A budget, a stock, or another limit that members share."""

    limit: str
    """As the program counts it: the mechanic's name, ``stock:cool-bag``, ``spring/uses``."""
    allowed: int
    """How much there is: pieces, times, or the smallest part of the unit."""
    used: int
    """How much of it was used in the history."""
    runs_out_at: str | None
    """The moment from which on nothing of it was left, in UTC; None: it lasts."""
    runs_out_on: str | None
    """The day of it."""
    burned: tuple[Burned, ...]
    """The days on which something was used, at most 400 of them, evenly."""


class RewardUse(_Told, frozen=True):
    """What became of one reward of the catalogue."""

    reward: str
    """Its name; also of rewards that the history asks for and the program does not have."""
    offered: bool
    """Whether the program has it."""
    taken: int
    """How many pieces members took."""
    spent: dict[str, int]
    """What they gave for it, by unit."""
    refused: int
    """How many redemptions of the history could not be repeated."""


class RefusedHere(_Told, frozen=True):
    """Events of the history that this program refuses."""

    kind: str
    """The kind of the event."""
    code: str
    """The code of the refusal."""
    name: str
    """What the event asked for (the reward, the plan); empty: nothing by name."""
    times: int
    """How many."""
    sentence: str
    """For people, with one example."""


class Quarter(_Told, frozen=True):
    """How many members had a reward within their grasp in a quarter."""

    quarter: str
    """As ``2017-Q2``."""
    members: int
    """Who were enrolled by its end."""
    active: int
    """Who bought anything in it."""
    reached: int
    """Who in it took a reward, used a voucher, or could have paid for the cheapest reward after some event."""
    is_whole: bool
    """Whether the history covers it from the first to the last day."""


class Standing(_Told, frozen=True):
    """How close members are to a reward when the history ends."""

    cheapest: dict[str, int]
    """By unit: what the cheapest reward costs."""
    within: int
    """Members who could pay for the cheapest."""
    near: int
    """Members who lack at most a fifth of it."""


class CostlyMember(_Told, frozen=True):
    """One of the members who cost most."""

    member: str
    """The member's id."""
    cost: int
    """What the member got, in minor units, as the cost of a program."""
    sales: int
    """What the member bought."""
    baskets: int
    """In how many purchases."""


class CostlyBasket(_Told, frozen=True):
    """One of the baskets that cost most."""

    member: str
    """The member's id."""
    event: str
    """The purchase's id."""
    day: str
    """When."""
    cost: int
    """What was granted for it and taken off its price, in minor units."""
    sales: int
    """What it cost at the till's prices."""


class Suspicion(_Told, frozen=True):
    """A member whom a person should look at. It proves nothing."""

    kind: str
    """``reward_per_spend``, ``many_baskets_a_day`` or ``return_after_use``."""
    member: str
    """The member's id."""
    figure: int
    """Per mille of sales, baskets on one day, or minor units that were spent before the goods came back."""
    sentence: str
    """For people."""


class Margin(_Told, frozen=True):
    """What is left of the margin on goods, by the shares that were given."""

    gross: int
    """The margin on sales before the program, in minor units."""
    cost: int
    """The program's cost."""
    net: int
    """Gross less cost."""
    cost_share: float | None
    """The cost as a share of the gross margin; None: there is no margin."""
    without_share: int
    """Sales in categories for which no share was given: they have no margin here."""


class Side(_Told, frozen=True):
    """One program over the whole history."""

    name: str
    """What it is called in a report: the file, or ``published``."""
    title: str
    """The program's title, or its name."""
    effective_from: str
    """As its file says; of several versions the first."""
    in_force_from: str
    """From which day on it was taken as in force here."""
    cost: int
    """In minor units."""
    share_of_sales: float | None
    """The cost as a share of sales; None: nothing was sold."""
    given: int
    """The worth of what was granted, and what came off prices, before anything is taken off."""
    reduced: int
    """The part of it that came off prices."""
    taken_back: int
    """The worth of what was taken back with returned goods."""
    exchanged: int
    """The worth of what was given for something else, such as points for vouchers."""
    expired: int
    """The worth of what expired."""
    liability: int
    """What is outstanding at the end, in minor units."""
    paid: int
    """What members paid in money: sales less discounts, vouchers and what was paid out of wallets."""
    mechanics: tuple[MechanicCost, ...]
    """What costs most first."""
    units: tuple[UnitFlow, ...]
    """As in the program file."""
    months: tuple[MonthOfCost, ...]
    """Each month of the history, without gaps."""
    ladders: tuple[Ladder, ...]
    """As in the program file."""
    limits: tuple[LimitUse, ...]
    """By name."""
    rewards: tuple[RewardUse, ...]
    """As in the program file; then those that are only asked for."""
    refused: tuple[RefusedHere, ...]
    """The most frequent first."""
    quarters: tuple[Quarter, ...]
    """Each quarter that the history touches."""
    reached_a_quarter: float | None
    """The share of enrolled members who reached a reward in a quarter, on average over whole quarters (over all where
    none is whole); None: there are no members."""
    standing: Standing
    """How close members are to a reward at the end."""
    costly_members: tuple[CostlyMember, ...]
    """Most first."""
    costly_baskets: tuple[CostlyBasket, ...]
    """Most first."""
    suspicions: tuple[Suspicion, ...]
    """By kind, the largest figure first."""
    margin: Margin | None
    """None: no margins were given."""
    never_applied: tuple[str, ...]
    """Mechanics and rewards that did nothing in this history."""
    out_of_time: tuple[str, ...]
    """Those whose own dates lie outside of the history."""
    passes: int
    """How often the history was folded until what members share stood still."""
    is_settled: bool
    """Whether it stood still in the end."""


class Decile(_Told, frozen=True):
    """A tenth of the members, by what the draft changes for them."""

    decile: int
    """1 (who lose most) to 10 (who win most)."""
    up_to: int
    """The difference that the member at its upper end has, in minor units; exact to three digits."""


class Bin(_Told, frozen=True):
    """Members whose difference lies between two amounts."""

    least: int
    """From this on, in minor units."""
    below: int
    """Up to, and not with this."""
    members: int
    """How many."""


class Group(_Told, frozen=True):
    """What the draft changes for a group of members."""

    by: str
    """``tier``, ``segment`` or ``spend``."""
    name: str
    """The level (under the current program, at the end), the segment, or a band such as ``500 to 1,000``, in whole
    units of the currency."""
    members: int
    """How many there are."""
    winners: int
    """Members who get more."""
    losers: int
    """Members who get less."""
    difference: int
    """What they get more altogether, in minor units; below zero: less."""
    average: int | None
    """The same for one member, to the nearest minor unit; None: there is none."""


class Comparison(_Told, frozen=True):
    """What the draft changes against the current program. What a member gets is as the cost of a program."""

    cost: int
    """By how much the cost changes, in minor units; above zero: the draft costs more."""
    share_of_sales: float | None
    """By how much the share of sales changes; None: nothing was sold."""
    liability: int
    """By how much what is outstanding at the end changes, in minor units."""
    margin: int | None
    """By how much the margin after the program changes; None: no margins were given."""
    members: int
    """How many were compared."""
    winners: int
    """Members who get more."""
    losers: int
    """Members who get less."""
    unchanged: int
    """Members who get the same."""
    won: int
    """What the winners get more, in minor units."""
    lost: int
    """What the losers get less, in minor units; zero or above."""
    deciles: tuple[Decile, ...]
    """Empty where there are no members."""
    distribution: tuple[Bin, ...]
    """About twenty bins without gaps."""
    groups: tuple[Group, ...]
    """By tier, then segment, then spend."""
    tier_changes: tuple[TierMove, ...]
    """Where members stand at the end: under the current program, and under the draft (first ladders)."""
    newly_within: int
    """Members who could pay for the cheapest reward at the end, and could not under the current program."""
    newly_near: int
    """Members who lack at most a fifth of it, and were neither near nor within under the current program."""
    most_won: tuple[CostlyMember, ...]
    """Who win most; ``cost`` is the difference."""
    most_lost: tuple[CostlyMember, ...]
    """Who lose most; ``cost`` is the difference, below zero."""


class Scenario(_Told, frozen=True):
    """The draft, if members bought more because of it. An assumption, and no result."""

    name: str
    """``low``, ``middle`` or ``high``."""
    assumption: str
    """In words: ``visits +2 %, baskets +1 %``."""
    baskets: int
    """Purchases, with those that were added."""
    sales: int
    """With what was added."""
    more_sales: int
    """What was added."""
    cost: int
    """The draft's cost then."""
    share_of_sales: float | None
    """The cost as a share of these sales; None: nothing was sold."""
    margin: int | None
    """The margin after the program; None: no margins were given."""
    gain: int | None
    """By how much that margin is above the current program's (without a current program: above the draft's without the
    uplift); None: no margins were given."""


class Simulation(_Told, frozen=True):
    """A draft over a history, and beside it the current program."""

    program: str
    """The program's name."""
    currency: str
    """ISO 4217. Money is in its minor units."""
    currency_scale: int
    """How many decimal digits its minor unit has."""
    timezone: str
    """Whose calendar days and months are."""
    history: Replayed
    """What was replayed."""
    sales: tuple[MonthOfSales, ...]
    """Each month of the history, without gaps."""
    draft: Side
    """The program that was tried."""
    current: Side | None
    """The program that it was compared with; None: none."""
    comparison: Comparison | None
    """None without a current program."""
    scenarios: tuple[Scenario, ...]
    """Low, middle and high; empty: no uplift was assumed."""
    remarks: tuple[Remark, ...]
    """The first is always that behaviour does not change in a replay."""
    seconds: float
    """How long it took."""
