-- Every statement that Guerdon sends, by name. A line "-- name: x" starts one; the sentence under it says what it is for.

-- name: latest_version
-- The number of the newest version of a program; null without one.
select max(number) from program_versions where program = %(program)s

-- name: program_by_name
-- A program's id.
select id from programs where name = %(name)s

-- name: name_of_program
-- A program's name.
select name from programs where id = %(program)s

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
-- How much of each shared limit is used, and how much was added to it by hand.
select name, used, added from limits where program = %(program)s and name = any(%(names)s)

-- name: add_limits
-- Rows for shared limits that are not there yet, in one order for all writers.
insert into limits (program, name, allowed)
select %(program)s, name, allowed from unnest(%(names)s::text[], %(allowed)s::bigint[]) as added (name, allowed)
order by name
on conflict (program, name) do nothing

-- name: lock_limits
-- The same, locked in one order until the transaction ends.
select name, used, added from limits
where program = %(program)s and name = any(%(names)s)
order by name for update

-- name: add_to_limit
-- Add to a shared limit, which is as large as the version in force says; nothing where less would be left than is used.
update limits set added = added + %(amount)s, allowed = %(allowed)s
where program = %(program)s and name = %(name)s and used <= %(allowed)s + added + %(amount)s
returning allowed, added, used

-- name: note_addition
-- Note an addition to a shared limit, whose row is held.
insert into limit_additions (program, name, number, amount, reason)
select %(program)s, %(name)s, count(*) + 1, %(amount)s, %(reason)s from limit_additions
where program = %(program)s and name = %(name)s

-- name: limit_additions
-- What was added to shared limits, one by one.
select name, amount from limit_additions where program = %(program)s order by name, number

-- name: one_limit
-- A shared limit.
select allowed, added, used from limits where program = %(program)s and name = %(name)s

-- name: add_code_batch
-- Add a batch of codes, which has none yet.
insert into code_batches (program, name, uses, uses_per_member, valid_from, valid_until, prefix, length)
values (
    %(program)s, %(name)s, %(uses)s, %(uses_per_member)s, %(valid_from)s, %(valid_until)s, %(prefix)s, %(length)s
)
returning id

-- name: copy_codes
-- Add codes.
copy codes (program, digest, batch, member) from stdin (format binary)

-- name: complete_code_batch
-- Note how many codes a batch has.
update code_batches set codes = %(codes)s where id = %(batch)s

-- name: known_codes
-- Codes among these that are stored already.
select digest from codes where program = %(program)s and digest = any(%(digests)s)

-- name: find_codes
-- Codes with what they are good for.
select codes.digest, batch.name, batch.uses, batch.uses_per_member, batch.valid_from, batch.valid_until, codes.member,
    codes.revoked_at is not null or batch.revoked_at is not null
from codes join code_batches as batch on batch.id = codes.batch
where codes.program = %(program)s and codes.digest = any(%(digests)s)

-- name: code_batch_names
-- Those of some texts that are names of batches.
select name from code_batches where program = %(program)s and name = any(%(names)s)

-- name: code_shapes
-- What the codes look like that were made here.
select distinct prefix, length from code_batches where program = %(program)s and length is not null
order by prefix, length

-- name: code_batches
-- Every batch, with how many uses were taken of its codes.
select name, codes, coalesce(taken.used, 0), uses, uses_per_member, valid_from, valid_until, prefix, length, made_at,
    revoked_at
from code_batches left join (
    select codes.batch, sum(limits.used)::bigint as used
    from limits join codes on codes.program = limits.program
        and codes.digest = sha256(convert_to(substr(limits.name, 6), 'UTF8'))
    where limits.program = %(program)s and limits.name like 'code:%%' group by codes.batch
) as taken on taken.batch = code_batches.id
where program = %(program)s order by name

-- name: revoke_code
-- Revoke a code, once.
update codes set revoked_at = coalesce(revoked_at, now()) where program = %(program)s and digest = %(digest)s
returning batch

-- name: revoke_code_batch
-- Revoke all codes of a batch, once.
update code_batches set revoked_at = coalesce(revoked_at, now()) where program = %(program)s and name = %(name)s
returning id

-- name: uses_of_shown_codes
-- How often each code is good that has a shared limit of its own.
select limits.name, batch.uses from limits
join codes on codes.program = limits.program and codes.digest = sha256(convert_to(substr(limits.name, 6), 'UTF8'))
join code_batches as batch on batch.id = codes.batch
where limits.program = %(program)s and limits.name like 'code:%%'

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
-- Take from shared limits, each as large as the version in force says; one that is given back stays as large as it was.
update limits set
    used = used + taken.amount,
    allowed = case when taken.amount > 0 then taken.allowed else limits.allowed end
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

-- name: insert_journal
-- Add a few journal entries.
insert into journal (member, seq, event_id, kind, at, version, content, content_hash, facts, outcome)
select member, seq, event_id, kind, to_timestamp(at), version, convert_from(content, 'UTF8')::json, content_hash,
    convert_from(facts, 'UTF8')::json, convert_from(outcome, 'UTF8')::json
