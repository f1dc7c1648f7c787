-- What the console, the account page and the admin API keep.

-- Where a session may be used, by whom it was last seen, and when its holder last showed the password beside it. Sessions
-- of the wires are used there only, and are not noted when they are used.
alter table sessions add column scope text not null default 'wire';
alter table sessions add column seen_at integer;
alter table sessions add column confirmed_at integer;

-- When an account ends because its holder asked for that; signing in before takes it back.
alter table accounts add column closing_at integer;

create index accounts_by_closing on accounts (closing_at) where closing_at is not null;

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
create index accounts_above_users on accounts (app_id, created_at, id) where role > 0;
create index accounts_disabled on accounts (app_id, created_at, id) where disabled_at is not null;
create index accounts_unverified on accounts (app_id, created_at, id) where verified_at is null;

-- What happened to an account. Refusals of one kind from one source are one row for each span of the clock, which begins at
-- slot; of anything else, slot is when it happened.
create table account_events (
    account_id integer not null,
    slot integer not null,
    kind text not null,
    rule text not null,
    source text not null,
    first_at integer not null,
    last_at integer not null,
    times integer not null,
    seconds integer,
    via text not null,
    device text not null,
    actor text not null,
    detail text not null,
    primary key (account_id, slot, kind, rule, source)
) strict;

create index account_events_by_end on account_events (last_at);

-- What was counted of an app in an hour, by the instant at which the hour began.
create table hourly_figures (
    app_id integer not null,
    hour integer not null,
    figure text not null,
    total integer not null,
    primary key (app_id, hour, figure)
) strict;

create index hourly_figures_by_hour on hourly_figures (hour);

-- The one live link by which an app's first root account is made, as a digest.
create table setup_links (
    app_id integer not null primary key,
    digest blob not null,
    expires_at integer not null
) strict;

-- Keys of the admin API, each acting for the account that made it.
create table api_keys (
    id text not null primary key,
    app_id integer not null,
    account_id integer not null,
    name text not null,
    digest blob not null,
    scopes text not null,
    created_at integer not null,
    expires_at integer not null,
    revoked_at integer,
    last_used_at integer
) strict;

create index api_keys_by_app on api_keys (app_id, created_at);
create index api_keys_by_account on api_keys (account_id);

-- The secret before the last one, while it stays good; and since when an app takes no calls on a wire.
alter table apps add column previous_secret_digest blob;
alter table apps add column previous_secret_until integer;
alter table apps add column cloud_user_closed_at integer;
alter table apps add column api_v1_closed_at integer;
alter table apps add column user_closed_at integer;

-- The audit log from some instant on, and of one target.
create index audit_entries_by_time on audit_entries (app_id, at, number);
create index audit_entries_by_target on audit_entries (app_id, target, number);

-- Whose names and addresses changed lately, under versions that grow with every transaction.
create table account_changes (
    account_id integer not null primary key,
    version integer not null
) strict;

create index account_changes_by_version on account_changes (version, account_id);
