-- The schema that all migrations together make, as pg_dump tells it. Generated: python -m docs.generate
-- Nothing is made from this file; a test compares it with a database that the migrations have made.

CREATE FUNCTION public.acting_program() RETURNS integer
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $$
    select nullif(current_setting('guerdon.program', true), '')::integer
$$;
COMMENT ON FUNCTION public.acting_program() IS 'The program that this transaction acts for; null: none, and then nothing is seen.';

CREATE FUNCTION public.move_balances() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
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
COMMENT ON FUNCTION public.move_balances() IS 'Carries added transfers over to the balances of their accounts.';

CREATE FUNCTION public.refuse_change() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
    raise exception 'rows of % are added, never changed', tg_table_name
        using errcode = 'integrity_constraint_violation', hint = 'Correct a mistake by another event.';
end
$$;
COMMENT ON FUNCTION public.refuse_change() IS 'Refuses to change or remove what is only ever added to.';

CREATE FUNCTION public.refuse_imbalance() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
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
COMMENT ON FUNCTION public.refuse_imbalance() IS 'Refuses a commit after which the accounts of a unit would not add up to zero.';

CREATE FUNCTION public.refuse_new_words() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
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
COMMENT ON FUNCTION public.refuse_new_words() IS 'Refuses to change or remove a consent; lets its details go.';

CREATE TABLE public.api_keys (
    id text NOT NULL COLLATE pg_catalog."C",
    program integer,
    title text NOT NULL,
    scopes text[] NOT NULL,
    secret_hash bytea NOT NULL,
    requests_per_second integer NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone,
    revoked_at timestamp with time zone,
    replaces text COLLATE pg_catalog."C",
    CONSTRAINT api_keys_requests_per_second_check CHECK ((requests_per_second > 0)),
    CONSTRAINT api_keys_scopes_check CHECK ((cardinality(scopes) > 0))
);
COMMENT ON TABLE public.api_keys IS 'The keys that other software uses the service with.';
COMMENT ON COLUMN public.api_keys.id IS 'The public part of the key; it stands in logs and in the audit log.';
COMMENT ON COLUMN public.api_keys.program IS 'The only program that the key opens; null: every program of this deployment.';
COMMENT ON COLUMN public.api_keys.title IS 'What the key is for, in the words of whoever made it.';
COMMENT ON COLUMN public.api_keys.scopes IS 'What it may be used for: checkout, app, manager, auditor.';
COMMENT ON COLUMN public.api_keys.secret_hash IS 'SHA-256 of the secret part. The secret has 256 bits, so nothing slower is needed.';
COMMENT ON COLUMN public.api_keys.requests_per_second IS 'How many requests a second it may make of one worker, with bursts of twice as many.';
COMMENT ON COLUMN public.api_keys.created_at IS 'When it was made.';
COMMENT ON COLUMN public.api_keys.expires_at IS 'From when on it opens nothing; null: it has no end.';
COMMENT ON COLUMN public.api_keys.revoked_at IS 'When it was revoked; null: it was not.';
COMMENT ON COLUMN public.api_keys.replaces IS 'The key that it was made to replace; null: none.';

CREATE TABLE public.audit_log (
    id bigint NOT NULL,
    program integer,
    at timestamp with time zone DEFAULT now() NOT NULL,
    key text NOT NULL COLLATE pg_catalog."C",
    address text NOT NULL,
    action text NOT NULL,
    target text NOT NULL,
    before json,
    after json
);
COMMENT ON TABLE public.audit_log IS 'Every administrative act. Rows are added, never changed.';
COMMENT ON COLUMN public.audit_log.id IS 'The order.';
COMMENT ON COLUMN public.audit_log.program IS 'The program; null: the deployment as a whole.';
COMMENT ON COLUMN public.audit_log.at IS 'When it was done.';
COMMENT ON COLUMN public.audit_log.key IS 'The key that it was done with (api_keys.id), or who did it on the command line.';
COMMENT ON COLUMN public.audit_log.address IS 'The network address that it was done from; empty: this machine.';
COMMENT ON COLUMN public.audit_log.action IS 'What was done, such as key.made or version.published.';
COMMENT ON COLUMN public.audit_log.target IS 'What it was done to.';
COMMENT ON COLUMN public.audit_log.before IS 'What stood there before; null: nothing, or it is no secret to be kept here.';
COMMENT ON COLUMN public.audit_log.after IS 'What stands there now; null: nothing.';
ALTER TABLE public.audit_log ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.audit_log_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.balances (
    program integer NOT NULL,
    unit text NOT NULL COLLATE pg_catalog."C",
    account text NOT NULL COLLATE pg_catalog."C",
    stripe smallint NOT NULL,
    balance numeric(38,0) NOT NULL
);
COMMENT ON TABLE public.balances IS 'What each account holds, over all members. Kept by the database itself whenever transfers are added.';
COMMENT ON COLUMN public.balances.program IS 'The program.';
COMMENT ON COLUMN public.balances.unit IS 'The unit.';
COMMENT ON COLUMN public.balances.account IS 'The account; those of members are added up over all members.';
COMMENT ON COLUMN public.balances.stripe IS 'One of 16 parts of the balance, so that writers at the same time do not wait for each other. Add them up.';
COMMENT ON COLUMN public.balances.balance IS 'In the smallest part of the unit. Over all accounts of a unit it adds up to zero.';

CREATE TABLE public.code_batches (
    id integer NOT NULL,
    program integer NOT NULL,
    name text NOT NULL COLLATE pg_catalog."C",
    codes bigint DEFAULT 0 NOT NULL,
    uses bigint NOT NULL,
    uses_per_member bigint,
    valid_from timestamp with time zone,
    valid_until timestamp with time zone,
    prefix text DEFAULT ''::text NOT NULL COLLATE pg_catalog."C",
    length smallint,
    made_at timestamp with time zone DEFAULT now() NOT NULL,
    revoked_at timestamp with time zone,
    CONSTRAINT code_batches_check CHECK ((valid_until > valid_from)),
    CONSTRAINT code_batches_codes_check CHECK ((codes >= 0)),
    CONSTRAINT code_batches_length_check CHECK ((length > 0)),
    CONSTRAINT code_batches_uses_check CHECK ((uses > 0)),
    CONSTRAINT code_batches_uses_per_member_check CHECK ((uses_per_member > 0))
);
COMMENT ON TABLE public.code_batches IS 'Batches of codes. The program file uses the name of a batch like a code.';
COMMENT ON COLUMN public.code_batches.id IS 'Short key that the codes carry.';
COMMENT ON COLUMN public.code_batches.program IS 'The program.';
COMMENT ON COLUMN public.code_batches.name IS 'What every code of the batch stands for.';
COMMENT ON COLUMN public.code_batches.codes IS 'How many codes it has. A batch is stored whole or not at all.';
COMMENT ON COLUMN public.code_batches.uses IS 'How many baskets each code is good for, over all members.';
COMMENT ON COLUMN public.code_batches.uses_per_member IS 'How many baskets of a member all its codes are good for; null: no such limit.';
COMMENT ON COLUMN public.code_batches.valid_from IS 'From when its codes are good; null: at once.';
COMMENT ON COLUMN public.code_batches.valid_until IS 'From when they are good no more; null: for ever.';
COMMENT ON COLUMN public.code_batches.prefix IS 'What each code begins with, in capitals.';
COMMENT ON COLUMN public.code_batches.length IS 'How many signs follow, the check digit among them; null: the codes were made elsewhere.';
COMMENT ON COLUMN public.code_batches.made_at IS 'When it was stored.';
COMMENT ON COLUMN public.code_batches.revoked_at IS 'When all of its codes were revoked; null: they were not.';
ALTER TABLE public.code_batches ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.code_batches_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.codes (
    program integer NOT NULL,
    digest bytea NOT NULL,
    batch integer NOT NULL,
    member text COLLATE pg_catalog."C",
    revoked_at timestamp with time zone,
    CONSTRAINT codes_digest_check CHECK ((octet_length(digest) = 32))
);
COMMENT ON TABLE public.codes IS 'The codes of all batches. Whoever reads this table cannot show one of them at a till.';
COMMENT ON COLUMN public.codes.program IS 'The program.';
COMMENT ON COLUMN public.codes.digest IS 'SHA-256 of the code in capitals, without spaces and hyphens.';
COMMENT ON COLUMN public.codes.batch IS 'Its batch (code_batches.id).';
COMMENT ON COLUMN public.codes.member IS 'The only member for whom it is good (members.key); null: whoever shows it.';
COMMENT ON COLUMN public.codes.revoked_at IS 'When it was revoked; null: it was not.';