from unnest(
    %(member)b::bigint[], %(seq)b::integer[], %(event_id)s::text[], %(kind)s::text[], %(at)b::bigint[],
    %(version)b::integer[], %(content)b::bytea[], %(content_hash)b::bytea[], %(facts)b::bytea[], %(outcome)b::bytea[]
) as added (member, seq, event_id, kind, at, version, content, content_hash, facts, outcome)

-- name: insert_event_ids
-- Add a few event ids.
insert into event_ids (program, event_id, member, seq)
select %(program)s, event_id, member, seq
from unnest(%(event_id)s::text[], %(member)b::bigint[], %(seq)b::integer[]) as added (event_id, member, seq)

-- name: insert_transfers
-- Add a few transfers.
insert into transfers (member, seq, number, program, unit, source, target, amount, reason)
select member, seq, number, %(program)s, unit, source, target, amount, reason
from unnest(
    %(member)b::bigint[], %(seq)b::integer[], %(number)b::integer[], %(unit)s::text[], %(source)s::text[],
    %(target)s::text[], %(amount)b::bigint[], %(reason)s::text[]
) as added (member, seq, number, unit, source, target, amount, reason)

-- name: insert_outbox
-- Let a few journal entries be told to the world.
insert into outbox (program, member, seq)
select %(program)s, member, seq
from unnest(%(member)b::bigint[], %(seq)b::integer[]) with ordinality as added (member, seq, place) order by place

-- name: insert_emitted
-- Add a few events for other members.
insert into emitted (program, member, seq, event)
select %(program)s, member, seq, convert_from(event, 'UTF8')::json
from unnest(%(member)b::bigint[], %(seq)b::integer[], %(event)b::bytea[]) with ordinality
    as added (member, seq, event, place)
order by place

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
-- Note entries that the world outside is to hear of.
copy outbox (program, member, seq) from stdin (format binary)

-- name: wait_for_sequencer
-- Until the transaction ends nobody else gives out positions of the stream.
select pg_advisory_xact_lock(470382905)

-- name: sequence_outbox
-- Give the oldest of what was committed its place in the stream; ids follow each other under a member's lock.
with moved as (
    delete from outbox where id in (select id from outbox order by id limit %(most)s) returning id, program, member, seq
), numbered as (
    select program, member, seq, row_number() over (partition by program order by id) as place,
        count(*) over (partition by program) as of
    from moved
), heads as (
    insert into stream_heads (program, position)
    select program, count(*) from numbered group by program order by program
    on conflict (program) do update set position = stream_heads.position + excluded.position
    returning program, position
), added as (
    insert into stream (program, position, member, seq, told_at)
    select program, heads.position - numbered.of + numbered.place, member, seq, statement_timestamp()
    from numbered join heads using (program)
)
select heads.program, heads.position, (select count(*) from moved) from heads

-- name: ring
-- Wake whoever follows the stream, once the transaction is committed.
select pg_notify('guerdon_stream', %(told)s)

-- name: stream_head
-- The last position of a program's stream, and up to where it was trimmed.
select position, trimmed from stream_heads where program = %(program)s

-- name: stream_heads
-- The last position of every stream.
select program, position from stream_heads

-- name: read_stream
-- What follows a position, with all that is told of it.
select page.position, members.id, members.key, page.seq, journal.kind, journal.at, journal.recorded_at, journal.version,
    journal.content, journal.outcome
from (
    select position, member, seq from stream
    where program = %(program)s and position > %(after)s order by position limit %(most)s
) as page
join journal on (journal.member, journal.seq) = (page.member, page.seq)
join members on members.id = page.member
order by page.position

-- name: position_before
-- The last position that was given out before an instant.
select max(position) from stream where program = %(program)s and told_at < %(at)s

-- name: readers_behind
-- The streams that go further than a reader has come, and up to where it has: at first, where the stream begins.
select heads.program, coalesce(readers.position, heads.trimmed)
from stream_heads as heads
left join stream_readers as readers on readers.program = heads.program and readers.name = %(name)s
where heads.position > coalesce(readers.position, heads.trimmed) order by heads.program

-- name: advance_reader
-- Note up to where a reader has come.
insert into stream_readers (program, name, position) values (%(program)s, %(name)s, %(position)s)
on conflict (program, name) do update set position = excluded.position, moved_at = now()

-- name: trim_stream
-- Drop what is older than the retention, and what everybody who is to get it has got.
with kept as (
    select heads.program, least(
        heads.position,
        (select min(webhooks.position) from webhooks where webhooks.program = heads.program and enabled),
        (select min(readers.position) from stream_readers as readers where readers.program = heads.program)
    ) as most
    from stream_heads as heads
), gone as (
    delete from stream using kept
    where stream.program = kept.program and stream.position <= kept.most and stream.told_at < %(before)s
    returning stream.program, stream.position
), noted as (
    update stream_heads set trimmed = last.position
    from (select program, max(position) as position from gone group by program) as last
    where stream_heads.program = last.program
)
select count(*) from gone

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

-- name: add_webhook
-- Add a webhook that is told what comes from now on.
insert into webhooks (program, url, types, description, secret, position)
values (%(program)s, %(url)s, %(types)s, %(description)s, %(secret)s,
    coalesce((select position from stream_heads where program = %(program)s), 0))
returning id

-- name: find_webhook
-- One webhook.
select webhooks.id, webhooks.program, programs.name, url, types, description, secret, former_secret, former_until, enabled,
    disabled_because, webhooks.position, failures, paused_until, created_at
