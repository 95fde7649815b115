-- expand
-- Studies: questions about the whole program that take longer than a request, and their answers.

create table studies (
    id bigint generated always as identity primary key,
    program integer not null references programs (id),
    question json not null,
    asked_at timestamptz not null default now(),
    begun_at timestamptz,
    tries integer not null default 0,
    ended_at timestamptz,
    answer json,
    problem text,
    constraint study_ends_with_an_answer_or_a_problem check (
        (ended_at is null) = (answer is null and problem is null) and (answer is null or problem is null)
    )
);
comment on table studies is 'Questions that the works answer in a process of their own. They read the ledger and never write to it.';
comment on column studies.id is 'Its number.';
comment on column studies.program is 'The program that is asked about.';
comment on column studies.question is 'The question in its JSON; its kind (figures, segments, roll-forward, signals, simulation) says what is asked.';
comment on column studies.asked_at is 'When it was asked.';
comment on column studies.begun_at is 'When it was last begun; null: it waits.';
comment on column studies.tries is 'How often it was begun and not put back: a process that dies in it is tried again, a few times.';
comment on column studies.ended_at is 'When it ended; null: it waits or runs.';
comment on column studies.answer is 'The answer, as the command of the same name prints it with --json; null: there is none.';
comment on column studies.problem is 'Why there is no answer; null: there is one, or it has not ended.';

create index studies_by_program on studies (program, id);
create index studies_waiting on studies (id) where ended_at is null;

alter table studies enable row level security;
create policy one_program on studies to guerdon_program using (program = (select acting_program()));
grant select, insert, delete on studies to guerdon_program;