CREATE TABLE public.consents (
    id bigint NOT NULL,
    program integer NOT NULL,
    member bigint NOT NULL,
    purpose text NOT NULL COLLATE pg_catalog."C",
    granted boolean NOT NULL,
    at timestamp with time zone NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    text_version text NOT NULL COLLATE pg_catalog."C",
    sealed bytea
);
COMMENT ON TABLE public.consents IS 'What persons agreed to and took back. Rows are added, never changed; only their details may go.';
COMMENT ON COLUMN public.consents.id IS 'The order in which they were recorded.';
COMMENT ON COLUMN public.consents.program IS 'The program.';
COMMENT ON COLUMN public.consents.member IS 'Who said so (members.id).';
COMMENT ON COLUMN public.consents.purpose IS 'For what, such as marketing.';
COMMENT ON COLUMN public.consents.granted IS 'Whether it was given; otherwise it was taken back.';
COMMENT ON COLUMN public.consents.at IS 'When it was said.';
COMMENT ON COLUMN public.consents.recorded_at IS 'When it was recorded.';
COMMENT ON COLUMN public.consents.text_version IS 'Which text the person was shown; empty: none is known.';
COMMENT ON COLUMN public.consents.sealed IS 'Where it was said and who took it down, encrypted under the person''s key; null: dropped.';
ALTER TABLE public.consents ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.consents_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.currency_rates (
    day date NOT NULL,
    currency text NOT NULL,
    "into" text NOT NULL,
    amount bigint NOT NULL,
    per bigint NOT NULL,
    CONSTRAINT currency_rates_amount_check CHECK ((amount > 0)),
    CONSTRAINT currency_rates_per_check CHECK ((per > 0))
);
COMMENT ON TABLE public.currency_rates IS 'What other currencies are worth. Decisions keep the rate they saw, so a row may be corrected.';
COMMENT ON COLUMN public.currency_rates.day IS 'The first day on which the rate holds.';
COMMENT ON COLUMN public.currency_rates.currency IS 'The currency of a purchase.';
COMMENT ON COLUMN public.currency_rates."into" IS 'The currency of a program.';
COMMENT ON COLUMN public.currency_rates.amount IS 'Minor units of "into" per so many of "currency".';
COMMENT ON COLUMN public.currency_rates.per IS 'Minor units of "currency".';

CREATE TABLE public.emitted (
    id bigint NOT NULL,
    program integer NOT NULL,
    member bigint NOT NULL,
    seq integer NOT NULL,
    event json NOT NULL,
    returns bigint,
    delivered_at timestamp with time zone,
    refusal text
);
COMMENT ON TABLE public.emitted IS 'Events that one member''s decision sends to another member, stored with the decision. The relay delivers them.';
COMMENT ON COLUMN public.emitted.id IS 'The order.';
COMMENT ON COLUMN public.emitted.program IS 'The program.';
COMMENT ON COLUMN public.emitted.member IS 'The member whose decision it comes from (members.id).';
COMMENT ON COLUMN public.emitted.seq IS 'The journal entry that it comes from.';
COMMENT ON COLUMN public.emitted.event IS 'The event in its canonical JSON; its own id makes the delivery count once.';
COMMENT ON COLUMN public.emitted.returns IS 'For an amount that goes back to its sender: the row whose event was refused (emitted.id); null: a decision sent it.';
COMMENT ON COLUMN public.emitted.delivered_at IS 'When it was decided for the other member; null: it waits.';
COMMENT ON COLUMN public.emitted.refusal IS 'The code by which it was refused; null: it was not.';
ALTER TABLE public.emitted ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.emitted_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.erasures (
    member bigint NOT NULL,
    program integer NOT NULL,
    erased_at timestamp with time zone NOT NULL,
    reason text NOT NULL COLLATE pg_catalog."C",
    CONSTRAINT erasure_has_a_known_reason CHECK ((reason = ANY (ARRAY['asked'::text, 'inactive'::text, 'staff'::text])))
);
COMMENT ON TABLE public.erasures IS 'Persons who were erased. It says when and why, and nothing about them. Rows are added, never changed.';
COMMENT ON COLUMN public.erasures.member IS 'The member, who stays in the books (members.id).';
COMMENT ON COLUMN public.erasures.program IS 'The program.';
COMMENT ON COLUMN public.erasures.erased_at IS 'When.';
COMMENT ON COLUMN public.erasures.reason IS 'asked: the person wished it; inactive: a retention rule; staff: anything else.';

CREATE TABLE public.event_ids (
    program integer NOT NULL,
    event_id text NOT NULL COLLATE pg_catalog."C",
    member bigint NOT NULL,
    seq integer NOT NULL
);
COMMENT ON TABLE public.event_ids IS 'Where each event id is journaled. It makes every event count exactly once, for as long as the ledger is kept.';
COMMENT ON COLUMN public.event_ids.program IS 'Ids are unique within a program.';
COMMENT ON COLUMN public.event_ids.event_id IS 'The id that the source gave the event.';
COMMENT ON COLUMN public.event_ids.member IS 'The member (members.id).';
COMMENT ON COLUMN public.event_ids.seq IS 'The entry of the member''s journal.';