from webhooks join programs on programs.id = webhooks.program
where program = %(program)s and webhooks.id = %(webhook)s

-- name: webhooks_of_program
-- The webhooks of a program.
select webhooks.id, webhooks.program, programs.name, url, types, description, secret, former_secret, former_until, enabled,
    disabled_because, webhooks.position, failures, paused_until, created_at
from webhooks join programs on programs.id = webhooks.program
where program = %(program)s order by webhooks.id

-- name: awake_webhooks
-- Webhooks for which there is something to send, and to which something may be sent now.
select webhooks.id, webhooks.program, programs.name, url, types, description, secret, former_secret, former_until, enabled,
    disabled_because, webhooks.position, failures, paused_until, created_at
from webhooks join programs on programs.id = webhooks.program
where enabled and (paused_until is null or paused_until <= now()) and (
    position < (select heads.position from stream_heads as heads where heads.program = webhooks.program)
    or exists (
        select from webhook_waiting
        where webhook = webhooks.id and webhook_waiting.died_at is null and webhook_waiting.due_at <= now()
    )
)
order by webhooks.id

-- name: change_webhook
-- Change what a webhook is for.
update webhooks set url = %(url)s, types = %(types)s, description = %(description)s where id = %(webhook)s

-- name: remove_waiting
-- Drop everything that waits for a webhook, and its dead letters.
delete from webhook_waiting where webhook = %(webhook)s

-- name: remove_webhook
-- Remove a webhook.
delete from webhooks where id = %(webhook)s

-- name: set_webhook_secret
-- Give a webhook another secret.
update webhooks set secret = %(secret)s, former_secret = %(former)s, former_until = %(former_until)s
where id = %(webhook)s

-- name: enable_webhook
-- Send again, from where it stopped or from where the stream begins by now.
update webhooks set enabled = true, disabled_because = '', failures = 0, paused_until = null,
    position = greatest(position, (select trimmed from stream_heads where stream_heads.program = webhooks.program))
where id = %(webhook)s

-- name: disable_webhook
-- Send nothing more.
update webhooks set enabled = false, disabled_because = %(because)s where id = %(webhook)s

-- name: drop_waiting_after
-- Drop what waits from a position on, dead letters too: it comes again.
delete from webhook_waiting where webhook = %(webhook)s and position > %(position)s

-- name: rewind_webhook
-- Send again from a position on.
update webhooks set position = %(position)s, failures = 0, paused_until = null where id = %(webhook)s

-- name: revive_dead_letters
-- Let dead letters wait again.
update webhook_waiting set died_at = null, due_at = null, tries = 0
where webhook = %(webhook)s and died_at is not null

-- name: promote_all_waiting
-- What is the first of its member is due; what stands behind it is held back.
update webhook_waiting set due_at = case when first.number is null then null else coalesce(one.due_at, now()) end
from webhook_waiting as one
left join (
    select distinct on (member) position, number from webhook_waiting
    where webhook = %(webhook)s and died_at is null order by member, position, number
) as first on (first.position, first.number) = (one.position, one.number)
where one.webhook = %(webhook)s and one.died_at is null
    and (webhook_waiting.webhook, webhook_waiting.position, webhook_waiting.number)
        = (one.webhook, one.position, one.number)

-- name: webhook_letters
-- What waits for a webhook, or was given up.
select position, number, members.key, webhook_waiting.seq, tries, due_at, died_at, last_error
from webhook_waiting join members on members.id = member
where webhook = %(webhook)s and (died_at is not null) = %(dead)s
    and (position, number) > (%(position)s::bigint, %(number)s::integer)
order by position, number limit %(most)s

-- name: webhook_deliveries
-- Tries, the last first.
select id, change_id, type, position, tried_at, took_ms, status, error, answer from webhook_deliveries
where webhook = %(webhook)s and (%(before)s::bigint is null or id < %(before)s) order by id desc limit %(most)s

-- name: due_waiting
-- What is due again, with what it holds back.
select waiting.number, waiting.tries, waiting.position, members.id, members.key, waiting.seq, journal.kind, journal.at,
    journal.recorded_at, journal.version, journal.content, journal.outcome
from (
    select member from webhook_waiting
    where webhook = %(webhook)s and died_at is null and due_at <= now() order by due_at limit %(members)s
) as due
cross join lateral (
    select * from webhook_waiting as one
    where one.webhook = %(webhook)s and one.member = due.member and died_at is null
    order by position, number limit %(each)s
) as waiting
join journal on (journal.member, journal.seq) = (waiting.member, waiting.seq)
join members on members.id = waiting.member
order by waiting.position, waiting.number

-- name: members_waiting
-- Those of some members for whom something waits.
select distinct member from webhook_waiting
where webhook = %(webhook)s and member = any(%(members)s) and died_at is null

-- name: lock_webhook
-- A webhook that is about to be changed.
select from webhooks where program = %(program)s and id = %(webhook)s for update

-- name: lock_webhook_where
-- A webhook, if it is still enabled and stands where it did.
select from webhooks
where id = %(webhook)s and position = %(position)s and url = %(url)s and enabled for update

