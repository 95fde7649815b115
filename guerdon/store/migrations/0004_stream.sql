-- expand
-- What the world outside is told: the stream of changes, who reads it, webhooks and their deliveries.

create table stream (
    program integer not null,
    position bigint not null,
    member bigint not null,
    seq integer not null,
    told_at timestamptz not null,
    primary key (program, position)
);
comment on table stream is 'The journal entries that the world outside is told of, in one order. What is told of them stands in the journal.';
comment on column stream.program is 'The program.';
comment on column stream.position is 'Counts the changes of the program from 1 without a gap. Whoever has seen a position has seen all below it.';
comment on column stream.member is 'The member (members.id). A member''s entries stand here in the order of the journal.';
comment on column stream.seq is 'The journal entry.';
comment on column stream.told_at is 'When it got its position. Never earlier than that of a lower position.';

create index stream_told_at on stream (program, told_at);

create table stream_heads (
    program integer primary key,
    position bigint not null,
    trimmed bigint not null default 0,
    constraint trimmed_is_behind_the_head check (trimmed <= position)
);
comment on table stream_heads is 'How far each stream has come.';
comment on column stream_heads.program is 'The program.';
comment on column stream_heads.position is 'The last position that was given out.';
comment on column stream_heads.trimmed is 'Positions up to this one are gone from the stream; the journal keeps the entries. 0: none is gone.';

create table stream_readers (
    program integer not null,
    name text collate "C" not null,
    position bigint not null,
    moved_at timestamptz not null default now(),
    primary key (program, name)
);
comment on table stream_readers is 'Readers of the stream whose place the database keeps, such as a broker. The stream is not trimmed before them.';
comment on column stream_readers.program is 'The program.';
comment on column stream_readers.name is 'The reader: nats or kafka.';
comment on column stream_readers.position is 'The last position that it has passed on.';
comment on column stream_readers.moved_at is 'When it last moved.';

create table webhooks (
    id bigint generated always as identity primary key,
    program integer not null,
    url text not null,
    types text[] not null,
    description text not null default '',
    secret bytea not null,
    former_secret bytea,
    former_until timestamptz,
    enabled boolean not null default true,
    disabled_because text not null default '',
    position bigint not null,
    failures integer not null default 0,
    paused_until timestamptz,
    created_at timestamptz not null default now()
);
comment on table webhooks is 'Addresses that are told of changes.';
comment on column webhooks.id is 'Its number.';
comment on column webhooks.program is 'The program whose changes it is told.';
comment on column webhooks.url is 'Where changes are sent.';
comment on column webhooks.types is 'The types of changes that it wants, such as guerdon.purchase or guerdon.member.*.';
comment on column webhooks.description is 'What it is for, in the words of whoever added it.';
comment on column webhooks.secret is 'What deliveries are signed with, encrypted.';
comment on column webhooks.former_secret is 'The secret before the last rotation, encrypted; null: none.';
comment on column webhooks.former_until is 'Until when deliveries are signed with the former secret too.';
comment on column webhooks.enabled is 'Whether anything is sent there.';
comment on column webhooks.disabled_because is 'Why nothing is sent there; empty: it is enabled.';
comment on column webhooks.position is 'Up to here the stream was delivered or put among what waits.';
comment on column webhooks.failures is 'How many rounds in a row brought nothing but failures.';
comment on column webhooks.paused_until is 'Nothing is sent there until then; null: it is not paused.';
comment on column webhooks.created_at is 'When it was added.';

create index webhooks_by_program on webhooks (program, id);

create table webhook_waiting (
    webhook bigint not null,
    position bigint not null,
    number integer not null,
    program integer not null,
    member bigint not null,
    seq integer not null,
    tries integer not null default 0,
    due_at timestamptz,
    died_at timestamptz,
    last_error text not null default '',
    primary key (webhook, position, number)
);
comment on table webhook_waiting is 'Changes that a webhook has not taken yet: the first of each member waits for its next try and holds back the others.';
comment on column webhook_waiting.webhook is 'The webhook (webhooks.id).';
comment on column webhook_waiting.position is 'The position in the stream.';
comment on column webhook_waiting.number is 'Which of the changes of that entry: 0 is the entry itself, then its news.';
comment on column webhook_waiting.program is 'The program.';
comment on column webhook_waiting.member is 'The member (members.id).';
comment on column webhook_waiting.seq is 'The journal entry.';
comment on column webhook_waiting.tries is 'How often it was tried.';
comment on column webhook_waiting.due_at is 'When it is tried next; null: an earlier change of the same member holds it back.';
comment on column webhook_waiting.died_at is 'When it was given up; null: it is still to be delivered.';
comment on column webhook_waiting.last_error is 'How the last try failed.';

create index webhook_waiting_due on webhook_waiting (webhook, due_at) where died_at is null and due_at is not null;
create index webhook_waiting_by_member on webhook_waiting (webhook, member, position, number) where died_at is null;

create table webhook_deliveries (
    id bigint generated always as identity primary key,
    webhook bigint not null,
    program integer not null,
    change_id text collate "C" not null,
    type text not null,
    position bigint not null,
    tried_at timestamptz not null,
    took_ms integer not null,
    status integer,
    error text not null default '',
    answer text not null default ''
);
comment on table webhook_deliveries is 'Every try to deliver a change to a webhook. Dropped after the retention.';
comment on column webhook_deliveries.id is 'The order.';
comment on column webhook_deliveries.webhook is 'The webhook (webhooks.id).';
comment on column webhook_deliveries.program is 'The program.';
comment on column webhook_deliveries.change_id is 'The id of the change, which is the webhook-id header.';
comment on column webhook_deliveries.type is 'The type of the change.';
comment on column webhook_deliveries.position is 'The position in the stream.';
comment on column webhook_deliveries.tried_at is 'When it was tried.';
comment on column webhook_deliveries.took_ms is 'How long it took, in milliseconds.';
comment on column webhook_deliveries.status is 'The HTTP status of the answer; null: there was none.';
comment on column webhook_deliveries.error is 'Why it failed; empty: it was delivered.';
comment on column webhook_deliveries.answer is 'The beginning of the answer.';

create index webhook_deliveries_by_webhook on webhook_deliveries (webhook, id);
create index webhook_deliveries_tried_at on webhook_deliveries using brin (tried_at);

-- One program at a time, for whoever reads and writes as guerdon_program.

do $$
declare
    known text;
begin
    foreach known in array array[
        'stream', 'stream_heads', 'stream_readers', 'webhooks', 'webhook_waiting', 'webhook_deliveries'
    ] loop
        execute format('alter table %I enable row level security', known);
        execute format(
            'create policy one_program on %I to guerdon_program using (program = (select acting_program()))', known
        );
    end loop;
end
$$;

grant select on stream, stream_heads, stream_readers, webhook_deliveries to guerdon_program;
grant select, insert, update, delete on webhooks, webhook_waiting to guerdon_program;