CREATE TABLE public.identities (
    id bigint NOT NULL,
    program integer NOT NULL,
    member bigint NOT NULL,
    kind text NOT NULL COLLATE pg_catalog."C",
    hash bytea NOT NULL,
    sealed bytea NOT NULL,
    added_at timestamp with time zone NOT NULL
);
COMMENT ON TABLE public.identities IS 'What a person shows to be recognised: a card, an e-mail, a phone.';
COMMENT ON COLUMN public.identities.id IS 'Short key that the moves name.';
COMMENT ON COLUMN public.identities.program IS 'The program.';
COMMENT ON COLUMN public.identities.member IS 'Whose it is (members.id).';
COMMENT ON COLUMN public.identities.kind IS 'Such as card, email, phone, external.';
COMMENT ON COLUMN public.identities.hash IS 'HMAC-SHA-256 of program, kind and value, under a key that is derived from the secret key of this deployment.';
COMMENT ON COLUMN public.identities.sealed IS 'The value, encrypted under the person''s key.';
COMMENT ON COLUMN public.identities.added_at IS 'When it was added.';
ALTER TABLE public.identities ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.identities_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.identity_moves (
    id bigint NOT NULL,
    program integer NOT NULL,
    identity bigint NOT NULL,
    kind text NOT NULL COLLATE pg_catalog."C",
    member bigint NOT NULL,
    target bigint NOT NULL,
    moved_at timestamp with time zone NOT NULL,
    merge bigint,
    undone boolean DEFAULT false NOT NULL
);
COMMENT ON TABLE public.identity_moves IS 'Identities that went from one member to another. It holds no value and no hash.';
COMMENT ON COLUMN public.identity_moves.id IS 'The order.';
COMMENT ON COLUMN public.identity_moves.program IS 'The program.';
COMMENT ON COLUMN public.identity_moves.identity IS 'The identity (identities.id), which may be gone since.';
COMMENT ON COLUMN public.identity_moves.kind IS 'Its kind.';
COMMENT ON COLUMN public.identity_moves.member IS 'Who had it (members.id).';
COMMENT ON COLUMN public.identity_moves.target IS 'Who got it (members.id).';
COMMENT ON COLUMN public.identity_moves.moved_at IS 'When.';
COMMENT ON COLUMN public.identity_moves.merge IS 'The merge that took it along or brought it back; null: it was moved by itself.';
COMMENT ON COLUMN public.identity_moves.undone IS 'Whether it brought back what a merge had taken along.';
ALTER TABLE public.identity_moves ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.identity_moves_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.journal (
    member bigint NOT NULL,
    seq integer NOT NULL,
    event_id text NOT NULL COLLATE pg_catalog."C",
    kind text NOT NULL,
    at timestamp with time zone NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    version integer NOT NULL,
    content json NOT NULL,
    content_hash bytea NOT NULL,
    facts json,
    outcome json NOT NULL,
    CONSTRAINT journal_seq_check CHECK ((seq > 0))
);
COMMENT ON TABLE public.journal IS 'Every event with its decision, member by member. Rows are added, never changed.';
COMMENT ON COLUMN public.journal.member IS 'The member (members.id).';
COMMENT ON COLUMN public.journal.seq IS 'Counts the entries of the member from 1.';
COMMENT ON COLUMN public.journal.event_id IS 'The id that the source gave the event.';
COMMENT ON COLUMN public.journal.kind IS 'What happened: enrol, purchase, return and so on, as in the event.';
COMMENT ON COLUMN public.journal.at IS 'When it happened.';
COMMENT ON COLUMN public.journal.recorded_at IS 'When it was recorded.';
COMMENT ON COLUMN public.journal.version IS 'The program version that decided; 0 where none was in force.';
COMMENT ON COLUMN public.journal.content IS 'The event in its canonical JSON.';
COMMENT ON COLUMN public.journal.content_hash IS 'BLAKE2b-128 of content.';
COMMENT ON COLUMN public.journal.facts IS 'What the decision was told about shared limits; null: it needed nothing.';
COMMENT ON COLUMN public.journal.outcome IS 'The effects, or the refusal.';

CREATE TABLE public.limit_additions (
    program integer NOT NULL,
    name text NOT NULL COLLATE pg_catalog."C",
    number integer NOT NULL,
    amount bigint NOT NULL,
    reason text DEFAULT ''::text NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT limit_additions_amount_check CHECK ((amount <> 0)),
    CONSTRAINT limit_additions_number_check CHECK ((number > 0))
);
COMMENT ON TABLE public.limit_additions IS 'What was added to shared limits by hand, one by one. Rows are added, never changed.';
COMMENT ON COLUMN public.limit_additions.program IS 'The program.';
COMMENT ON COLUMN public.limit_additions.name IS 'The limit.';
COMMENT ON COLUMN public.limit_additions.number IS 'Counts the additions to the limit from 1.';
COMMENT ON COLUMN public.limit_additions.amount IS 'The smallest part of the unit, or pieces; below zero: taken away.';
COMMENT ON COLUMN public.limit_additions.reason IS 'Why, in words; may be empty.';
COMMENT ON COLUMN public.limit_additions.at IS 'When it was added.';

CREATE TABLE public.limits (
    program integer NOT NULL,
    name text NOT NULL COLLATE pg_catalog."C",
    allowed bigint DEFAULT 0 NOT NULL,
    used bigint DEFAULT 0 NOT NULL,
    added bigint DEFAULT 0 NOT NULL,
    CONSTRAINT limit_is_kept CHECK (((used >= 0) AND (used <= (allowed + added))))
);
COMMENT ON TABLE public.limits IS 'Limits that members share: budgets of mechanics, stock of rewards.';
COMMENT ON COLUMN public.limits.program IS 'The program.';
COMMENT ON COLUMN public.limits.name IS 'The mechanic, or "stock:" and the reward, or "cap:" and the cap that mechanics share.';
COMMENT ON COLUMN public.limits.allowed IS 'How much there was when some was last taken, by the version in force then; before that, by the version that declared it. The smallest part of the unit, or pieces.';
COMMENT ON COLUMN public.limits.used IS 'How much is used. Taken, or given back by a hold, in the transaction that stores the decision.';
COMMENT ON COLUMN public.limits.added IS 'How much was added to it by hand, on top of what versions allow; below zero: taken away.';

CREATE TABLE public.members (
    id bigint NOT NULL,
    program integer NOT NULL,
    key text NOT NULL COLLATE pg_catalog."C",
    seq integer DEFAULT 0 NOT NULL,
    state json DEFAULT '{}'::json NOT NULL,
    next_due_at timestamp with time zone,
    CONSTRAINT members_seq_check CHECK ((seq >= 0))
)
WITH (fillfactor='60');
COMMENT ON TABLE public.members IS 'One row a member: the state that folding the member''s journal leads to.';
COMMENT ON COLUMN public.members.id IS 'Short key that the hot tables lead with. Rows are locked in the order of it.';
COMMENT ON COLUMN public.members.program IS 'The program that the member belongs to.';
COMMENT ON COLUMN public.members.key IS 'The id by which events name the member. Never a name, an e-mail or a phone number.';
COMMENT ON COLUMN public.members.seq IS 'How many journal entries the member has.';
COMMENT ON COLUMN public.members.state IS 'The state after the last entry, in its canonical JSON.';
COMMENT ON COLUMN public.members.next_due_at IS 'Not later than when time alone next changes something; null: never. The clock looks here.';
ALTER TABLE public.members ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.members_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.migrations (
    number integer NOT NULL,
    name text NOT NULL,
    checksum text NOT NULL,
    kind text NOT NULL,
    safe_from text,
    applied_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT migrations_kind_check CHECK ((kind = ANY (ARRAY['expand'::text, 'contract'::text])))
);
COMMENT ON TABLE public.migrations IS 'The migrations that were applied to this database.';
COMMENT ON COLUMN public.migrations.number IS 'The number that the file name starts with.';
COMMENT ON COLUMN public.migrations.name IS 'The file name.';
COMMENT ON COLUMN public.migrations.checksum IS 'SHA-256 of the file as it was applied.';
COMMENT ON COLUMN public.migrations.kind IS 'expand: it only adds. contract: it takes away what older versions need.';
COMMENT ON COLUMN public.migrations.safe_from IS 'The first version that can work after a contract; null: those that know it.';
COMMENT ON COLUMN public.migrations.applied_at IS 'When it was applied.';

