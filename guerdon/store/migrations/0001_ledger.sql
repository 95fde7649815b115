-- expand: the ledger: programs, members, journal, transfers, limits, outbox.

create table programs (
    id integer generated always as identity primary key,
    name text not null unique
);
comment on table programs is 'One row a program (a brand). Everything else belongs to a program.';
comment on column programs.id is 'Short key that the hot tables carry.';
comment on column programs.name is 'The name under "program:" in the program file.';

create table program_versions (
    program integer not null references programs (id),
    number integer not null check (number > 0),
    starts_at timestamptz not null,
    source text not null,
    published_at timestamptz not null default now(),
    primary key (program, number)
);
comment on table program_versions is 'Every version of a program that was published. A version never changes.';
comment on column program_versions.program is 'The program.';
comment on column program_versions.number is 'Counts the versions of the program from 1.';
comment on column program_versions.starts_at is 'From when it is in force: the start of effective_from in the time zone of the program.';
comment on column program_versions.source is 'The program file as it was published.';
comment on column program_versions.published_at is 'When it was published.';

create table members (
    id bigint generated always as identity primary key,
    program integer not null references programs (id),
    key text collate "C" not null,
    seq integer not null default 0 check (seq >= 0),
    state json not null default '{}',
    next_due_at timestamptz,
    unique (program, key)
) with (fillfactor = 60);
comment on table members is 'One row a member: the state that folding the member''s journal leads to.';
comment on column members.id is 'Short key that the hot tables lead with. Rows are locked in the order of it.';
comment on column members.program is 'The program that the member belongs to.';
comment on column members.key is 'The id by which events name the member. Never a name, an e-mail or a phone number.';
comment on column members.seq is 'How many journal entries the member has.';
comment on column members.state is 'The state after the last entry, in its canonical JSON.';
comment on column members.next_due_at is 'Not later than when time alone next changes something; null: never. The clock looks here.';

create index members_due on members (program, next_due_at, id) where next_due_at is not null;

create table journal (
    member bigint not null,
    seq integer not null check (seq > 0),
    event_id text collate "C" not null,
    kind text not null,
    at timestamptz not null,
    recorded_at timestamptz not null default now(),
    version integer not null,
    content json not null,
    content_hash bytea not null,
    facts json,
    outcome json not null,
    primary key (member, seq)
);
comment on table journal is 'Every event with its decision, member by member. Rows are added, never changed.';
comment on column journal.member is 'The member (members.id).';
comment on column journal.seq is 'Counts the entries of the member from 1.';
comment on column journal.event_id is 'The id that the source gave the event.';
comment on column journal.kind is 'What happened: enrol, purchase, return and so on, as in the event.';
comment on column journal.at is 'When it happened.';
comment on column journal.recorded_at is 'When it was recorded.';
comment on column journal.version is 'The program version that decided; 0 where none was in force.';
comment on column journal.content is 'The event in its canonical JSON.';
comment on column journal.content_hash is 'BLAKE2b-128 of content.';
comment on column journal.facts is 'What the decision was told about shared limits; null: it needed nothing.';
comment on column journal.outcome is 'The effects, or the refusal.';

-- Rows come roughly in the order of time, so a summary a block is enough to know that nothing is younger than a date.
create index journal_at on journal using brin (at) with (autosummarize = on);

create table event_ids (
    program integer not null,
    event_id text collate "C" not null,
    member bigint not null,
    seq integer not null,
    primary key (program, event_id)
);
comment on table event_ids is 'Where each event id is journaled. It makes every event count exactly once, for as long as the ledger is kept.';
comment on column event_ids.program is 'Ids are unique within a program.';
comment on column event_ids.event_id is 'The id that the source gave the event.';
comment on column event_ids.member is 'The member (members.id).';
comment on column event_ids.seq is 'The entry of the member''s journal.';

