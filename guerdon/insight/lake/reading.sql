-- What an export asks PostgreSQL, by name. {wanted} is a list of members with the last entry that the lake has of each.

-- name: heads
-- Every member of a program with its last entry.
select id as member, seq from members where program = {program} order by id

-- name: people
-- The members themselves.
select m.id as member, m.key, m.seq, m.state::text as state
from {wanted} as wanted (member, seq)
join members m on m.id = wanted.member

-- name: journal
-- What was added to their journals.
select j.member, j.seq, j.event_id, j.kind, j.at, j.recorded_at, j.version, j.content::text as content,
    j.outcome::text as outcome
from {wanted} as wanted (member, seq)
join journal j on j.member = wanted.member and j.seq > wanted.seq

-- name: moved
-- What was added to their transfers.
select t.member, t.seq, t.number, t.unit, t.source, t.target, t.amount, t.reason
from {wanted} as wanted (member, seq)
join transfers t on t.member = wanted.member and t.seq > wanted.seq

-- name: returns
-- Every return of these members that was not refused, with its purchase: what comes back, and what was paid for it.
select r.member, r.seq, r.content::text as content, p.member as buyer, p.seq as bought,
    p.content::text as purchase, p.outcome::text as outcome
from {wanted} as wanted (member, seq)
join journal r on r.member = wanted.member and r.kind = 'return' and r.outcome->'refusal' is null
join event_ids i on i.program = {program} and i.event_id = r.content->>'purchase'
join journal p on p.member = i.member and p.seq = i.seq
order by r.member, r.seq