-- name: remove_delivered
-- What was delivered waits no more.
delete from webhook_waiting using unnest(%(positions)s::bigint[], %(numbers)s::integer[]) as done (position, number)
where webhook = %(webhook)s and webhook_waiting.position = done.position and webhook_waiting.number = done.number

-- name: hold_back
-- Put changes among what waits, or note another try.
insert into webhook_waiting (webhook, program, position, number, member, seq, tries, due_at, died_at, last_error)
select %(webhook)s, %(program)s, held.* from unnest(
    %(position)s::bigint[], %(number)s::integer[], %(member_id)s::bigint[], %(seq)s::integer[], %(tries)s::integer[],
    %(due_at)s::timestamptz[], %(died_at)s::timestamptz[], %(last_error)s::text[]
) as held
on conflict (webhook, position, number) do update
set tries = excluded.tries, due_at = excluded.due_at, died_at = excluded.died_at, last_error = excluded.last_error

-- name: promote_waiting
-- The first of what waits of some members is due, unless it has its time already.
update webhook_waiting set due_at = now()
from (
    select distinct on (member) position, number from webhook_waiting
    where webhook = %(webhook)s and member = any(%(members)s) and died_at is null order by member, position, number
) as first
where webhook = %(webhook)s and (webhook_waiting.position, webhook_waiting.number) = (first.position, first.number)
    and due_at is null

-- name: add_deliveries
-- Log tries.
insert into webhook_deliveries
    (webhook, program, change_id, type, position, tried_at, took_ms, status, error, answer)
select %(webhook)s, %(program)s, tried.* from unnest(
    %(change_id)s::text[], %(type)s::text[], %(position)s::bigint[], %(tried_at)s::timestamptz[], %(took_ms)s::integer[],
    %(status)s::integer[], %(error)s::text[], %(answer)s::text[]
) as tried

-- name: advance_webhook
-- Note where a webhook stands after a round.
update webhooks set position = %(position)s, failures = %(failures)s, paused_until = %(paused_until)s,
    enabled = enabled and %(disabled_because)s = '', disabled_because = %(disabled_because)s
where id = %(webhook)s

-- name: trim_deliveries
-- Drop old tries from the log.
delete from webhook_deliveries where tried_at < %(before)s

-- name: wait_for_courier
-- As long as this connection lives nobody else delivers to webhooks; false where somebody does.
select pg_try_advisory_lock(470382906)

-- name: find_member
-- One member.
select id, key, seq, state, next_due_at from members where program = %(program)s and key = %(key)s

-- name: member_journal
-- A member's journal from its beginning.
select member, seq, event_id, kind, at, version, content, content_hash, facts, outcome from journal
where member = %(member)s order by seq

-- name: members_page
-- Members by key, from behind a key on.
select id, key, seq, state, next_due_at from members
where program = %(program)s and key > %(after)s and seq > 0 order by key limit %(most)s

-- name: entries_after
-- A member's journal entries behind a place, the oldest first.
select seq, event_id, kind, at, recorded_at, version, content, outcome from journal
where member = %(member)s and seq > %(after)s and seq <= %(last)s order by seq limit %(most)s

-- name: entries_before
-- A member's journal entries before a place, the newest first.
select seq, event_id, kind, at, recorded_at, version, content, outcome from journal
where member = %(member)s and seq < %(before)s order by seq desc limit %(most)s

-- name: find_event
-- Where an event is recorded, and what it led to.
select members.key, journal.seq, journal.event_id, journal.kind, journal.at, journal.recorded_at, journal.version,
    journal.content, journal.outcome
from event_ids
join journal using (member, seq)
join members on members.id = event_ids.member
where event_ids.program = %(program)s and event_ids.event_id = %(event_id)s

-- name: changes_by_entry
-- By how much entries of a member changed what the member has, unit by unit.
select seq, unit, sum(
    case when target = any(%(own)s) then amount else 0 end - case when source = any(%(own)s) then amount else 0 end
)::bigint
from transfers where member = %(member)s and seq >= %(first)s and seq <= %(last)s group by seq, unit

-- name: change_over_entries
-- The same over all of these entries together.
select unit, sum(
    case when target = any(%(own)s) then amount else 0 end - case when source = any(%(own)s) then amount else 0 end
)::bigint
from transfers where member = %(member)s and seq >= %(first)s and seq <= %(last)s group by unit

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

-- name: journal_span
-- From when to when the journals of a program reach, time that merely passed aside.
select min(journal.at), max(journal.at)
from journal join members on members.id = journal.member
where members.program = %(program)s and journal.kind <> 'tick'

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
-- By unit, what was sent and has neither arrived nor set out on its way back, a debt the other way: what the relay still has to deliver.
with arrived as (
    select emitted.id from emitted
    join event_ids on event_ids.program = emitted.program and event_ids.event_id = emitted.event ->> 'id'
    join journal on journal.member = event_ids.member and journal.seq = event_ids.seq
    where emitted.program = %(program)s
        and journal.content::text = emitted.event::text and journal.outcome -> 'refusal' is null
)
select event ->> 'unit', sum((event ->> 'amount')::bigint * case when event -> 'owed' is null then 1 else -1 end)::bigint
from emitted
where program = %(program)s and event ->> 'kind' = 'receive'
    and not exists (select from emitted as back where back.returns = emitted.id)
    and not exists (select from arrived where arrived.id = emitted.id)