create table transfers (
    member bigint not null,
    seq integer not null,
    number integer not null,
    program integer not null,
    unit text collate "C" not null,
    source text collate "C" not null,
    target text collate "C" not null,
    amount bigint not null,
    reason text collate "C" not null,
    primary key (member, seq, number),
    constraint transfer_moves_an_amount check (amount > 0),
    constraint transfer_joins_two_accounts check (source <> target),
    constraint transfer_leaves_a_known_account check (
        source in (
            'available', 'pending', 'held', 'debt', 'issued', 'redeemed', 'expired', 'reversed', 'converted', 'in_transit'
        ) or source ~ '^(cause|partner):.'
    ),
    constraint transfer_reaches_a_known_account check (
        target in (
            'available', 'pending', 'held', 'debt', 'issued', 'redeemed', 'expired', 'reversed', 'converted', 'in_transit'
        ) or target ~ '^(cause|partner):.'
    )
);
comment on table transfers is 'Double entry: an amount of one unit leaves one account and reaches another. Rows are added, never changed.';
comment on column transfers.member is 'The member whose journal entry moves it; the accounts available, pending, held and debt are this member''s.';
comment on column transfers.seq is 'The journal entry.';
comment on column transfers.number is 'Counts the transfers of the entry from 1.';
comment on column transfers.program is 'The program.';
comment on column transfers.unit is 'The unit that moves.';
comment on column transfers.source is 'The account that it leaves.';
comment on column transfers.target is 'The account that it reaches.';
comment on column transfers.amount is 'In the smallest part of the unit.';
comment on column transfers.reason is 'The mechanic, reward or rule behind it.';

create table balances (
    program integer not null,
    unit text collate "C" not null,
    account text collate "C" not null,
    stripe smallint not null,
    balance numeric(38) not null,
    primary key (program, unit, account, stripe)
);
comment on table balances is 'What each account holds, over all members. Kept by the database itself whenever transfers are added.';
comment on column balances.program is 'The program.';
comment on column balances.unit is 'The unit.';
comment on column balances.account is 'The account; those of members are added up over all members.';
comment on column balances.stripe is 'One of 16 parts of the balance, so that writers at the same time do not wait for each other. Add them up.';
comment on column balances.balance is 'In the smallest part of the unit. Over all accounts of a unit it adds up to zero.';

create table limits (
    program integer not null references programs (id),
    name text collate "C" not null,
    allowed bigint not null default 0,
    used bigint not null default 0,
    primary key (program, name),
    constraint limit_is_kept check (used >= 0 and used <= allowed)
);
comment on table limits is 'Limits that members share: budgets of mechanics, stock of rewards.';
comment on column limits.program is 'The program.';
comment on column limits.name is 'The mechanic, or "stock:" and the reward, or "cap:" and the cap that mechanics share.';
comment on column limits.allowed is 'How much there was when some was last taken, by the version in force then; before that, by the version that declared it. The smallest part of the unit, or pieces.';
comment on column limits.used is 'How much is used. Taken, or given back by a hold, in the transaction that stores the decision.';

create table seeds (
    program integer not null references programs (id),
    commitment text collate "C" not null check (commitment ~ '^[0-9a-f]{64}$'),
    game text collate "C" not null,
    seed text not null,
    added_at timestamptz not null default now(),
    primary key (program, commitment),
    constraint seed_fits_its_commitment check (encode(sha256(convert_to(seed, 'UTF8')), 'hex') = commitment)
);
comment on table seeds is 'The secret seeds of games. Whoever reads this table knows where wheels will stop.';
comment on column seeds.program is 'The program.';
comment on column seeds.commitment is 'The SHA-256 of the seed, as the program file has it.';
comment on column seeds.game is 'The game that it was added for.';
comment on column seeds.seed is 'The seed.';
comment on column seeds.added_at is 'When it was added.';

create table outbox (
    id bigint generated always as identity primary key,
    program integer not null,
    member bigint not null,
    seq integer not null,
    recorded_at timestamptz not null default now()
);
comment on table outbox is 'Journal entries that the world outside has yet to hear of, stored with the decision. The sequencer moves them to the stream.';
comment on column outbox.id is 'The order within a member. Between members it is not the order of commits.';
comment on column outbox.program is 'The program.';
comment on column outbox.member is 'The member (members.id).';
comment on column outbox.seq is 'The journal entry.';
comment on column outbox.recorded_at is 'When it was recorded.';

