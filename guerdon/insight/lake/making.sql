-- How the tables of the lake are made of what PostgreSQL has, by name. DuckDB runs these over Arrow tables of the names
-- journal, moved, people, returned and returned_lines. $zone is the program's time zone, $ladder its first ladder.

-- name: entries
-- The journal with its JSON read once.
create or replace temp table entries as
select *, cast("at" at time zone $zone as date) as day,
    from_json(content, '{
        "lines": [{"sku": "VARCHAR", "amount": "BIGINT", "quantity": "BIGINT", "discount": "BIGINT",
            "category": "VARCHAR", "brand": "VARCHAR"}],
        "discount": "BIGINT", "store": "VARCHAR", "channel": "VARCHAR", "partner": "VARCHAR", "tender": "VARCHAR",
        "purchase": "VARCHAR", "action": "VARCHAR", "reward": "VARCHAR", "plan": "VARCHAR", "benefit": "VARCHAR",
        "cause": "VARCHAR", "game": "VARCHAR", "menu": "VARCHAR", "conversion": "VARCHAR", "referral": "VARCHAR"
    }') as told,
    from_json(outcome, '{"refusal": {"code": "VARCHAR"}, "effects": [{
        "effect": "VARCHAR", "amount": "BIGINT", "money": "BIGINT", "rate": {"amount": "BIGINT", "per": "BIGINT"}
    }]}') as decided
from journal

-- name: priced
-- What each purchase cost and what came off it, in minor units of the program's currency.
--
-- The same as core/purchasing.py: a basket in another currency is rounded once, as a whole, a half upwards.
create or replace temp table priced as
with
    baskets as (
        select member, seq, rate,
            list_sum(list_transform(told.lines, lambda line: line.amount)) as gross,
            list_sum(list_transform(told.lines, lambda line: line.amount - coalesce(line.discount, 0))) as net,
            coalesce(told.discount, 0) as off,
            list_sum(list_transform(effects, lambda e: case when e.effect in ('reduced', 'discounted') then e.amount else 0 end))
                as reduced,
            list_sum(list_transform(effects, lambda e: case when e.effect = 'paid_with' then e.money else 0 end)) as paid_with
        from (
            select *, decided.effects as effects,
                list_filter(decided.effects, lambda e: e.effect = 'valued')[1].rate as rate
            from entries
            where kind = 'purchase' and decided.refusal is null
        )
    ),
    valued as (
        select member, seq, rate, coalesce(reduced, 0) as reduced, coalesce(paid_with, 0) as paid_with,
            case when rate is null then gross else (2 * gross::hugeint * rate.amount + rate.per) // (2 * rate.per) end
                as gross,
            case when rate is null then net else (2 * net::hugeint * rate.amount + rate.per) // (2 * rate.per) end as net,
            case when rate is null then off else (2 * off::hugeint * rate.amount + rate.per) // (2 * rate.per) end as off
        from baskets
    )
select member, seq, rate, reduced::bigint as reduced, paid_with::bigint as paid_with, gross::bigint as amount,
    (gross - net + least(off, net))::bigint as discount,
    (net - least(off, net) - reduced - paid_with)::bigint as paid
from valued

-- name: events
select e.member, e.seq, e.event_id, e.kind, e."at", e.day, e.recorded_at, e.version, e.decided.refusal.code as refusal,
    e.told.store, e.told.channel, e.told.partner, e.told.tender,
    coalesce(e.told.action, e.told.reward, e.told.plan, e.told.benefit, e.told.cause, e.told.game, e.told.menu,
        e.told.conversion, e.told.referral) as name,
    e.told.purchase,
    case when p.seq is not null then len(e.told.lines)::bigint else r.items end as items,
    p.amount, p.discount, p.reduced, p.paid_with, coalesce(p.paid, r.paid) as paid, e.content
from entries e
left join priced p using (member, seq)
left join returned r using (member, seq)
order by e.member, e.seq

