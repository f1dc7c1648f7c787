-- What the console, the account page and the admin API keep.

-- Where a session may be used, by whom it was last seen, and when its holder last showed the password beside it. Sessions
-- of the wires are used there only, and are not noted when they are used.
alter table sessions add column scope text not null default 'wire';
alter table sessions add column seen_at bigint;
alter table sessions add column confirmed_at bigint;

-- When an account ends because its holder asked for that; signing in before takes it back.
alter table accounts add column closing_at bigint;

create index accounts_by_closing on accounts (closing_at) where closing_at is not null;

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

-- Lists of accounts by their age, from any place on; and of those of which there are few.
create index accounts_by_age on accounts (app_id, created_at, id);
create index accounts_above_users on accounts (app_id, created_at, id) where role > 0;
create index accounts_disabled on accounts (app_id, created_at, id) where disabled_at is not null;
create index accounts_unverified on accounts (app_id, created_at, id) where verified_at is null;

-- What happened to an account. Refusals of one kind from one source are one row for each span of the clock, which begins at
-- slot; of anything else, slot is when it happened.
create table account_events (
    account_id bigint not null,
    slot bigint not null,
    kind text not null,
    rule text not null,
    source text not null,
    first_at bigint not null,
    last_at bigint not null,
    times bigint not null,
    seconds bigint,
    via text not null,
    device text not null,
    actor text not null,
    detail text not null,
    primary key (account_id, slot, kind, rule, source)
);

create index account_events_by_end on account_events (last_at);

-- What was counted of an app in an hour, by the instant at which the hour began.
create table hourly_figures (
    app_id bigint not null,
    hour bigint not null,
    figure text not null,
    total bigint not null,
    primary key (app_id, hour, figure)
);

create index hourly_figures_by_hour on hourly_figures (hour);

-- The one live link by which an app's first root account is made, as a digest.
create table setup_links (
    app_id bigint not null primary key,
    digest bytea not null,
    expires_at bigint not null
);

-- Keys of the admin API, each acting for the account that made it.
create table api_keys (
    id text not null primary key,
    app_id bigint not null,
    account_id bigint not null,
    name text not null,
    digest bytea not null,
    scopes text not null,
    created_at bigint not null,
    expires_at bigint not null,
    revoked_at bigint,
    last_used_at bigint
);

create index api_keys_by_app on api_keys (app_id, created_at);
create index api_keys_by_account on api_keys (account_id);

-- The secret before the last one, while it stays good; and since when an app takes no calls on a wire.
alter table apps add column previous_secret_digest bytea;
alter table apps add column previous_secret_until bigint;
alter table apps add column cloud_user_closed_at bigint;
alter table apps add column api_v1_closed_at bigint;
alter table apps add column user_closed_at bigint;

-- The audit log from some instant on, and of one target.
create index audit_entries_by_time on audit_entries (app_id, at, number);
create index audit_entries_by_target on audit_entries (app_id, target, number);

-- Whose names and addresses changed lately, under versions that grow with every transaction.
create table account_changes (
    account_id bigint not null primary key,
    version bigint not null
);

create index account_changes_by_version on account_changes (version, account_id);
