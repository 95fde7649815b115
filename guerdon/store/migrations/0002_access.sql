-- expand
-- Who may do what: API keys, the record of administrative acts, and the row-level security that keeps programs apart.

create table api_keys (
    id text collate "C" primary key,
    program integer references programs (id),
    title text not null,
    scopes text[] not null check (cardinality(scopes) > 0),
    secret_hash bytea not null,
    requests_per_second integer not null check (requests_per_second > 0),
    created_at timestamptz not null default now(),
    expires_at timestamptz,
    revoked_at timestamptz,
    replaces text collate "C" references api_keys (id)
);
comment on table api_keys is 'The keys that other software uses the service with.';
comment on column api_keys.id is 'The public part of the key; it stands in logs and in the audit log.';
comment on column api_keys.program is 'The only program that the key opens; null: every program of this deployment.';
comment on column api_keys.title is 'What the key is for, in the words of whoever made it.';
comment on column api_keys.scopes is 'What it may be used for: checkout, app, manager, auditor.';
comment on column api_keys.secret_hash is 'SHA-256 of the secret part. The secret has 256 bits, so nothing slower is needed.';
comment on column api_keys.requests_per_second is 'How many requests a second it may make of one worker, with bursts of twice as many.';
comment on column api_keys.created_at is 'When it was made.';
comment on column api_keys.expires_at is 'From when on it opens nothing; null: it has no end.';
comment on column api_keys.revoked_at is 'When it was revoked; null: it was not.';
comment on column api_keys.replaces is 'The key that it was made to replace; null: none.';

create table audit_log (
    id bigint generated always as identity primary key,
    program integer references programs (id),
    at timestamptz not null default now(),
    key text collate "C" not null,
    address text not null,
    action text not null,
    target text not null,
    before json,
    after json
);
comment on table audit_log is 'Every administrative act. Rows are added, never changed.';
comment on column audit_log.id is 'The order.';
comment on column audit_log.program is 'The program; null: the deployment as a whole.';
comment on column audit_log.at is 'When it was done.';
comment on column audit_log.key is 'The key that it was done with (api_keys.id), or who did it on the command line.';
comment on column audit_log.address is 'The network address that it was done from; empty: this machine.';
comment on column audit_log.action is 'What was done, such as key.made or version.published.';
comment on column audit_log.target is 'What it was done to.';
comment on column audit_log.before is 'What stood there before; null: nothing, or it is no secret to be kept here.';
comment on column audit_log.after is 'What stands there now; null: nothing.';

create index audit_log_of_program on audit_log (program, id);

create trigger audit_log_grows_by_addition before update or delete on audit_log
    for each row execute function refuse_change();
create trigger audit_log_is_never_emptied before truncate on audit_log
    for each statement execute function refuse_change();

-- Whatever the service reads and writes for a key of one program it does as this role, which sees that program alone.
-- The till itself writes as the owner: COPY knows no row-level security, and a till has one program from its start.

do $$
begin
    create role guerdon_program nologin;
exception
    when duplicate_object or unique_violation then null;
    when insufficient_privilege then
        if not exists (select from pg_roles where rolname = 'guerdon_program') then
            raise exception 'the role guerdon_program is missing, and % may not make it', current_user
                using errcode = 'insufficient_privilege',
                    hint = format(
                        'As a superuser: create role guerdon_program nologin; grant guerdon_program to %I', current_user
                    );
        end if;
end
$$;

do $$
begin
    if not pg_has_role(current_user, 'guerdon_program', 'set') then
        execute format('grant guerdon_program to %I', current_user);
    end if;
end
$$;

create function acting_program() returns integer language sql stable parallel safe as $$
    select nullif(current_setting('guerdon.program', true), '')::integer
$$;
comment on function acting_program() is 'The program that this transaction acts for; null: none, and then nothing is seen.';

do $$
declare
    known text;
begin
    foreach known in array array[
        'program_versions', 'members', 'event_ids', 'transfers', 'balances', 'limits', 'outbox', 'emitted',
        'api_keys', 'audit_log'
    ] loop
        execute format('alter table %I enable row level security', known);
        execute format(
            'create policy one_program on %I to guerdon_program using (program = (select acting_program()))', known
        );
    end loop;
end
$$;

alter table programs enable row level security;
create policy one_program on programs to guerdon_program using (id = (select acting_program()));
alter table journal enable row level security;
create policy one_program on journal to guerdon_program
    using (exists (select from members where members.id = journal.member));
-- Seeds are nobody's to read: the role has no rights on them at all.
alter table seeds enable row level security;

grant select on programs, program_versions, members, journal, event_ids, transfers, balances, limits, outbox, emitted,
    currency_rates, migrations to guerdon_program;
grant select, insert, update on api_keys to guerdon_program;
grant select, insert on audit_log to guerdon_program;
