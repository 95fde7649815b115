-- expand: codes in batches, and what is added to shared limits between two versions of a program.

create table code_batches (
    id integer generated always as identity primary key,
    program integer not null references programs (id),
    name text collate "C" not null,
    codes bigint not null default 0 check (codes >= 0),
    uses bigint not null check (uses > 0),
    uses_per_member bigint check (uses_per_member > 0),
    valid_from timestamptz,
    valid_until timestamptz check (valid_until > valid_from),
    prefix text collate "C" not null default '',
    length smallint check (length > 0),
    made_at timestamptz not null default now(),
    revoked_at timestamptz,
    unique (program, name)
);
comment on table code_batches is 'Batches of codes. The program file uses the name of a batch like a code.';
comment on column code_batches.id is 'Short key that the codes carry.';
comment on column code_batches.program is 'The program.';
comment on column code_batches.name is 'What every code of the batch stands for.';
comment on column code_batches.codes is 'How many codes it has. A batch is stored whole or not at all.';
comment on column code_batches.uses is 'How many baskets each code is good for, over all members.';
comment on column code_batches.uses_per_member is 'How many baskets of a member all its codes are good for; null: no such limit.';
comment on column code_batches.valid_from is 'From when its codes are good; null: at once.';
comment on column code_batches.valid_until is 'From when they are good no more; null: for ever.';
comment on column code_batches.prefix is 'What each code begins with, in capitals.';
comment on column code_batches.length is 'How many signs follow, the check digit among them; null: the codes were made elsewhere.';
comment on column code_batches.made_at is 'When it was stored.';
comment on column code_batches.revoked_at is 'When all of its codes were revoked; null: they were not.';

-- A million rows come at once, in the transaction that adds their batch: looking the batch up for each would double the time.
create table codes (
    program integer not null,
    digest bytea not null check (octet_length(digest) = 32),
    batch integer not null,
    member text collate "C",
    revoked_at timestamptz,
    primary key (program, digest)
);
comment on table codes is 'The codes of all batches. Whoever reads this table cannot show one of them at a till.';
comment on column codes.program is 'The program.';
comment on column codes.digest is 'SHA-256 of the code in capitals, without spaces and hyphens.';
comment on column codes.batch is 'Its batch (code_batches.id).';
comment on column codes.member is 'The only member for whom it is good (members.key); null: whoever shows it.';
comment on column codes.revoked_at is 'When it was revoked; null: it was not.';

alter table limits add column added bigint not null default 0;
comment on column limits.added is 'How much was added to it by hand, on top of what versions allow; below zero: taken away.';
alter table limits drop constraint limit_is_kept;
alter table limits add constraint limit_is_kept check (used >= 0 and used <= allowed + added);

create table limit_additions (
    program integer not null,
    name text collate "C" not null,
    number integer not null check (number > 0),
    amount bigint not null check (amount <> 0),
    reason text not null default '',
    at timestamptz not null default now(),
    primary key (program, name, number),
    foreign key (program, name) references limits (program, name)
);
comment on table limit_additions is 'What was added to shared limits by hand, one by one. Rows are added, never changed.';
comment on column limit_additions.program is 'The program.';
comment on column limit_additions.name is 'The limit.';
comment on column limit_additions.number is 'Counts the additions to the limit from 1.';
comment on column limit_additions.amount is 'The smallest part of the unit, or pieces; below zero: taken away.';
comment on column limit_additions.reason is 'Why, in words; may be empty.';
comment on column limit_additions.at is 'When it was added.';

create trigger limit_additions_grow_by_addition before update or delete on limit_additions
    for each row execute function refuse_change();

alter table code_batches enable row level security;
create policy one_program on code_batches to guerdon_program
    using (program = nullif(current_setting('guerdon.program', true), '')::integer);
grant select, insert, update, delete on code_batches to guerdon_program;
alter table codes enable row level security;
create policy one_program on codes to guerdon_program
    using (program = nullif(current_setting('guerdon.program', true), '')::integer);
grant select, insert, update, delete on codes to guerdon_program;
alter table limit_additions enable row level security;
create policy one_program on limit_additions to guerdon_program
    using (program = nullif(current_setting('guerdon.program', true), '')::integer);
grant select, insert, update, delete on limit_additions to guerdon_program;