group by 1

-- name: wrongly_delivered
-- Events that are noted as delivered, and that nobody's journal has as they were sent.
with arrived as (
    select emitted.id from emitted
    join event_ids on event_ids.program = emitted.program and event_ids.event_id = emitted.event ->> 'id'
    join journal on journal.member = event_ids.member and journal.seq = event_ids.seq
    where emitted.program = %(program)s
        and journal.content::text = emitted.event::text and journal.outcome -> 'refusal' is null
)
select seq, event from emitted
where program = %(program)s and delivered_at is not null and refusal is null
    and not exists (select from arrived where arrived.id = emitted.id)
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

-- name: lock_person
-- Let one transaction at a time change what is kept of a person. The member's row stays free for tills.
select pg_advisory_xact_lock(470382904, (%(member)s %% 2147483647)::integer)

-- name: person_key
-- The key of a person, as it is wrapped.
select wrapped from person_keys where member = %(member)s and program = %(program)s

-- name: add_person_key
-- Keep the key of a person.
insert into person_keys (member, program, wrapped) values (%(member)s, %(program)s, %(wrapped)s)

-- name: person_keys_from
-- Some persons' keys, in the order of members.
select member, program, wrapped from person_keys where member > %(after)s order by member limit %(most)s

-- name: rewrap_person_key
-- Wrap a person's key anew.
update person_keys set wrapped = %(wrapped)s where member = %(member)s

-- name: profile
-- A person's profile, sealed.
select sealed from profiles where member = %(member)s and program = %(program)s

-- name: keep_profile
-- Put a profile in place of the one before.
insert into profiles as kept (member, program, sealed, changed_at)
values (%(member)s, %(program)s, %(sealed)s, %(at)s)
on conflict (member) do update set sealed = excluded.sealed, changed_at = excluded.changed_at

-- name: identity_holder
-- Whose an identity is, looked for under each of several keys.
select identities.id, identities.member, members.key, identities.sealed
from identities join members on members.id = identities.member
where identities.program = %(program)s and kind = %(kind)s and hash = any(%(hashes)s)

-- name: add_identity
-- Add an identity, unless somebody has it.
insert into identities (program, member, kind, hash, sealed, added_at)
values (%(program)s, %(member)s, %(kind)s, %(hash)s, %(sealed)s, %(at)s)
on conflict on constraint identity_belongs_to_one_member do nothing returning id

-- name: remove_identity
-- Remove an identity of a member.
delete from identities where id = %(id)s and member = %(member)s

-- name: identities_of
-- A member's identities, sealed.
select id, kind, sealed, added_at from identities
where member = %(member)s and program = %(program)s order by kind, added_at, id

-- name: move_identity
-- Give an identity to another member, sealed under that person's key.
update identities set member = %(target)s, sealed = %(sealed)s where id = %(id)s

-- name: rehash_identity
-- Keep an identity under another hash.
update identities set hash = %(hash)s where id = %(id)s

-- name: add_identity_move
-- Note that an identity went from one member to another.
insert into identity_moves (program, identity, kind, member, target, moved_at, merge, undone)
values (%(program)s, %(identity)s, %(kind)s, %(member)s, %(target)s, %(at)s, %(merge)s, %(undone)s)

-- name: identity_moves_of
-- Where a member's identities came from and went to.
select moves.kind, gave.key, got.key, moves.moved_at, moves.merge is not null, moves.undone
from identity_moves as moves
join members as gave on gave.id = moves.member join members as got on got.id = moves.target
where moves.program = %(program)s and %(member)s in (moves.member, moves.target) order by moves.id

-- name: add_person_merge
-- Note that two members are one person, unless that is noted.
insert into person_merges (program, member, target, merged_at)
values (%(program)s, %(member)s, %(target)s, %(at)s)
on conflict (member) where undone_at is null do nothing returning id

-- name: undo_person_merge
-- Note that two members are two persons after all.
update person_merges set undone_at = %(at)s
where program = %(program)s and member = %(member)s and target = %(target)s and undone_at is null returning id

-- name: taken_along
-- The identities that a merge took along and that are still where they went.
select identities.id, identities.kind, identities.sealed, identities.added_at
from identity_moves as moves join identities on identities.id = moves.identity
where moves.merge = %(merge)s and not moves.undone and identities.member = moves.target order by identities.id

-- name: person_merges_of
-- With whom a member is or was one person.
select gone.key, stays.key, merges.merged_at, merges.undone_at
from person_merges as merges
join members as gone on gone.id = merges.member join members as stays on stays.id = merges.target
where merges.program = %(program)s and %(member)s in (merges.member, merges.target) order by merges.id

-- name: same_person
-- A member and all who were merged into it, directly or by way of others; the member first.
with recursive same (id, depth) as (
    select %(member)s::bigint, 0
    union
    select person_merges.member, same.depth + 1 from person_merges join same on person_merges.target = same.id
    where person_merges.undone_at is null and person_merges.program = %(program)s and same.depth < 100
)
select members.id, members.key from same join members on members.id = same.id order by same.depth, members.id

-- name: add_consent
-- Record what a person agreed to or took back.
insert into consents (program, member, purpose, granted, at, text_version, sealed)
values (%(program)s, %(member)s, %(purpose)s, %(granted)s, %(at)s, %(text_version)s, %(sealed)s)