create table currency_rates (
    day date not null,
    currency text not null,
    "into" text not null,
    amount bigint not null check (amount > 0),
    per bigint not null check (per > 0),
    primary key (currency, "into", day)
);
comment on table currency_rates is 'What other currencies are worth. Decisions keep the rate they saw, so a row may be corrected.';
comment on column currency_rates.day is 'The first day on which the rate holds.';
comment on column currency_rates.currency is 'The currency of a purchase.';
comment on column currency_rates."into" is 'The currency of a program.';
comment on column currency_rates.amount is 'Minor units of "into" per so many of "currency".';
comment on column currency_rates.per is 'Minor units of "currency".';

create table emitted (
    id bigint generated always as identity primary key,
    program integer not null,
    member bigint not null,
    seq integer not null,
    event json not null,
    returns bigint unique,
    delivered_at timestamptz,
    refusal text
);
comment on table emitted is 'Events that one member''s decision sends to another member, stored with the decision. The relay delivers them.';
comment on column emitted.id is 'The order.';
comment on column emitted.program is 'The program.';
comment on column emitted.member is 'The member whose decision it comes from (members.id).';
comment on column emitted.seq is 'The journal entry that it comes from.';
comment on column emitted.event is 'The event in its canonical JSON; its own id makes the delivery count once.';
comment on column emitted.returns is 'For an amount that goes back to its sender: the row whose event was refused (emitted.id); null: a decision sent it.';
comment on column emitted.delivered_at is 'When it was decided for the other member; null: it waits.';
comment on column emitted.refusal is 'The code by which it was refused; null: it was not.';

create index emitted_waiting on emitted (program, id) where delivered_at is null;

-- Guard: what is recorded grows by addition only.

create function refuse_change() returns trigger language plpgsql as $$
begin
    raise exception 'rows of % are added, never changed', tg_table_name
        using errcode = 'integrity_constraint_violation', hint = 'Correct a mistake by another event.';
end
$$;
comment on function refuse_change() is 'Refuses to change or remove what is only ever added to.';

create trigger journal_grows_by_addition before update or delete on journal
    for each row execute function refuse_change();
create trigger journal_is_never_emptied before truncate on journal
    for each statement execute function refuse_change();
create trigger transfers_grow_by_addition before update or delete on transfers
    for each row execute function refuse_change();
create trigger transfers_are_never_emptied before truncate on transfers
    for each statement execute function refuse_change();
create trigger event_ids_grow_by_addition before update or delete on event_ids
    for each row execute function refuse_change();
create trigger emitted_events_never_change before update of id, program, member, seq, event, returns or delete on emitted
    for each row execute function refuse_change();
create trigger emitted_events_are_never_emptied before truncate on emitted
    for each statement execute function refuse_change();
create trigger versions_never_change before update or delete on program_versions
    for each row execute function refuse_change();

-- Guard: the accounts of a unit add up to zero at every commit.

create function move_balances() returns trigger language plpgsql as $$
begin
    insert into balances as kept (program, unit, account, stripe, balance)
    select program, unit, account, pg_backend_pid() % 16, sum(amount)
    from (
        select program, unit, target as account, amount from added
        union all
        select program, unit, source, -amount from added
    ) as entries
    group by program, unit, account
    order by program, unit, account
    on conflict (program, unit, account, stripe) do update set balance = kept.balance + excluded.balance;
    return null;
end
$$;
comment on function move_balances() is 'Carries added transfers over to the balances of their accounts.';

create trigger transfers_move_balances after insert on transfers
    referencing new table as added for each statement execute function move_balances();

create function refuse_imbalance() returns trigger language plpgsql as $$
declare
    touched balances;
    off numeric;
begin
    touched := case when tg_op = 'DELETE' then old else new end;
    select sum(balance) into off from balances where program = touched.program and unit = touched.unit;
    if off <> 0 then
        raise exception 'the accounts of % add up to %, not to zero', touched.unit, off
            using errcode = 'integrity_constraint_violation', constraint = 'accounts_of_a_unit_sum_to_zero';
    end if;
    return null;
end
$$;
comment on function refuse_imbalance() is 'Refuses a commit after which the accounts of a unit would not add up to zero.';

create constraint trigger accounts_of_a_unit_sum_to_zero after insert or update or delete on balances
    deferrable initially deferred for each row execute function refuse_imbalance();
