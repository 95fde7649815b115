-- Every statement that Guerdon sends, by name. A line "-- name: x" starts one; the sentence under it says what it is for.

-- name: latest_version
-- The number of the newest version of a program; null without one.
select max(number) from program_versions where program = %(program)s

-- name: program_by_name
-- A program's id.
select id from programs where name = %(name)s

-- name: all_programs
-- Every program, for a command that was not told which.
select id, name from programs order by name

-- name: add_program
-- Add a program, unless it is there. Leaves an existing row unlocked: a till that lets members join looks at it.
insert into programs (name) values (%(name)s) on conflict (name) do nothing

-- name: versions
-- All versions of a program.
select number, source from program_versions where program = %(program)s order by number

-- name: version_dates
-- All versions of a program without their texts.
select number, starts_at, published_at from program_versions where program = %(program)s order by number

-- name: version_source
-- The text of one version.
select source from program_versions where program = %(program)s and number = %(number)s

-- name: hold_versions
-- Until the transaction ends nobody publishes a version. Many may hold them at once.
select pg_advisory_xact_lock_shared(470382901, %(program)s)

-- name: change_versions
-- Wait until nobody holds the versions any more, and let nobody hold them until the transaction ends.
select pg_advisory_xact_lock(470382901, %(program)s)

-- name: has_event_from
-- Whether anything is recorded that happened at or after an instant.
select exists (
    select from journal join members on members.id = journal.member
    where members.program = %(program)s and journal.at >= %(at)s
)

-- name: add_version
-- Publish a version.
insert into program_versions (program, number, starts_at, source)
values (%(program)s, %(number)s, %(starts_at)s, %(source)s)

-- name: wake_members
-- Let the clock look at every member when a new version takes over.
update members set next_due_at = %(at)s
where program = %(program)s and (next_due_at is null or next_due_at > %(at)s)

-- name: add_members
-- Rows for members who join, in one order for all writers so that two of them cannot wait for each other.
insert into members (program, key)
select %(program)s, key from unnest(%(keys)s::text[]) as key
where not exists (select from members where members.program = %(program)s and members.key = key.key) order by key
on conflict (program, key) do nothing

-- name: lock_members
-- Lock the members of a batch in the order of their ids and read where they stand; no state where the till has it.
select members.id, members.key, members.seq, case when members.seq is distinct from known.seq then members.state end
from unnest(%(keys)s::text[], %(seqs)s::integer[]) as known (key, seq)
join members on members.program = %(program)s and members.key = known.key
order by members.id for update of members

-- name: remove_empty_members
-- Take back the rows of members whose joining was refused.
delete from members where program = %(program)s and key = any(%(keys)s) and seq = 0

-- name: known_events
-- Events among these ids that are recorded already, with their first answer.
select journal.event_id, members.key, journal.seq, journal.version, journal.content, journal.content_hash, journal.outcome
from event_ids
join journal using (member, seq)
join members on members.id = event_ids.member
where event_ids.program = %(program)s and event_ids.event_id = any(%(event_ids)s)

-- name: read_limits
-- How much of each shared limit is used.
select name, used from limits where program = %(program)s and name = any(%(names)s)

-- name: add_limits
-- Rows for shared limits that are not there yet, in one order for all writers.
insert into limits (program, name, allowed)
select %(program)s, name, allowed from unnest(%(names)s::text[], %(allowed)s::bigint[]) as added (name, allowed)
order by name
on conflict (program, name) do nothing

-- name: lock_limits
-- The same, locked in one order until the transaction ends.
select name, used from limits
where program = %(program)s and name = any(%(names)s)
order by name for update

-- name: seeds
-- The seeds of games, by their commitments.
select commitment, seed from seeds where program = %(program)s and commitment = any(%(commitments)s)

-- name: add_seed
-- Store the seed of a game, once.
insert into seeds (program, commitment, game, seed) values (%(program)s, %(commitment)s, %(game)s, %(seed)s)
on conflict (program, commitment) do nothing

-- name: tickets_of_game
-- Every ticket of a raffle with the member who holds it.
select ticket, members.key from members
cross join json_array_elements_text(members.state -> 'tickets' -> %(game)s) as ticket
where members.program = %(program)s order by ticket

-- name: events_of_game
-- What was decided about the events of a game, in the order in which it was recorded.
select journal.event_id, members.key, journal.content, journal.outcome
from journal join members on members.id = journal.member
where members.program = %(program)s and journal.kind = %(kind)s and journal.content ->> 'game' = %(game)s
order by journal.recorded_at, journal.member, journal.seq

