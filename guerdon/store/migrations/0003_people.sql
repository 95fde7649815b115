-- expand
-- People: who a member is, kept apart from the ledger and encrypted under a key of the person's own.
-- No table refers to members by a foreign key: its check would lock rows that tills lock.

create table person_keys (
    member bigint primary key,
    program integer not null,
    wrapped bytea not null,
    made_at timestamptz not null default now()
);
comment on table person_keys is 'The key of each person. Without its row nothing that is sealed for the person can be read again.';
comment on column person_keys.member is 'Whose key it is (members.id).';
comment on column person_keys.program is 'The program.';
comment on column person_keys.wrapped is 'The key, encrypted under the secret key of this deployment, after the mark of that key.';
comment on column person_keys.made_at is 'When it was made.';

create table profiles (
    member bigint primary key,
    program integer not null,
    sealed bytea not null,
    changed_at timestamptz not null default now()
);
comment on table profiles is 'Name, address, date of birth and what else is known of a person.';
comment on column profiles.member is 'Whose profile it is (members.id).';
comment on column profiles.program is 'The program.';
comment on column profiles.sealed is 'The profile, encrypted under the person''s key.';
comment on column profiles.changed_at is 'When it was last changed.';

create table identities (
    id bigint generated always as identity primary key,
    program integer not null,
    member bigint not null,
    kind text collate "C" not null,
    hash bytea not null,
    sealed bytea not null,
    added_at timestamptz not null,
    constraint identity_belongs_to_one_member unique (program, kind, hash)
);
comment on table identities is 'What a person shows to be recognised: a card, an e-mail, a phone.';
comment on column identities.id is 'Short key that the moves name.';
comment on column identities.program is 'The program.';
comment on column identities.member is 'Whose it is (members.id).';
comment on column identities.kind is 'Such as card, email, phone, external.';
comment on column identities.hash is 'HMAC-SHA-256 of program, kind and value, under a key that is derived from the secret key of this deployment.';
comment on column identities.sealed is 'The value, encrypted under the person''s key.';
comment on column identities.added_at is 'When it was added.';

create index identities_of_member on identities (member);

create table person_merges (
    id bigint generated always as identity primary key,
    program integer not null,
    member bigint not null,
    target bigint not null,
    merged_at timestamptz not null,
    undone_at timestamptz,
    constraint person_merge_joins_two check (member <> target)
);
comment on table person_merges is 'Members who were found to be one person.';
comment on column person_merges.id is 'The order.';
comment on column person_merges.program is 'The program.';
comment on column person_merges.member is 'The member who went (members.id).';
comment on column person_merges.target is 'The member who stays (members.id).';
comment on column person_merges.merged_at is 'When.';
comment on column person_merges.undone_at is 'When it was taken back; null: it holds.';

create unique index person_merged_once on person_merges (member) where undone_at is null;
create index person_merges_into on person_merges (target) where undone_at is null;

create table identity_moves (
    id bigint generated always as identity primary key,
    program integer not null,
    identity bigint not null,
    kind text collate "C" not null,
    member bigint not null,
    target bigint not null,
    moved_at timestamptz not null,
    merge bigint,
    undone boolean not null default false
);
comment on table identity_moves is 'Identities that went from one member to another. It holds no value and no hash.';
comment on column identity_moves.id is 'The order.';
comment on column identity_moves.program is 'The program.';
comment on column identity_moves.identity is 'The identity (identities.id), which may be gone since.';
comment on column identity_moves.kind is 'Its kind.';
comment on column identity_moves.member is 'Who had it (members.id).';
comment on column identity_moves.target is 'Who got it (members.id).';
comment on column identity_moves.moved_at is 'When.';
comment on column identity_moves.merge is 'The merge that took it along or brought it back; null: it was moved by itself.';
comment on column identity_moves.undone is 'Whether it brought back what a merge had taken along.';

create index identity_moves_from on identity_moves (member);
create index identity_moves_to on identity_moves (target);

create table consents (
    id bigint generated always as identity primary key,
    program integer not null,
    member bigint not null,
    purpose text collate "C" not null,
    granted boolean not null,
    at timestamptz not null,
    recorded_at timestamptz not null default now(),
    text_version text collate "C" not null,
    sealed bytea
);
comment on table consents is 'What persons agreed to and took back. Rows are added, never changed; only their details may go.';
comment on column consents.id is 'The order in which they were recorded.';
comment on column consents.program is 'The program.';
comment on column consents.member is 'Who said so (members.id).';
comment on column consents.purpose is 'For what, such as marketing.';
comment on column consents.granted is 'Whether it was given; otherwise it was taken back.';
comment on column consents.at is 'When it was said.';
comment on column consents.recorded_at is 'When it was recorded.';
comment on column consents.text_version is 'Which text the person was shown; empty: none is known.';
comment on column consents.sealed is 'Where it was said and who took it down, encrypted under the person''s key; null: dropped.';

create index consents_of_member on consents (member, purpose, at, id);

create table erasures (
    member bigint primary key,
    program integer not null,
    erased_at timestamptz not null,
    reason text collate "C" not null,
    constraint erasure_has_a_known_reason check (reason in ('asked', 'inactive', 'staff'))
);
comment on table erasures is 'Persons who were erased. It says when and why, and nothing about them. Rows are added, never changed.';
comment on column erasures.member is 'The member, who stays in the books (members.id).';
comment on column erasures.program is 'The program.';
comment on column erasures.erased_at is 'When.';
comment on column erasures.reason is 'asked: the person wished it; inactive: a retention rule; staff: anything else.';

create table retention_rules (
    program integer primary key references programs (id),
    inactive_months integer check (inactive_months > 0),
    withdrawn_years integer check (withdrawn_years > 0)
);
comment on table retention_rules is 'How long a program keeps what it knows of persons.';
comment on column retention_rules.program is 'The program.';
comment on column retention_rules.inactive_months is 'A person is erased after so many months without activity; null: never.';
comment on column retention_rules.withdrawn_years is 'The details of consents go so many years after they were taken back; null: never.';

-- Guards: a consent is never rewritten, and an erasure is never forgotten.

create function refuse_new_words() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' and new.sealed is null then
        old.sealed := null;
        if new is not distinct from old then
            return new;
        end if;
    end if;
    raise exception 'rows of % are added, never changed', tg_table_name
        using errcode = 'integrity_constraint_violation', hint = 'Record what was said now as another row.';
end
$$;
comment on function refuse_new_words() is 'Refuses to change or remove a consent; lets its details go.';

create trigger consents_grow_by_addition before update or delete on consents
    for each row execute function refuse_new_words();
create trigger consents_are_never_emptied before truncate on consents
    for each statement execute function refuse_change();
create trigger erasures_grow_by_addition before update or delete on erasures
    for each row execute function refuse_change();
create trigger erasures_are_never_emptied before truncate on erasures
    for each statement execute function refuse_change();

-- One program sees nothing of another.

do $$
declare
    kept text;
begin
    foreach kept in array array[
        'person_keys', 'profiles', 'identities', 'person_merges', 'identity_moves', 'consents', 'erasures',
        'retention_rules'
    ] loop
        execute format('alter table %I enable row level security', kept);
        execute format(
            'create policy one_program on %I to guerdon_program '
            'using (program = (select acting_program()))', kept);
        execute format('grant select, insert, update, delete on %I to guerdon_program', kept);
    end loop;
end
$$;