-- name: consents_of
-- What a member agreed to and took back, in the order of time.
select id, purpose, granted, at, recorded_at, text_version, sealed from consents
where member = %(member)s and program = %(program)s order by at, id

-- name: current_consents
-- What members who are one person agree to: of each purpose, what was said last.
select purpose from (
    select distinct on (purpose) purpose, granted from consents
    where member = any(%(members)s) and program = %(program)s order by purpose, at desc, id desc
) as newest where granted order by purpose

-- name: members_born_on
-- Members with a birthday on some days of the year, as the engine knows them.
select key from members where program = %(program)s and state -> 'traits' ->> 'birthday' = any(%(days)s) order by id

-- name: erasure_of
-- When and why a person was erased.
select erased_at, reason from erasures where member = %(member)s and program = %(program)s

-- name: add_erasure
-- Note that a person was erased.
insert into erasures (member, program, erased_at, reason) values (%(member)s, %(program)s, %(at)s, %(reason)s)

-- name: drop_person
-- Drop the key of a person, and all that is sealed under it.
with key as (delete from person_keys where member = %(member)s),
    profile as (delete from profiles where member = %(member)s),
    identity as (delete from identities where member = %(member)s)
update consents set sealed = null where member = %(member)s and sealed is not null

-- name: erasures_not_told
-- Persons who were erased, and whose members' journals do not know it yet.
select members.id, members.key, erasures.erased_at
from erasures join members on members.id = erasures.member
where erasures.program = %(program)s and not exists (
    select from event_ids where event_ids.program = erasures.program and event_ids.event_id = 'erase/' || erasures.member
) order by erasures.erased_at, erasures.member

-- name: retention_rules
-- How long a program keeps what it knows of persons.
select inactive_months, withdrawn_years from retention_rules where program = %(program)s

-- name: keep_retention_rules
-- Put retention rules in place of those before.
insert into retention_rules (program, inactive_months, withdrawn_years)
values (%(program)s, %(inactive_months)s, %(withdrawn_years)s)
on conflict (program) do update
set inactive_months = excluded.inactive_months, withdrawn_years = excluded.withdrawn_years

-- name: inactive_persons
-- Persons of whom something is kept and who have done nothing since an instant, under whichever member they are one person.
with recursive belongs (id, root) as (
    select id, id from members where program = %(program)s
        and not exists (select from person_merges where member = members.id and undone_at is null)
    union all
    select merges.member, belongs.root from person_merges as merges join belongs on merges.target = belongs.id
    where merges.undone_at is null
), persons as (
    select belongs.root, max(person_keys.made_at) as made_at,
        max(coalesce((state ->> 'last_activity_at')::bigint, (state ->> 'enrolled_at')::bigint, 0)) as active_at
    from belongs join members on members.id = belongs.id
    left join person_keys on person_keys.member = belongs.id
    group by belongs.root
)
select members.key, persons.active_at from persons join members on members.id = persons.root
where persons.active_at < %(before)s and persons.made_at < to_timestamp(%(before)s)
order by persons.active_at, persons.root

-- name: withdrawn_details
-- Consents with details whose purpose was taken back before an instant, and not given again.
select consents.id, members.key, consents.purpose from consents join members on members.id = consents.member
where consents.program = %(program)s and consents.sealed is not null and (
    select newest.granted or newest.at >= %(before)s from consents as newest
    where newest.member = consents.member and newest.purpose = consents.purpose
    order by newest.at desc, newest.id desc limit 1
) is false
order by consents.id

-- name: drop_details
-- Let the details of some consents go.
update consents set sealed = null where id = any(%(ids)s) and sealed is not null

-- name: news_of_member
-- Which entries of a member the world outside is told of, at which position and when, and which webhook still waits.
select seq, null::bigint as position, null::timestamptz as told_at, null::bigint as webhook from outbox
where program = %(program)s and member = %(member)s
union all
select seq, position, told_at, null from stream where program = %(program)s and member = %(member)s
union all
select seq, position, null, webhook from webhook_waiting where program = %(program)s and member = %(member)s
order by 1, 2, 4

-- name: codes_of_member
-- By batch, the codes that are good for one member alone.
select code_batches.name, codes.revoked_at from codes join code_batches on code_batches.id = codes.batch
where codes.program = %(program)s and codes.member = %(key)s order by code_batches.id, codes.digest

-- name: acts_on
-- Administrative acts of a program on one target, the oldest first.
select audit_log.id, programs.name, at, key, address, action, target, before, after
from audit_log left join programs on programs.id = audit_log.program
where audit_log.program = %(program)s and target = %(target)s order by audit_log.id

-- name: orphans
-- Journal entries of members that do not exist; transfers, event ids and emitted events of members that their program does not have.
select
    (select count(*) from journal left join members on members.id = journal.member where members.id is null),
    (select count(*) from transfers left join members on members.id = transfers.member
        where members.program is distinct from transfers.program),
    (select count(*) from event_ids left join members on members.id = event_ids.member
        where members.program is distinct from event_ids.program),
    (select count(*) from emitted left join members on members.id = emitted.member
        where members.program is distinct from emitted.program)

-- name: account_balances
-- What each account holds.
select unit, account, sum(balance)::bigint from balances where program = %(program)s group by unit, account

