-- What the console, the account page and the admin API keep.

-- Where a session may be used, by whom it was last seen, and when its holder last showed the password beside it. Sessions
-- of the wires are used there only, and are not noted when they are used.
alter table sessions add column scope text not null default 'wire';
alter table sessions add column seen_at integer;
alter table sessions add column confirmed_at integer;

-- Calls of the admin API that may be sent again, and what they were answered, sealed.
create table repeated_calls (
    owner text not null,
    idempotency_key text not null,
    request blob not null,
    answer blob,
    expires_at integer not null,
    primary key (owner, idempotency_key)
) strict;

create index repeated_calls_by_end on repeated_calls (expires_at);

-- Lists of accounts by their age, from any place on; and of those of which there are few.
create index accounts_by_age on accounts (app_id, created_at, id);
create index accounts_by_role on accounts (app_id, role, created_at, id) where role > 0;
create index accounts_disabled on accounts (app_id, created_at, id) where disabled_at is not null;
create index accounts_unverified on accounts (app_id, created_at, id) where verified_at is null;