-- name: use_limits
-- Take from shared limits, each as large as the version in force says.
update limits set used = used + taken.amount, allowed = taken.allowed
from unnest(%(names)s::text[], %(amounts)s::bigint[], %(allowed)s::bigint[]) as taken (name, amount, allowed)
where limits.program = %(program)s and limits.name = taken.name

-- name: update_members
-- Write where the members of a batch stand now.
update members set seq = moved.seq, state = convert_from(moved.state, 'UTF8')::json, next_due_at = moved.next_due_at
from unnest(%(ids)b::bigint[], %(seqs)b::integer[], %(states)b::bytea[], %(dues)b::timestamptz[])
    as moved (id, seq, state, next_due_at)
where members.id = moved.id

-- name: due_members
-- Members for whom something has fallen due, the longest waiting first, from behind a place on.
select key, next_due_at, id from members
where program = %(program)s and next_due_at <= %(at)s and (next_due_at, id) > (%(after)s, %(after_id)s)
order by next_due_at, id limit %(most)s

-- name: still_due
-- Those of some members for whom something is due.
select key from members
where program = %(program)s and key = any(%(keys)s) and next_due_at <= %(at)s
order by id

-- name: copy_journal
-- Add journal entries.
copy journal (member, seq, event_id, kind, at, version, content, content_hash, facts, outcome) from stdin (format binary)

-- name: copy_event_ids
-- Add event ids.
copy event_ids (program, event_id, member, seq) from stdin (format binary)

-- name: copy_transfers
-- Add transfers.
copy transfers (member, seq, number, program, unit, source, target, amount, reason) from stdin (format binary)

-- name: copy_outbox
-- Add news.
copy outbox (program, member, seq, type, data) from stdin (format binary)

-- name: add_rates
-- Record what currencies are worth.
insert into currency_rates (day, currency, "into", amount, per)
select * from unnest(%(days)s::date[], %(currencies)s::text[], %(into)s::text[], %(amounts)s::bigint[], %(per)s::bigint[])
on conflict (currency, "into", day) do update set amount = excluded.amount, per = excluded.per

-- name: rates_on
-- What currencies were worth on some days, by rates that are a week old at most.
select asked.currency, asked.day, found.amount, found.per
from unnest(%(currencies)s::text[], %(days)s::date[]) as asked (currency, day)
cross join lateral (
    select amount, per from currency_rates
    where currency_rates.currency = asked.currency and "into" = %(into)s
        and currency_rates.day between asked.day - 6 and asked.day
    order by currency_rates.day desc limit 1
) as found

-- name: all_rates
-- Every rate, the newest first.
select day, currency, "into", amount, per from currency_rates order by day desc, currency, "into"

-- name: copy_emitted
-- Add events for other members.
copy emitted (program, member, seq, event) from stdin (format binary)

-- name: wait_for_relay
-- Until the transaction ends no other relay delivers for this program: what is sent to a member arrives in order.
select pg_advisory_xact_lock(470382902, %(program)s)

-- name: waiting_events
-- Events for other members that are not delivered yet, in order.
select id, member, seq, event from emitted
where program = %(program)s and delivered_at is null order by id limit %(most)s for update

-- name: mark_delivered
-- Note what became of events for other members.
update emitted set delivered_at = now(), refusal = done.refusal
from unnest(%(ids)s::bigint[], %(refusals)s::text[]) as done (id, refusal)
where emitted.id = done.id

-- name: add_returned
-- Let amounts that nobody could take go back to their senders.
insert into emitted (program, member, seq, event, returns)
select %(program)s, gone.member, gone.seq, back.event::json, gone.id
from unnest(%(ids)s::bigint[], %(events)s::text[]) with ordinality as back (id, event, place)
join emitted as gone on gone.id = back.id
order by back.place

-- name: find_member
-- One member.
select id, key, seq, state, next_due_at from members where program = %(program)s and key = %(key)s

-- name: member_journal
-- A member's journal from its beginning.
select member, seq, event_id, kind, at, version, content, content_hash, facts, outcome from journal
where member = %(member)s order by seq

-- name: journals_of
-- The journals of some members from their beginnings.
select member, seq, event_id, kind, at, version, content, content_hash, facts, outcome from journal
where member = any(%(members)s) order by member, seq