CREATE TABLE public.outbox (
    id bigint NOT NULL,
    program integer NOT NULL,
    member bigint NOT NULL,
    seq integer NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL
);
COMMENT ON TABLE public.outbox IS 'Journal entries that the world outside has yet to hear of, stored with the decision. The sequencer moves them to the stream.';
COMMENT ON COLUMN public.outbox.id IS 'The order within a member. Between members it is not the order of commits.';
COMMENT ON COLUMN public.outbox.program IS 'The program.';
COMMENT ON COLUMN public.outbox.member IS 'The member (members.id).';
COMMENT ON COLUMN public.outbox.seq IS 'The journal entry.';
COMMENT ON COLUMN public.outbox.recorded_at IS 'When it was recorded.';
ALTER TABLE public.outbox ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.outbox_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.person_keys (
    member bigint NOT NULL,
    program integer NOT NULL,
    wrapped bytea NOT NULL,
    made_at timestamp with time zone DEFAULT now() NOT NULL
);
COMMENT ON TABLE public.person_keys IS 'The key of each person. Without its row nothing that is sealed for the person can be read again.';
COMMENT ON COLUMN public.person_keys.member IS 'Whose key it is (members.id).';
COMMENT ON COLUMN public.person_keys.program IS 'The program.';
COMMENT ON COLUMN public.person_keys.wrapped IS 'The key, encrypted under the secret key of this deployment, after the mark of that key.';
COMMENT ON COLUMN public.person_keys.made_at IS 'When it was made.';

CREATE TABLE public.person_merges (
    id bigint NOT NULL,
    program integer NOT NULL,
    member bigint NOT NULL,
    target bigint NOT NULL,
    merged_at timestamp with time zone NOT NULL,
    undone_at timestamp with time zone,
    CONSTRAINT person_merge_joins_two CHECK ((member <> target))
);
COMMENT ON TABLE public.person_merges IS 'Members who were found to be one person.';
COMMENT ON COLUMN public.person_merges.id IS 'The order.';
COMMENT ON COLUMN public.person_merges.program IS 'The program.';
COMMENT ON COLUMN public.person_merges.member IS 'The member who went (members.id).';
COMMENT ON COLUMN public.person_merges.target IS 'The member who stays (members.id).';
COMMENT ON COLUMN public.person_merges.merged_at IS 'When.';
COMMENT ON COLUMN public.person_merges.undone_at IS 'When it was taken back; null: it holds.';
ALTER TABLE public.person_merges ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.person_merges_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.profiles (
    member bigint NOT NULL,
    program integer NOT NULL,
    sealed bytea NOT NULL,
    changed_at timestamp with time zone DEFAULT now() NOT NULL
);
COMMENT ON TABLE public.profiles IS 'Name, address, date of birth and what else is known of a person.';
COMMENT ON COLUMN public.profiles.member IS 'Whose profile it is (members.id).';
COMMENT ON COLUMN public.profiles.program IS 'The program.';
COMMENT ON COLUMN public.profiles.sealed IS 'The profile, encrypted under the person''s key.';
COMMENT ON COLUMN public.profiles.changed_at IS 'When it was last changed.';

CREATE TABLE public.program_versions (
    program integer NOT NULL,
    number integer NOT NULL,
    starts_at timestamp with time zone NOT NULL,
    source text NOT NULL,
    published_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT program_versions_number_check CHECK ((number > 0))
);
COMMENT ON TABLE public.program_versions IS 'Every version of a program that was published. A version never changes.';
COMMENT ON COLUMN public.program_versions.program IS 'The program.';
COMMENT ON COLUMN public.program_versions.number IS 'Counts the versions of the program from 1.';
COMMENT ON COLUMN public.program_versions.starts_at IS 'From when it is in force: the start of effective_from in the time zone of the program.';
COMMENT ON COLUMN public.program_versions.source IS 'The program file as it was published.';
COMMENT ON COLUMN public.program_versions.published_at IS 'When it was published.';

CREATE TABLE public.programs (
    id integer NOT NULL,
    name text NOT NULL
);
COMMENT ON TABLE public.programs IS 'One row a program (a brand). Everything else belongs to a program.';
COMMENT ON COLUMN public.programs.id IS 'Short key that the hot tables carry.';
COMMENT ON COLUMN public.programs.name IS 'The name under "program:" in the program file.';
ALTER TABLE public.programs ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.programs_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.retention_rules (
    program integer NOT NULL,
    inactive_months integer,
    withdrawn_years integer,
    CONSTRAINT retention_rules_inactive_months_check CHECK ((inactive_months > 0)),
    CONSTRAINT retention_rules_withdrawn_years_check CHECK ((withdrawn_years > 0))
);
COMMENT ON TABLE public.retention_rules IS 'How long a program keeps what it knows of persons.';
COMMENT ON COLUMN public.retention_rules.program IS 'The program.';
COMMENT ON COLUMN public.retention_rules.inactive_months IS 'A person is erased after so many months without activity; null: never.';
COMMENT ON COLUMN public.retention_rules.withdrawn_years IS 'The details of consents go so many years after they were taken back; null: never.';

CREATE TABLE public.seeds (
    program integer NOT NULL,
    commitment text NOT NULL COLLATE pg_catalog."C",
    game text NOT NULL COLLATE pg_catalog."C",
    seed text NOT NULL,
    added_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT seed_fits_its_commitment CHECK ((encode(sha256(convert_to(seed, 'UTF8'::name)), 'hex'::text) = commitment)),
    CONSTRAINT seeds_commitment_check CHECK ((commitment ~ '^[0-9a-f]{64}$'::text))
);
COMMENT ON TABLE public.seeds IS 'The secret seeds of games. Whoever reads this table knows where wheels will stop.';
COMMENT ON COLUMN public.seeds.program IS 'The program.';
COMMENT ON COLUMN public.seeds.commitment IS 'The SHA-256 of the seed, as the program file has it.';
COMMENT ON COLUMN public.seeds.game IS 'The game that it was added for.';
COMMENT ON COLUMN public.seeds.seed IS 'The seed.';
COMMENT ON COLUMN public.seeds.added_at IS 'When it was added.';