-- name: account_balances_at
-- What each account held at a moment, by the dates of the events: what it holds now, less what has moved since.
with moved as (
    select unit, source, target, amount from journal join transfers using (member, seq)
    where journal.at > %(at)s and transfers.program = %(program)s
)
select unit, account, sum(amount)::bigint from (
    select unit, account, balance as amount from balances where program = %(program)s
    union all
    select unit, target, -amount from moved
    union all
    select unit, source, amount from moved
) as entries group by unit, account

-- name: account_totals
-- The same, added up anew from the transfers.
select unit, account, sum(amount)::bigint from (
    select unit, target as account, amount from transfers where program = %(program)s
    union all
    select unit, source, -amount from transfers where program = %(program)s
) as entries group by unit, account

-- name: limit_uses
-- Every shared limit that was looked at.
select name, allowed, used, added from limits where program = %(program)s order by name

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

-- name: table_names
-- Every table with rows of its own.
select nspname, relname from pg_class join pg_namespace on pg_namespace.oid = relnamespace
where relkind = 'r' and nspname not in ('pg_catalog', 'information_schema') and nspname not like 'pg_toast%%'
    and relname <> 'restore_under_way'
order by nspname, relname

-- name: programs_read
-- How far the ledger of each program goes.
with newest as (
    select members.program, max(journal.recorded_at) as entry
    from journal join members on members.id = journal.member group by members.program
)
select programs.name,
    (select count(*) from program_versions where program_versions.program = programs.id),
    count(members.id), coalesce(sum(members.seq), 0)::bigint, max(newest.entry)
from programs left join members on members.program = programs.id left join newest on newest.program = programs.id
group by programs.id, programs.name order by programs.name

-- name: roles_with_rights
-- Roles that have rights in this database or that policies are for, other than the owners of things.
select rolname from pg_roles where oid in (
    select (aclexplode(relacl)).grantee from pg_class where relnamespace = 'public'::regnamespace
    union
    select (aclexplode(proacl)).grantee from pg_proc where pronamespace = 'public'::regnamespace
    union
    select (aclexplode(nspacl)).grantee from pg_namespace where oid = 'public'::regnamespace
    union
    select unnest(polroles) from pg_policy
) and rolname not like 'pg\_%%' and oid not in (
    select relowner from pg_class where relnamespace = 'public'::regnamespace
)
order by rolname

-- name: make_restore_mark
-- The mark of a restore under way.
create table if not exists restore_under_way (backup text not null)

-- name: restore_marks
-- The backup that is being restored, by the SHA-256 of its dump.
select backup from restore_under_way

-- name: mark_restore
-- Note which backup is being restored.
with former as (delete from restore_under_way) insert into restore_under_way (backup) values (%(backup)s)

-- name: things_in_database
-- Tables, views, sequences and functions that stand in a database, but for the mark of a restore.
select relname from pg_class join pg_namespace on pg_namespace.oid = relnamespace
where relkind in ('r', 'p', 'v', 'm', 'S', 'f') and nspname not in ('pg_catalog', 'information_schema')
    and nspname not like 'pg_toast%%' and relname <> 'restore_under_way'
union all
select proname from pg_proc where pronamespace = 'public'::regnamespace
order by 1

-- name: restore_of_another
-- Programs that are reading a backup into this database.
select pid from pg_stat_activity
where datname = current_database() and application_name = 'pg_restore' and pid <> pg_backend_pid()

-- name: is_distributed
-- Whether transfers lie on other machines, where no trigger of this one moves balances.
select to_regclass('distribution') is not null

-- name: add_to_balances
-- Carry added transfers over to the balances of their accounts, where no trigger does.
insert into balances as kept (program, unit, account, stripe, balance)
select %(program)s, unit, account, pg_backend_pid() %% 16, amount
from unnest(%(units)s::text[], %(accounts)s::text[], %(amounts)s::numeric[]) as added (unit, account, amount)
order by unit, account
on conflict (program, unit, account, stripe) do update set balance = kept.balance + excluded.balance

-- name: citus_version
-- The version of Citus in this database; no row without it.
select extversion from pg_extension where extname = 'citus'

-- name: citus_place
-- Whether this server is the coordinator of its cluster, and how many others hold shards.
select (select groupid = 0 from pg_dist_local_group),
    (select count(*) from pg_dist_node where groupid <> 0 and isactive and noderole = 'primary')

-- name: others_connected
-- Other processes of Guerdon that use this database.
select distinct application_name from pg_stat_activity
where datname = current_database() and pid <> pg_backend_pid() and application_name like 'guerdon %%' order by 1

-- name: triggers_of
-- The triggers of a table that somebody has made.
select tgname from pg_trigger where tgrelid = %(table)s::regclass and not tgisinternal

-- name: policies_of
-- The row-level policies of a table.
select polname from pg_policy where polrelid = %(table)s::regclass

-- name: distribute_by_member
-- Spread a table over the machines of the cluster, all that belongs to a member on one of them.
select create_distributed_table(%(table)s::text::regclass, 'member', colocate_with => %(beside)s)

-- name: forget_local_rows
-- Remove from the coordinator what was spread over the machines.
select truncate_local_data_after_distributing_table(%(table)s::text::regclass)