-- name: id_range
-- The ids between which a program's members lie, for reading them in ranges.
select min(id), max(id) from members where program = %(program)s

-- name: members_in_range
-- What is stored of the members of a range of ids, for comparison with their journals.
select id, key, seq, state, next_due_at from members
where program = %(program)s and id >= %(first)s and id <= %(last)s order by id

-- name: journal_in_range
-- The journals of a range of members.
select journal.member, journal.seq, journal.event_id, journal.kind, journal.at, journal.version, journal.content,
    journal.content_hash, journal.facts, journal.outcome
from journal join members on members.id = journal.member
where members.program = %(program)s and journal.member >= %(first)s and journal.member <= %(last)s
order by journal.member, journal.seq

-- name: transfers_in_range
-- The transfers of a range of members.
select member, seq, unit, source, target, amount, reason from transfers
where program = %(program)s and member >= %(first)s and member <= %(last)s
order by member, seq, number

-- name: event_ids_in_range
-- Where the event ids of a range of members point.
select member, seq, event_id from event_ids
where program = %(program)s and member >= %(first)s and member <= %(last)s
order by member, seq

-- name: emitted_in_range
-- The events for other members that decisions of a range of members sent.
select member, seq, event from emitted
where program = %(program)s and member >= %(first)s and member <= %(last)s and returns is null
order by member, id

-- name: in_transit
-- By unit, what was sent and has neither arrived nor set out on its way back: what the relay still has to deliver.
select event ->> 'unit', sum((event ->> 'amount')::bigint)::bigint from emitted
where program = %(program)s and event ->> 'kind' = 'receive'
    and not exists (select from emitted as back where back.returns = emitted.id)
    and not exists (
        select from event_ids join journal using (member, seq)
        where event_ids.program = emitted.program and event_ids.event_id = emitted.event ->> 'id'
            and journal.content::text = emitted.event::text and journal.outcome -> 'refusal' is null
    )
group by 1

-- name: wrongly_delivered
-- Events that are noted as delivered, and that nobody's journal has as they were sent.
select seq, event from emitted
where program = %(program)s and delivered_at is not null and refusal is null
    and not exists (
        select from event_ids join journal using (member, seq)
        where event_ids.program = emitted.program and event_ids.event_id = emitted.event ->> 'id'
            and journal.content::text = emitted.event::text and journal.outcome -> 'refusal' is null
    )
order by id

-- name: returned_events
-- Every refused event and every one that goes back, side by side: one of the two is null where its other is missing.
select coalesce(gone.seq, back.seq), gone.event, gone.refusal, back.event
from (select * from emitted where program = %(program)s and refusal is not null and returns is null) as gone
full join (select * from emitted where program = %(program)s and returns is not null) as back
    on back.returns = gone.id
order by coalesce(gone.id, back.id)

-- name: partner_entries
-- The journal entries of a period, by the date of the event, that moved something to or from an account.
select journal.outcome from journal
where exists (
    select from transfers
    where transfers.program = %(program)s and (transfers.member, transfers.seq) = (journal.member, journal.seq)
        and %(account)s in (transfers.source, transfers.target)
) and journal.at >= %(first)s and journal.at < %(last)s
order by journal.member, journal.seq

-- name: account_before
-- What an account held before an instant, by unit and by the date of the events.
select unit, sum(case when target = %(account)s then amount else -amount end)::bigint
from transfers join journal using (member, seq)
where program = %(program)s and %(account)s in (source, target) and journal.at < %(at)s
group by unit order by unit

-- name: gifts_to_causes
-- What each cause was given, how often, and by how many members.
select unit, substr(target, 7), sum(amount)::bigint, count(*), count(distinct member) from transfers
where program = %(program)s and target like 'cause:%%' group by unit, target order by target, unit

-- name: orphans
-- Journal entries of members that do not exist; transfers, event ids and emitted events of members that their program does not have.
select
    (select count(*) from journal where not exists (select from members where members.id = journal.member)),
    (select count(*) from transfers left join members on members.id = transfers.member
        where members.program is distinct from transfers.program),
    (select count(*) from event_ids left join members on members.id = event_ids.member
        where members.program is distinct from event_ids.program),
    (select count(*) from emitted left join members on members.id = emitted.member
        where members.program is distinct from emitted.program)

-- name: account_balances
-- What each account holds.
select unit, account, sum(balance)::bigint from balances where program = %(program)s group by unit, account