CREATE TABLE public.stream (
    program integer NOT NULL,
    "position" bigint NOT NULL,
    member bigint NOT NULL,
    seq integer NOT NULL,
    told_at timestamp with time zone NOT NULL
);
COMMENT ON TABLE public.stream IS 'The journal entries that the world outside is told of, in one order. What is told of them stands in the journal.';
COMMENT ON COLUMN public.stream.program IS 'The program.';
COMMENT ON COLUMN public.stream."position" IS 'Counts the changes of the program from 1 without a gap. Whoever has seen a position has seen all below it.';
COMMENT ON COLUMN public.stream.member IS 'The member (members.id). A member''s entries stand here in the order of the journal.';
COMMENT ON COLUMN public.stream.seq IS 'The journal entry.';
COMMENT ON COLUMN public.stream.told_at IS 'When it got its position. Never earlier than that of a lower position.';

CREATE TABLE public.stream_heads (
    program integer NOT NULL,
    "position" bigint NOT NULL,
    trimmed bigint DEFAULT 0 NOT NULL,
    CONSTRAINT trimmed_is_behind_the_head CHECK ((trimmed <= "position"))
);
COMMENT ON TABLE public.stream_heads IS 'How far each stream has come.';
COMMENT ON COLUMN public.stream_heads.program IS 'The program.';
COMMENT ON COLUMN public.stream_heads."position" IS 'The last position that was given out.';
COMMENT ON COLUMN public.stream_heads.trimmed IS 'Positions up to this one are gone from the stream; the journal keeps the entries. 0: none is gone.';

CREATE TABLE public.stream_readers (
    program integer NOT NULL,
    name text NOT NULL COLLATE pg_catalog."C",
    "position" bigint NOT NULL,
    moved_at timestamp with time zone DEFAULT now() NOT NULL
);
COMMENT ON TABLE public.stream_readers IS 'Readers of the stream whose place the database keeps, such as a broker. The stream is not trimmed before them.';
COMMENT ON COLUMN public.stream_readers.program IS 'The program.';
COMMENT ON COLUMN public.stream_readers.name IS 'The reader: nats or kafka.';
COMMENT ON COLUMN public.stream_readers."position" IS 'The last position that it has passed on.';
COMMENT ON COLUMN public.stream_readers.moved_at IS 'When it last moved.';

CREATE TABLE public.studies (
    id bigint NOT NULL,
    program integer NOT NULL,
    question json NOT NULL,
    asked_at timestamp with time zone DEFAULT now() NOT NULL,
    begun_at timestamp with time zone,
    tries integer DEFAULT 0 NOT NULL,
    ended_at timestamp with time zone,
    answer json,
    problem text,
    progress json,
    CONSTRAINT study_ends_with_an_answer_or_a_problem CHECK ((((ended_at IS NULL) = ((answer IS NULL) AND (problem IS NULL))) AND ((answer IS NULL) OR (problem IS NULL))))
);
COMMENT ON TABLE public.studies IS 'Questions that the works answer in a process of their own. They read the ledger and never write to it.';
COMMENT ON COLUMN public.studies.id IS 'Its number.';
COMMENT ON COLUMN public.studies.program IS 'The program that is asked about.';
COMMENT ON COLUMN public.studies.question IS 'The question in its JSON; its kind (figures, segments, roll-forward, signals, simulation) says what is asked.';
COMMENT ON COLUMN public.studies.asked_at IS 'When it was asked.';
COMMENT ON COLUMN public.studies.begun_at IS 'When it was last begun; null: it waits.';
COMMENT ON COLUMN public.studies.tries IS 'How often it was begun and not put back: a process that dies in it is tried again, a few times.';
COMMENT ON COLUMN public.studies.ended_at IS 'When it ended; null: it waits or runs.';
COMMENT ON COLUMN public.studies.answer IS 'The answer, as the command of the same name prints it with --json; null: there is none.';
COMMENT ON COLUMN public.studies.problem IS 'Why there is no answer; null: there is one, or it has not ended.';
COMMENT ON COLUMN public.studies.progress IS 'What is being done and how much of it is through, told about once a second; null: it does not run, or nothing is told yet.';
ALTER TABLE public.studies ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.studies_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.transfers (
    member bigint NOT NULL,
    seq integer NOT NULL,
    number integer NOT NULL,
    program integer NOT NULL,
    unit text NOT NULL COLLATE pg_catalog."C",
    source text NOT NULL COLLATE pg_catalog."C",
    target text NOT NULL COLLATE pg_catalog."C",
    amount bigint NOT NULL,
    reason text NOT NULL COLLATE pg_catalog."C",
    CONSTRAINT transfer_joins_two_accounts CHECK ((source <> target)),
    CONSTRAINT transfer_leaves_a_known_account CHECK (((source = ANY (ARRAY['available'::text, 'pending'::text, 'held'::text, 'debt'::text, 'issued'::text, 'redeemed'::text, 'expired'::text, 'reversed'::text, 'converted'::text, 'in_transit'::text])) OR (source ~ '^(cause|partner):.'::text))),
    CONSTRAINT transfer_moves_an_amount CHECK ((amount > 0)),
    CONSTRAINT transfer_reaches_a_known_account CHECK (((target = ANY (ARRAY['available'::text, 'pending'::text, 'held'::text, 'debt'::text, 'issued'::text, 'redeemed'::text, 'expired'::text, 'reversed'::text, 'converted'::text, 'in_transit'::text])) OR (target ~ '^(cause|partner):.'::text)))
);
COMMENT ON TABLE public.transfers IS 'Double entry: an amount of one unit leaves one account and reaches another. Rows are added, never changed.';
COMMENT ON COLUMN public.transfers.member IS 'The member whose journal entry moves it; the accounts available, pending, held and debt are this member''s.';
COMMENT ON COLUMN public.transfers.seq IS 'The journal entry.';
COMMENT ON COLUMN public.transfers.number IS 'Counts the transfers of the entry from 1.';
COMMENT ON COLUMN public.transfers.program IS 'The program.';
COMMENT ON COLUMN public.transfers.unit IS 'The unit that moves.';
COMMENT ON COLUMN public.transfers.source IS 'The account that it leaves.';
COMMENT ON COLUMN public.transfers.target IS 'The account that it reaches.';
COMMENT ON COLUMN public.transfers.amount IS 'In the smallest part of the unit.';
COMMENT ON COLUMN public.transfers.reason IS 'The mechanic, reward or rule behind it.';

