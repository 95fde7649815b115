-- expand: how far a study is, for whoever waits for it.

alter table studies add column progress json;
comment on column studies.progress is 'What is being done and how much of it is through, told about once a second; null: it does not run, or nothing is told yet.';
