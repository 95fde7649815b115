"""Measures of what was sold."""

from guerdon.insight.measures.grains import BASKETS, EFFECTS, GOODS, SPENDERS
from guerdon.insight.measures.measure import Measure, Part, each, just, share

_FARRIS = "Farris, Bendle, Pfeifer and Reibstein, *Marketing Metrics*"

SOLD = Part("sold", BASKETS, lambda rows: rows.paid.sum(where=rows.kind == "purchase"))
RETURNED = Part("returned", BASKETS, lambda rows: -rows.paid.sum(where=rows.kind == "return"))
NET = Part("net", BASKETS, lambda rows: rows.paid.sum())
BASKET_COUNT = Part("basket_count", BASKETS, lambda rows: rows.kind.count(where=rows.kind == "purchase"))
ITEMS = Part("items", BASKETS, lambda rows: rows["items"].sum(where=rows.kind == "purchase"))
BUYERS = Part("buyers", BASKETS, lambda rows: rows.member.nunique(where=rows.kind == "purchase"))
PAID_WITH = Part("paid_with", BASKETS, lambda rows: rows.paid_with.sum())
REDUCED = Part("reduced", EFFECTS, lambda rows: rows.amount.sum(where=rows.effect == "reduced"))
GOODS_NET = Part("goods_net", GOODS, lambda rows: rows.net.sum())
SPENT = Part("spent", SPENDERS, lambda rows: rows.spent.sum())
TOP_SPENT = Part("top_spent", SPENDERS, lambda rows: rows.spent.sum(where=rows["rank"] * 10 < rows.among))

SALES = (
    Measure(
        "sales",
        "Sales",
        "Σ `paid` of purchases",
        "money",
        "`events.paid` where `kind` is `purchase`. What was paid in money: after discounts, coupons and vouchers, and "
        "without what wallets paid.",
        (SOLD,),
        just(SOLD),
    ),
    Measure(
        "returns",
        "Returns",
        "−Σ `paid` of returns",
        "money",
        "`events.paid` where `kind` is `return`: what was paid for goods that came back, on the day they came.",
        (RETURNED,),
        just(RETURNED),
    ),
    Measure(
        "net_sales",
        "Net sales",
        "sales − returns",
        "money",
        "`events.paid`.",
        (NET,),
        just(NET),
    ),
    Measure(
        "goods_sales",
        "Sales of goods",
        "Σ `net` of lines, less those that came back",
        "money",
        "`lines.net`. After the line's own discount and before what comes off the basket as a whole, so that it can be "
        "told by category.",
        (GOODS_NET,),
        just(GOODS_NET),
    ),
    Measure(
        "baskets",
        "Baskets",
        "number of purchases",
        "count",
        "`events` where `kind` is `purchase`. A basket that came back was one.",
        (BASKET_COUNT,),
        just(BASKET_COUNT),
    ),
    Measure(
        "average_order",
        "Average order value",
        "sales ÷ baskets, to the nearest minor unit",
        "money",
        "As `sales` and `baskets`.",
        (SOLD, BASKET_COUNT),
        each(SOLD, BASKET_COUNT),
        per="basket",
        unknown="There was no basket.",
    ),
    Measure(
        "items_per_basket",
        "Lines per basket",
        "Σ lines of purchases ÷ baskets",
        "number",
        "`events.items` where `kind` is `purchase`.",
        (ITEMS, BASKET_COUNT),
        share(ITEMS, BASKET_COUNT),
        per="basket",
        unknown="There was no basket.",
    ),
    Measure(
        "active_members",
        "Active members",
        "number of different members with a purchase",
        "count",
        f"`events.member` where `kind` is `purchase`. {_FARRIS}, ch. 5 (customers and recency).",
        (BUYERS,),
        just(BUYERS),
    ),
    Measure(
        "purchase_frequency",
        "Purchase frequency",
        "baskets ÷ active members",
        "number",
        "As `baskets` and `active_members`, both of the period itself.",
        (BASKET_COUNT, BUYERS),
        share(BASKET_COUNT, BUYERS),
        per="active member",
        unknown="Nobody bought.",
    ),
    Measure(
        "spend_per_member",
        "Spend per active member",
        "net sales ÷ active members, to the nearest minor unit",
        "money",
        "As `net_sales` and `active_members`.",
        (NET, BUYERS),
        each(NET, BUYERS),
        per="active member",
        unknown="Nobody bought.",
    ),
    Measure(
        "program_discounts",
        "Discounts by the program",
        "Σ `amount` of effects `reduced`",
        "money",
        "`effects.amount` where `effect` is `reduced`: discounts and coupons. Vouchers are redemptions and not in it.",
        (REDUCED,),
        just(REDUCED),
    ),
    Measure(
        "paid_with_wallets",
        "Paid out of wallets",
        "Σ `paid_with` of purchases",
        "money",
        "`events.paid_with`.",
        (PAID_WITH,),
        just(PAID_WITH),
    ),
    Measure(
        "top_decile_share",
        "Share of the best tenth",
        "net sales of the tenth of buyers who spent most ÷ net sales of all who spent more than nothing",
        "share",
        "`events.paid` added up by member within the key. Of n members the best tenth is n ÷ 10, rounded up; of equals "
        f"the older member counts. {_FARRIS}, ch. 5 (customer profit).",
        (TOP_SPENT, SPENT),
        share(TOP_SPENT, SPENT),
        unknown="Nobody spent anything.",
    ),
)