CREATE TABLE public.webhook_deliveries (
    id bigint NOT NULL,
    webhook bigint NOT NULL,
    program integer NOT NULL,
    change_id text NOT NULL COLLATE pg_catalog."C",
    type text NOT NULL,
    "position" bigint NOT NULL,
    tried_at timestamp with time zone NOT NULL,
    took_ms integer NOT NULL,
    status integer,
    error text DEFAULT ''::text NOT NULL,
    answer text DEFAULT ''::text NOT NULL
);
COMMENT ON TABLE public.webhook_deliveries IS 'Every try to deliver a change to a webhook. Dropped after the retention.';
COMMENT ON COLUMN public.webhook_deliveries.id IS 'The order.';
COMMENT ON COLUMN public.webhook_deliveries.webhook IS 'The webhook (webhooks.id).';
COMMENT ON COLUMN public.webhook_deliveries.program IS 'The program.';
COMMENT ON COLUMN public.webhook_deliveries.change_id IS 'The id of the change, which is the webhook-id header.';
COMMENT ON COLUMN public.webhook_deliveries.type IS 'The type of the change.';
COMMENT ON COLUMN public.webhook_deliveries."position" IS 'The position in the stream.';
COMMENT ON COLUMN public.webhook_deliveries.tried_at IS 'When it was tried.';
COMMENT ON COLUMN public.webhook_deliveries.took_ms IS 'How long it took, in milliseconds.';
COMMENT ON COLUMN public.webhook_deliveries.status IS 'The HTTP status of the answer; null: there was none.';
COMMENT ON COLUMN public.webhook_deliveries.error IS 'Why it failed; empty: it was delivered.';
COMMENT ON COLUMN public.webhook_deliveries.answer IS 'The beginning of the answer.';
ALTER TABLE public.webhook_deliveries ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.webhook_deliveries_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.webhook_waiting (
    webhook bigint NOT NULL,
    "position" bigint NOT NULL,
    number integer NOT NULL,
    program integer NOT NULL,
    member bigint NOT NULL,
    seq integer NOT NULL,
    tries integer DEFAULT 0 NOT NULL,
    due_at timestamp with time zone,
    died_at timestamp with time zone,
    last_error text DEFAULT ''::text NOT NULL
);
COMMENT ON TABLE public.webhook_waiting IS 'Changes that a webhook has not taken yet: the first of each member waits for its next try and holds back the others.';
COMMENT ON COLUMN public.webhook_waiting.webhook IS 'The webhook (webhooks.id).';
COMMENT ON COLUMN public.webhook_waiting."position" IS 'The position in the stream.';
COMMENT ON COLUMN public.webhook_waiting.number IS 'Which of the changes of that entry: 0 is the entry itself, then its news.';
COMMENT ON COLUMN public.webhook_waiting.program IS 'The program.';
COMMENT ON COLUMN public.webhook_waiting.member IS 'The member (members.id).';
COMMENT ON COLUMN public.webhook_waiting.seq IS 'The journal entry.';
COMMENT ON COLUMN public.webhook_waiting.tries IS 'How often it was tried.';
COMMENT ON COLUMN public.webhook_waiting.due_at IS 'When it is tried next; null: an earlier change of the same member holds it back.';
COMMENT ON COLUMN public.webhook_waiting.died_at IS 'When it was given up; null: it is still to be delivered.';
COMMENT ON COLUMN public.webhook_waiting.last_error IS 'How the last try failed.';

CREATE TABLE public.webhooks (
    id bigint NOT NULL,
    program integer NOT NULL,
    url text NOT NULL,
    types text[] NOT NULL,
    description text DEFAULT ''::text NOT NULL,
    secret bytea NOT NULL,
    former_secret bytea,
    former_until timestamp with time zone,
    enabled boolean DEFAULT true NOT NULL,
    disabled_because text DEFAULT ''::text NOT NULL,
    "position" bigint NOT NULL,
    failures integer DEFAULT 0 NOT NULL,
    paused_until timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() NOT NULL
);
COMMENT ON TABLE public.webhooks IS 'Addresses that are told of changes.';
COMMENT ON COLUMN public.webhooks.id IS 'Its number.';
COMMENT ON COLUMN public.webhooks.program IS 'The program whose changes it is told.';
COMMENT ON COLUMN public.webhooks.url IS 'Where changes are sent.';
COMMENT ON COLUMN public.webhooks.types IS 'The types of changes that it wants, such as guerdon.purchase or guerdon.member.*.';
COMMENT ON COLUMN public.webhooks.description IS 'What it is for, in the words of whoever added it.';
COMMENT ON COLUMN public.webhooks.secret IS 'What deliveries are signed with, encrypted.';
COMMENT ON COLUMN public.webhooks.former_secret IS 'The secret before the last rotation, encrypted; null: none.';
COMMENT ON COLUMN public.webhooks.former_until IS 'Until when deliveries are signed with the former secret too.';
COMMENT ON COLUMN public.webhooks.enabled IS 'Whether anything is sent there.';
COMMENT ON COLUMN public.webhooks.disabled_because IS 'Why nothing is sent there; empty: it is enabled.';
COMMENT ON COLUMN public.webhooks."position" IS 'Up to here the stream was delivered or put among what waits.';
COMMENT ON COLUMN public.webhooks.failures IS 'How many rounds in a row brought nothing but failures.';
COMMENT ON COLUMN public.webhooks.paused_until IS 'Nothing is sent there until then; null: it is not paused.';
COMMENT ON COLUMN public.webhooks.created_at IS 'When it was added.';
ALTER TABLE public.webhooks ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.webhooks_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
ALTER TABLE ONLY public.api_keys
    ADD CONSTRAINT api_keys_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.audit_log
    ADD CONSTRAINT audit_log_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.balances
    ADD CONSTRAINT balances_pkey PRIMARY KEY (program, unit, account, stripe);
ALTER TABLE ONLY public.code_batches
    ADD CONSTRAINT code_batches_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.code_batches
    ADD CONSTRAINT code_batches_program_name_key UNIQUE (program, name);
ALTER TABLE ONLY public.codes
    ADD CONSTRAINT codes_pkey PRIMARY KEY (program, digest);
ALTER TABLE ONLY public.consents
    ADD CONSTRAINT consents_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.currency_rates
    ADD CONSTRAINT currency_rates_pkey PRIMARY KEY (currency, "into", day);
ALTER TABLE ONLY public.emitted
    ADD CONSTRAINT emitted_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.emitted
    ADD CONSTRAINT emitted_returns_key UNIQUE (returns);
ALTER TABLE ONLY public.erasures
    ADD CONSTRAINT erasures_pkey PRIMARY KEY (member);
ALTER TABLE ONLY public.event_ids
    ADD CONSTRAINT event_ids_pkey PRIMARY KEY (program, event_id);
ALTER TABLE ONLY public.identities
    ADD CONSTRAINT identities_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.identities
    ADD CONSTRAINT identity_belongs_to_one_member UNIQUE (program, kind, hash);
ALTER TABLE ONLY public.identity_moves
    ADD CONSTRAINT identity_moves_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.journal
    ADD CONSTRAINT journal_pkey PRIMARY KEY (member, seq);
ALTER TABLE ONLY public.limit_additions
    ADD CONSTRAINT limit_additions_pkey PRIMARY KEY (program, name, number);
ALTER TABLE ONLY public.limits
    ADD CONSTRAINT limits_pkey PRIMARY KEY (program, name);
ALTER TABLE ONLY public.members
    ADD CONSTRAINT members_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.members
    ADD CONSTRAINT members_program_key_key UNIQUE (program, key);
ALTER TABLE ONLY public.migrations
    ADD CONSTRAINT migrations_pkey PRIMARY KEY (number);
ALTER TABLE ONLY public.outbox
    ADD CONSTRAINT outbox_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.person_keys
    ADD CONSTRAINT person_keys_pkey PRIMARY KEY (member);
ALTER TABLE ONLY public.person_merges
    ADD CONSTRAINT person_merges_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.profiles
    ADD CONSTRAINT profiles_pkey PRIMARY KEY (member);
ALTER TABLE ONLY public.program_versions
    ADD CONSTRAINT program_versions_pkey PRIMARY KEY (program, number);
ALTER TABLE ONLY public.programs
    ADD CONSTRAINT programs_name_key UNIQUE (name);