-- name: note_distribution
-- Note what is spread over other machines, and let nobody add a second program: row-level security stays behind.
create table distribution (
    relation text primary key,
    by_column text not null,
    distributed_at timestamptz not null default now()
);
comment on table distribution is 'Tables that lie on the machines of a Citus cluster. It is there only where some do.';
comment on column distribution.relation is 'The table.';
comment on column distribution.by_column is 'The column that says on which machine a row lies.';
comment on column distribution.distributed_at is 'Since when.';
insert into distribution (relation, by_column) values ('journal', 'member'), ('transfers', 'member');
create function refuse_second_program() returns trigger language plpgsql as $$
begin
    if exists (select from programs where name <> new.name) then
        raise exception 'a cluster serves one program'
            using errcode = 'integrity_constraint_violation', constraint = 'a_cluster_serves_one_program',
            hint = 'Give every program a database of its own.';
    end if;
    return new;
end
$$;
comment on function refuse_second_program() is 'Refuses a second program where row-level security cannot keep two apart.';
create trigger a_cluster_serves_one_program before insert on programs
    for each row execute function refuse_second_program()

-- name: users_with_rights
-- The owner of a table and everybody who has a right to it.
select pg_get_userbyid(relowner) from pg_class where oid = %(table)s::regclass
union
select case grantee when 0 then 'public' else pg_get_userbyid(grantee) end
from pg_class cross join aclexplode(relacl) where pg_class.oid = %(table)s::regclass

-- name: is_superuser
-- Whether no missing right binds the user.
select rolsuper from pg_roles where rolname = current_user

-- name: limit_uses_of_all
-- Every shared limit of every program, but not those of codes: a code is a secret, and there may be a million of them.
select programs.name, limits.name, limits.allowed, limits.used
from limits join programs on programs.id = limits.program
where not starts_with(limits.name, 'code:') order by limits.program, limits.name

-- name: relay_behind
-- How many events for other members wait, and for how many seconds the oldest has.
select count(*), coalesce(extract(epoch from now() - min(journal.recorded_at)), 0)
from emitted join journal on journal.member = emitted.member and journal.seq = emitted.seq
where emitted.delivered_at is null

-- name: event_unlike
-- An event whose id does not look as given, for telling whether a database holds anything but a demonstration.
select event_id from event_ids where event_id !~ %(pattern)s limit 1

-- name: wipe
-- Empty a database that holds nothing but a demonstration. Truncation is what the guards are there to refuse.
alter table journal disable trigger journal_is_never_emptied;
alter table emitted disable trigger emitted_events_are_never_emptied;
alter table transfers disable trigger transfers_are_never_emptied;
alter table audit_log disable trigger audit_log_is_never_emptied;
alter table consents disable trigger consents_are_never_emptied;
alter table erasures disable trigger erasures_are_never_emptied;
truncate programs, program_versions, members, journal, event_ids, transfers, balances, limits, seeds, outbox, emitted,
    api_keys, audit_log, person_keys, profiles, identities, identity_moves, person_merges, consents, erasures,
    retention_rules, code_batches, codes, limit_additions,
    stream, stream_heads, stream_readers, webhooks, webhook_waiting, webhook_deliveries
    restart identity;
alter table erasures enable trigger erasures_are_never_emptied;
alter table consents enable trigger consents_are_never_emptied;
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

-- name: is_there
-- Whether the database answers, with Guerdon's tables in it.
select exists (select from programs)

-- name: ask_study
-- Put a question about a program.
insert into studies (program, question) values (%(program)s, %(question)s) returning id

-- name: studies
-- The newest questions about a program: what kind each is, without the question itself and its answer.
select id, question->>'kind', null, asked_at, begun_at, ended_at, null, problem, progress
from studies where program = %(program)s and id < %(before)s order by id desc limit %(most)s

-- name: study
-- A question with its answer.
select id, question->>'kind', question, asked_at, begun_at, ended_at, answer, problem, progress
from studies where program = %(program)s and id = %(id)s

-- name: drop_study
-- Forget a question and its answer.
delete from studies where program = %(program)s and id = %(id)s

-- name: studies_open
-- How many questions about a program wait or run.
select count(*) from studies where program = %(program)s and ended_at is null

-- name: begin_study
-- Begin with the question that has waited longest. Whoever holds the lease is the only one who does.
update studies set begun_at = now(), tries = tries + 1, progress = null
where id = (select min(id) from studies where ended_at is null)
returning id, program, tries

-- name: put_study_back
-- Let a question wait again that was left in the middle through no fault of its own.
update studies set begun_at = null, tries = tries - 1, progress = null where id = %(id)s and ended_at is null

-- name: study_is_there
-- Whether a question is still there: it may have been dropped while it is worked on.
select exists (select from studies where id = %(id)s and ended_at is null)

-- name: note_study_progress
-- How far a study is.
update studies set progress = %(progress)s where id = %(id)s and ended_at is null

-- name: end_study
-- Note the answer, or why there is none.
update studies set ended_at = now(), answer = %(answer)s, problem = %(problem)s, progress = null
where id = %(id)s and ended_at is null

-- name: drop_old_studies
-- Forget answers that nobody will ask for again.
delete from studies where ended_at < now() - make_interval(days => %(days)s)