-- name: lines
select member, seq, day, number as line, item.sku, nullif(item.category, '') as category,
    nullif(item.brand, '') as brand, coalesce(item.quantity, 1) as quantity,
    case when rate is null then item.amount
        else ((2 * item.amount::hugeint * rate.amount + rate.per) // (2 * rate.per))::bigint end as amount,
    case when rate is null then item.amount - coalesce(item.discount, 0)
        else ((2 * (item.amount - coalesce(item.discount, 0))::hugeint * rate.amount + rate.per)
            // (2 * rate.per))::bigint end as net
from (
    select e.member, e.seq, e.day, p.rate, unnest(e.told.lines) as item,
        (generate_subscripts(e.told.lines, 1) - 1)::integer as number
    from entries e
    join priced p using (member, seq)
)
union all by name
select r.member, r.seq, e.day, r.line, r.sku, r.category, r.brand, r.quantity, r.amount, r.net
from returned_lines r
join entries e using (member, seq)
order by member, seq, line

-- name: effects
with
    each_one as (
        select member, seq, "at", day, unnest(json_extract(outcome, '$.effects[*]')) as content,
            (generate_subscripts(decided.effects, 1) - 1)::integer as number
        from entries
        where len(decided.effects) > 0
    ),
    told as (
        select *, from_json(content, '{
            "effect": "VARCHAR", "mechanic": "VARCHAR", "unit": "VARCHAR", "amount": "BIGINT", "money": "BIGINT",
            "wanted": "BIGINT", "capped_by": "VARCHAR", "reward": "VARCHAR", "coupon": "VARCHAR", "badge": "VARCHAR",
            "benefit": "VARCHAR", "plan": "VARCHAR", "cause": "VARCHAR", "game": "VARCHAR", "conversion": "VARCHAR",
            "menu": "VARCHAR", "quantity": "BIGINT", "times": "BIGINT", "reference": "VARCHAR", "ladder": "VARCHAR",
            "before": "VARCHAR", "after": "VARCHAR", "why": "VARCHAR", "reason": "VARCHAR", "at": "BIGINT",
            "matures_at": "BIGINT", "expires_at": "BIGINT", "funded_by": "VARCHAR", "partner": "VARCHAR"
        }') as e
        from each_one
    )
select member, seq, number, day, e.effect, nullif(e.mechanic, '') as mechanic, nullif(e.unit, '') as unit, e.amount,
    e.money, e.wanted, nullif(e.capped_by, '') as capped_by,
    coalesce(e.reward, e.coupon, e.badge, e.benefit, e.plan, e.cause, e.game, e.conversion, e.menu) as reward,
    coalesce(e.quantity, e.times) as quantity, nullif(e.reference, '') as reference, e.ladder,
    case when e.effect in ('tier_changed', 'membership_changed') then nullif(e.before, '') end as before,
    case when e.effect in ('tier_changed', 'membership_changed') then nullif(e.after, '') end as after,
    coalesce(nullif(e.why, ''), nullif(e.reason, '')) as why,
    coalesce(to_timestamp(e."at"), "at") as falls_at, to_timestamp(e.matures_at) as matures_at,
    to_timestamp(e.expires_at) as expires_at, nullif(e.funded_by, '') as funded_by, content::varchar as content
from told
order by member, seq, number

-- name: transfers
select m.member, m.seq, m.number, e."at", e.day, m.unit, m.source, m.target, m.amount, m.reason
from moved m
join entries e using (member, seq)
order by m.member, m.seq, m.number

-- name: members
with
    told as (
        select *, from_json(state, '{
            "enrolled_at": "BIGINT", "last_activity_at": "BIGINT", "purchases": "INTEGER", "referrer": "VARCHAR",
            "traits": {"segments": ["VARCHAR"], "region": "VARCHAR", "age": "INTEGER", "language": "VARCHAR"},
            "household": {"id": "VARCHAR", "standing": "VARCHAR"}, "bar": {"kind": "VARCHAR"}, "roster": "JSON",
            "standings": "MAP(VARCHAR, STRUCT(level VARCHAR))", "memberships": "MAP(VARCHAR, JSON)"
        }') as s
        from people
    )
select member, key, seq, to_timestamp(s.enrolled_at) as enrolled_at,
    cast(to_timestamp(s.enrolled_at) at time zone $zone as date) as enrolled_day,
    to_timestamp(s.last_activity_at) as last_activity_at, coalesce(s.purchases, 0) as purchases,
    s.standings[$ladder].level as tier,
    coalesce(to_json(map_from_entries(list_transform(
        map_entries(s.standings), lambda entry: {'key': entry.key, 'value': entry.value.level}
    )))::varchar, '{}') as tiers,
    coalesce(s.traits.segments, []) as segments, coalesce(map_keys(s.memberships), []) as plans,
    nullif(s.traits.region, '') as region, s.traits.age, nullif(s.traits.language, '') as language,
    nullif(s.referrer, '') as referrer,
    case when coalesce(s.household.standing, 'in') = 'in' then nullif(s.household.id, '') end as household,
    s.bar.kind as barred, s.roster is not null as is_household, state
from told
order by member

-- name: daily_wallets
select member, unit, day,
    sum(case account when 'available' then amount else 0 end)::bigint as available,
    sum(case account when 'pending' then amount else 0 end)::bigint as pending,
    sum(case account when 'held' then amount else 0 end)::bigint as held,
    sum(case account when 'debt' then amount else 0 end)::bigint as debt,
    max(seq) as seq
from (
    select m.member, m.unit, e.day, m.seq, m.target as account, m.amount
    from moved m join entries e using (member, seq)
    where m.target in ('available', 'pending', 'held', 'debt')
    union all
    select m.member, m.unit, e.day, m.seq, m.source, -m.amount
    from moved m join entries e using (member, seq)
    where m.source in ('available', 'pending', 'held', 'debt')
)
group by member, unit, day
order by member, unit, day