ALTER TABLE ONLY public.programs
    ADD CONSTRAINT programs_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.retention_rules
    ADD CONSTRAINT retention_rules_pkey PRIMARY KEY (program);
ALTER TABLE ONLY public.seeds
    ADD CONSTRAINT seeds_pkey PRIMARY KEY (program, commitment);
ALTER TABLE ONLY public.stream_heads
    ADD CONSTRAINT stream_heads_pkey PRIMARY KEY (program);
ALTER TABLE ONLY public.stream
    ADD CONSTRAINT stream_pkey PRIMARY KEY (program, "position");
ALTER TABLE ONLY public.stream_readers
    ADD CONSTRAINT stream_readers_pkey PRIMARY KEY (program, name);
ALTER TABLE ONLY public.studies
    ADD CONSTRAINT studies_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.transfers
    ADD CONSTRAINT transfers_pkey PRIMARY KEY (member, seq, number);
ALTER TABLE ONLY public.webhook_deliveries
    ADD CONSTRAINT webhook_deliveries_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.webhook_waiting
    ADD CONSTRAINT webhook_waiting_pkey PRIMARY KEY (webhook, "position", number);
ALTER TABLE ONLY public.webhooks
    ADD CONSTRAINT webhooks_pkey PRIMARY KEY (id);
CREATE INDEX audit_log_of_program ON public.audit_log USING btree (program, id);
CREATE INDEX consents_of_member ON public.consents USING btree (member, purpose, at, id);
CREATE INDEX emitted_waiting ON public.emitted USING btree (program, id) WHERE (delivered_at IS NULL);
CREATE INDEX identities_of_member ON public.identities USING btree (member);
CREATE INDEX identity_moves_from ON public.identity_moves USING btree (member);
CREATE INDEX identity_moves_to ON public.identity_moves USING btree (target);
CREATE INDEX journal_at ON public.journal USING brin (at) WITH (autosummarize='on');
CREATE INDEX members_due ON public.members USING btree (program, next_due_at, id) WHERE (next_due_at IS NOT NULL);
CREATE UNIQUE INDEX person_merged_once ON public.person_merges USING btree (member) WHERE (undone_at IS NULL);
CREATE INDEX person_merges_into ON public.person_merges USING btree (target) WHERE (undone_at IS NULL);
CREATE INDEX stream_told_at ON public.stream USING btree (program, told_at);
CREATE INDEX studies_by_program ON public.studies USING btree (program, id);
CREATE INDEX studies_waiting ON public.studies USING btree (id) WHERE (ended_at IS NULL);
CREATE INDEX webhook_deliveries_by_webhook ON public.webhook_deliveries USING btree (webhook, id);
CREATE INDEX webhook_deliveries_tried_at ON public.webhook_deliveries USING brin (tried_at);
CREATE INDEX webhook_waiting_by_member ON public.webhook_waiting USING btree (webhook, member, "position", number) WHERE (died_at IS NULL);
CREATE INDEX webhook_waiting_due ON public.webhook_waiting USING btree (webhook, due_at) WHERE ((died_at IS NULL) AND (due_at IS NOT NULL));
CREATE INDEX webhooks_by_program ON public.webhooks USING btree (program, id);
CREATE CONSTRAINT TRIGGER accounts_of_a_unit_sum_to_zero AFTER INSERT OR DELETE OR UPDATE ON public.balances DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.refuse_imbalance();
CREATE TRIGGER audit_log_grows_by_addition BEFORE DELETE OR UPDATE ON public.audit_log FOR EACH ROW EXECUTE FUNCTION public.refuse_change();
CREATE TRIGGER audit_log_is_never_emptied BEFORE TRUNCATE ON public.audit_log FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
CREATE TRIGGER consents_are_never_emptied BEFORE TRUNCATE ON public.consents FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
CREATE TRIGGER consents_grow_by_addition BEFORE DELETE OR UPDATE ON public.consents FOR EACH ROW EXECUTE FUNCTION public.refuse_new_words();
CREATE TRIGGER emitted_events_are_never_emptied BEFORE TRUNCATE ON public.emitted FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
CREATE TRIGGER emitted_events_never_change BEFORE DELETE OR UPDATE OF id, program, member, seq, event, returns ON public.emitted FOR EACH ROW EXECUTE FUNCTION public.refuse_change();
CREATE TRIGGER erasures_are_never_emptied BEFORE TRUNCATE ON public.erasures FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
CREATE TRIGGER erasures_grow_by_addition BEFORE DELETE OR UPDATE ON public.erasures FOR EACH ROW EXECUTE FUNCTION public.refuse_change();
CREATE TRIGGER event_ids_grow_by_addition BEFORE DELETE OR UPDATE ON public.event_ids FOR EACH ROW EXECUTE FUNCTION public.refuse_change();
CREATE TRIGGER journal_grows_by_addition BEFORE DELETE OR UPDATE ON public.journal FOR EACH ROW EXECUTE FUNCTION public.refuse_change();
CREATE TRIGGER journal_is_never_emptied BEFORE TRUNCATE ON public.journal FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
CREATE TRIGGER limit_additions_grow_by_addition BEFORE DELETE OR UPDATE ON public.limit_additions FOR EACH ROW EXECUTE FUNCTION public.refuse_change();
CREATE TRIGGER transfers_are_never_emptied BEFORE TRUNCATE ON public.transfers FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
CREATE TRIGGER transfers_grow_by_addition BEFORE DELETE OR UPDATE ON public.transfers FOR EACH ROW EXECUTE FUNCTION public.refuse_change();
CREATE TRIGGER transfers_move_balances AFTER INSERT ON public.transfers REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION public.move_balances();
CREATE TRIGGER versions_never_change BEFORE DELETE OR UPDATE ON public.program_versions FOR EACH ROW EXECUTE FUNCTION public.refuse_change();
ALTER TABLE ONLY public.api_keys
    ADD CONSTRAINT api_keys_program_fkey FOREIGN KEY (program) REFERENCES public.programs(id);
ALTER TABLE ONLY public.api_keys
    ADD CONSTRAINT api_keys_replaces_fkey FOREIGN KEY (replaces) REFERENCES public.api_keys(id);
ALTER TABLE ONLY public.audit_log
    ADD CONSTRAINT audit_log_program_fkey FOREIGN KEY (program) REFERENCES public.programs(id);
ALTER TABLE ONLY public.code_batches
    ADD CONSTRAINT code_batches_program_fkey FOREIGN KEY (program) REFERENCES public.programs(id);
ALTER TABLE ONLY public.limit_additions
    ADD CONSTRAINT limit_additions_program_name_fkey FOREIGN KEY (program, name) REFERENCES public.limits(program, name);
ALTER TABLE ONLY public.limits
    ADD CONSTRAINT limits_program_fkey FOREIGN KEY (program) REFERENCES public.programs(id);
ALTER TABLE ONLY public.members
    ADD CONSTRAINT members_program_fkey FOREIGN KEY (program) REFERENCES public.programs(id);
ALTER TABLE ONLY public.program_versions
    ADD CONSTRAINT program_versions_program_fkey FOREIGN KEY (program) REFERENCES public.programs(id);
