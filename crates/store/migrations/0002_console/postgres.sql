-- What the console, the account page and the admin API keep.

-- Where a session may be used, by whom it was last seen, and when its holder last showed the password beside it. Sessions
-- of the wires are used there only, and are not noted when they are used.
alter table sessions add column scope text not null default 'wire';
alter table sessions add column seen_at bigint;
alter table sessions add column confirmed_at bigint;

-- Calls of the admin API that may be sent again, and what they were answered, sealed.
create table repeated_calls (
    owner text not null,
    idempotency_key text not null,
    request bytea not null,
    answer bytea,
    expires_at bigint not null,
    primary key (owner, idempotency_key)
);

create index repeated_calls_by_end on repeated_calls (expires_at);