-- name: account_totals
-- The same, added up anew from the transfers.
select unit, account, sum(amount)::bigint from (
    select unit, target as account, amount from transfers where program = %(program)s
    union all
    select unit, source, -amount from transfers where program = %(program)s
) as entries group by unit, account

-- name: limit_uses
-- Every shared limit that was looked at.
select name, allowed, used from limits where program = %(program)s order by name

-- name: amounts_by_reason
-- What each mechanic and reward has moved between which accounts.
select unit, source, target, reason, sum(amount)::bigint, count(*) from transfers
where program = %(program)s group by unit, source, target, reason order by unit, source, target, reason

-- name: member_count
-- How many members there are.
select count(*) from members where program = %(program)s

-- name: members_by_level
-- How many members stand on each level.
select standing.value ->> 'level', count(*)
from members cross join json_each(members.state -> 'standings') as standing
where program = %(program)s group by 1

-- name: event_unlike
-- An event whose id does not look as given, for telling whether a database holds anything but a demonstration.
select event_id from event_ids where event_id !~ %(pattern)s limit 1

-- name: wipe
-- Empty a database that holds nothing but a demonstration. Truncation is what the guards are there to refuse.
alter table journal disable trigger journal_is_never_emptied;
alter table emitted disable trigger emitted_events_are_never_emptied;
alter table transfers disable trigger transfers_are_never_emptied;
alter table audit_log disable trigger audit_log_is_never_emptied;
truncate programs, program_versions, members, journal, event_ids, transfers, balances, limits, seeds, outbox, emitted,
    api_keys, audit_log
    restart identity;
alter table audit_log enable trigger audit_log_is_never_emptied;
alter table emitted enable trigger emitted_events_are_never_emptied;
alter table journal enable trigger journal_is_never_emptied;
alter table transfers enable trigger transfers_are_never_emptied

-- name: act_for_program
-- Until the transaction ends, see and touch one program alone.
select set_config('role', 'guerdon_program', true), set_config('guerdon.program', %(program)s, true)

-- name: add_key
-- Store a new API key.
insert into api_keys (id, program, title, scopes, secret_hash, requests_per_second, expires_at, replaces)
values (%(id)s, %(program)s, %(title)s, %(scopes)s, %(secret_hash)s, %(requests_per_second)s, %(expires_at)s, %(replaces)s)

-- name: find_key
-- A key by its public part, with the name of its program.
select api_keys.id, api_keys.program, programs.name, title, scopes, secret_hash, requests_per_second, created_at,
    expires_at, revoked_at, replaces
from api_keys left join programs on programs.id = api_keys.program where api_keys.id = %(id)s

-- name: all_keys
-- Every key that this transaction may see, the newest first.
select api_keys.id, api_keys.program, programs.name, title, scopes, secret_hash, requests_per_second, created_at,
    expires_at, revoked_at, replaces
from api_keys left join programs on programs.id = api_keys.program order by created_at desc, api_keys.id

-- name: hold_key
-- Until the transaction ends nobody else rotates or revokes a key.
select from api_keys where id = %(id)s for update

-- name: replacement_of_key
-- The key that was made to replace another one.
select id from api_keys where replaces = %(id)s

-- name: revoke_key
-- Let a key open nothing from now on; it stays on record.
update api_keys set revoked_at = now() where id = %(id)s and revoked_at is null

-- name: let_key_expire
-- Let a key that was replaced open nothing after the overlap; an end that comes sooner stays.
update api_keys set expires_at = least(expires_at, %(at)s) where id = %(id)s

-- name: add_audit
-- Record an administrative act.
insert into audit_log (program, key, address, action, target, before, after)
values (%(program)s, %(key)s, %(address)s, %(action)s, %(target)s, %(before)s, %(after)s)

-- name: audit_page
-- Administrative acts of a program, or of them all and the deployment, the newest first, from behind a place on.
select audit_log.id, programs.name, at, key, address, action, target, before, after
from audit_log left join programs on programs.id = audit_log.program
where (%(program)s::integer is null or audit_log.program = %(program)s)
    and (%(before_id)s::bigint is null or audit_log.id < %(before_id)s)
order by audit_log.id desc limit %(most)s

-- name: take_lease
-- Take the lease on the works of this database, or tell whether this connection has it already.
select exists (
    select from pg_locks where locktype = 'advisory' and classid = 470382903 and objid = 0 and pid = pg_backend_pid()
        and database = (select oid from pg_database where datname = current_database())
) or pg_try_advisory_lock(470382903, 0)