ALTER TABLE ONLY public.retention_rules
    ADD CONSTRAINT retention_rules_program_fkey FOREIGN KEY (program) REFERENCES public.programs(id);
ALTER TABLE ONLY public.seeds
    ADD CONSTRAINT seeds_program_fkey FOREIGN KEY (program) REFERENCES public.programs(id);
ALTER TABLE ONLY public.studies
    ADD CONSTRAINT studies_program_fkey FOREIGN KEY (program) REFERENCES public.programs(id);
ALTER TABLE public.api_keys ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.audit_log ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.balances ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.code_batches ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.codes ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.consents ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.emitted ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.erasures ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.event_ids ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.identities ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.identity_moves ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.journal ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.limit_additions ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.limits ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.members ENABLE ROW LEVEL SECURITY;
CREATE POLICY one_program ON public.api_keys TO guerdon_program USING ((program = ( SELECT public.acting_program() AS acting_program)));
CREATE POLICY one_program ON public.audit_log TO guerdon_program USING ((program = ( SELECT public.acting_program() AS acting_program)));
CREATE POLICY one_program ON public.balances TO guerdon_program USING ((program = ( SELECT public.acting_program() AS acting_program)));
CREATE POLICY one_program ON public.code_batches TO guerdon_program USING ((program = (NULLIF(current_setting('guerdon.program'::text, true), ''::text))::integer));
CREATE POLICY one_program ON public.codes TO guerdon_program USING ((program = (NULLIF(current_setting('guerdon.program'::text, true), ''::text))::integer));
CREATE POLICY one_program ON public.consents TO guerdon_program USING ((program = ( SELECT public.acting_program() AS acting_program)));
CREATE POLICY one_program ON public.emitted TO guerdon_program USING ((program = ( SELECT public.acting_program() AS acting_program)));
CREATE POLICY one_program ON public.erasures TO guerdon_program USING ((program = ( SELECT public.acting_program() AS acting_program)));
CREATE POLICY one_program ON public.event_ids TO guerdon_program USING ((program = ( SELECT public.acting_program() AS acting_program)));
CREATE POLICY one_program ON public.identities TO guerdon_program USING ((program = ( SELECT public.acting_program() AS acting_program)));
CREATE POLICY one_program ON public.identity_moves TO guerdon_program USING ((program = ( SELECT public.acting_program() AS acting_program)));
CREATE POLICY one_program ON public.journal TO guerdon_program USING ((EXISTS ( SELECT
   FROM public.members
  WHERE (members.id = journal.member))));
CREATE POLICY one_program ON public.limit_additions TO guerdon_program USING ((program = (NULLIF(current_setting('guerdon.program'::text, true), ''::text))::integer));
CREATE POLICY one_program ON public.limits TO guerdon_program USING ((program = ( SELECT public.acting_program() AS acting_program)));
CREATE POLICY one_program ON public.members TO guerdon_program USING ((program = ( SELECT public.acting_program() AS acting_program)));
CREATE POLICY one_program ON public.outbox TO guerdon_program USING ((program = ( SELECT public.acting_program() AS acting_program)));
CREATE POLICY one_program ON public.person_keys TO guerdon_program USING ((program = ( SELECT public.acting_program() AS acting_program)));
CREATE POLICY one_program ON public.person_merges TO guerdon_program USING ((program = ( SELECT public.acting_program() AS acting_program)));
CREATE POLICY one_program ON public.profiles TO guerdon_program USING ((program = ( SELECT public.acting_program() AS acting_program)));
CREATE POLICY one_program ON public.program_versions TO guerdon_program USING ((program = ( SELECT public.acting_program() AS acting_program)));
CREATE POLICY one_program ON public.programs TO guerdon_program USING ((id = ( SELECT public.acting_program() AS acting_program)));
CREATE POLICY one_program ON public.retention_rules TO guerdon_program USING ((program = ( SELECT public.acting_program() AS acting_program)));
CREATE POLICY one_program ON public.stream TO guerdon_program USING ((program = ( SELECT public.acting_program() AS acting_program)));
CREATE POLICY one_program ON public.stream_heads TO guerdon_program USING ((program = ( SELECT public.acting_program() AS acting_program)));
CREATE POLICY one_program ON public.stream_readers TO guerdon_program USING ((program = ( SELECT public.acting_program() AS acting_program)));
CREATE POLICY one_program ON public.studies TO guerdon_program USING ((program = ( SELECT public.acting_program() AS acting_program)));
CREATE POLICY one_program ON public.transfers TO guerdon_program USING ((program = ( SELECT public.acting_program() AS acting_program)));
CREATE POLICY one_program ON public.webhook_deliveries TO guerdon_program USING ((program = ( SELECT public.acting_program() AS acting_program)));
CREATE POLICY one_program ON public.webhook_waiting TO guerdon_program USING ((program = ( SELECT public.acting_program() AS acting_program)));
CREATE POLICY one_program ON public.webhooks TO guerdon_program USING ((program = ( SELECT public.acting_program() AS acting_program)));
ALTER TABLE public.outbox ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.person_keys ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.person_merges ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.profiles ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.program_versions ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.programs ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.retention_rules ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.seeds ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.stream ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.stream_heads ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.stream_readers ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.studies ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.transfers ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.webhook_deliveries ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.webhook_waiting ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.webhooks ENABLE ROW LEVEL SECURITY;
GRANT SELECT,INSERT,UPDATE ON TABLE public.api_keys TO guerdon_program;
GRANT SELECT,INSERT ON TABLE public.audit_log TO guerdon_program;
GRANT SELECT ON TABLE public.balances TO guerdon_program;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.code_batches TO guerdon_program;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.codes TO guerdon_program;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.consents TO guerdon_program;
GRANT SELECT ON TABLE public.currency_rates TO guerdon_program;
GRANT SELECT ON TABLE public.emitted TO guerdon_program;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.erasures TO guerdon_program;
GRANT SELECT ON TABLE public.event_ids TO guerdon_program;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.identities TO guerdon_program;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.identity_moves TO guerdon_program;
GRANT SELECT ON TABLE public.journal TO guerdon_program;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.limit_additions TO guerdon_program;
GRANT SELECT ON TABLE public.limits TO guerdon_program;
GRANT SELECT ON TABLE public.members TO guerdon_program;
GRANT SELECT ON TABLE public.migrations TO guerdon_program;
GRANT SELECT ON TABLE public.outbox TO guerdon_program;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.person_keys TO guerdon_program;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.person_merges TO guerdon_program;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.profiles TO guerdon_program;
GRANT SELECT ON TABLE public.program_versions TO guerdon_program;
GRANT SELECT ON TABLE public.programs TO guerdon_program;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.retention_rules TO guerdon_program;
GRANT SELECT ON TABLE public.stream TO guerdon_program;
GRANT SELECT ON TABLE public.stream_heads TO guerdon_program;
GRANT SELECT ON TABLE public.stream_readers TO guerdon_program;
GRANT SELECT,INSERT,DELETE ON TABLE public.studies TO guerdon_program;
GRANT SELECT ON TABLE public.transfers TO guerdon_program;
GRANT SELECT ON TABLE public.webhook_deliveries TO guerdon_program;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.webhook_waiting TO guerdon_program;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.webhooks TO guerdon_program;
