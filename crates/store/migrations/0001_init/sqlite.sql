-- The tables. Instants are milliseconds since 1970-01-01T00:00:00Z; a nullable instant stands where a boolean would.
-- Every key is, or begins with, the key by which a sharded database would distribute its table.

-- Numbers handed out, by what they number.
create table id_blocks (
    name text not null primary key,
    next_id integer not null
) strict;

-- What the whole base remembers: the epoch of all sessions, the latest instant seen.
create table base_state (
    name text not null primary key,
    value integer not null
) strict;

insert into base_state (name, value) values ('session_epoch', 0);
insert into base_state (name, value) values ('latest_instant', 0);

-- Keys, each sealed under the root key, which is kept outside of the database.
create table keys (
    purpose text not null,
    id integer not null,
    sealed blob not null,
    created_at integer not null,
    primary key (purpose, id)
) strict;

create table apps (
    app_key text not null primary key,
    id integer not null,
    name text not null,
    secret_digest blob not null,
    default_since integer,
    requests_per_second integer,
    created_at integer not null
) strict;

create index apps_by_id on apps (id);
create index apps_by_default on apps (default_since);

create table app_hosts (
    host text not null primary key,
    app_id integer not null
) strict;

create index app_hosts_by_app on app_hosts (app_id);

-- How many active roots an app has: the guard against ending the last one.
create table root_counts (
    app_id integer not null primary key,
    active integer not null
) strict;

create table accounts (
    id integer not null primary key,
    app_id integer not null,
    public_id text not null,
    username text,
    phone text,
    phone_proven_at integer,
    email text,
    email_proven_at integer,
    role integer not null,
    nickname text,
    gender text,
    birthday integer,
    contact_email text not null,
    extra text not null,
    bio text,
    location text,
    avatar text,
    cover text,
    created_at integer not null,
    verified_at integer,
    last_sign_in_at integer,
    sign_in_count integer not null,
    disabled_at integer,
    permissions text not null,
    preferences text,
    epoch integer not null
) strict;

create index accounts_by_app on accounts (app_id, id);

-- Who is found by what: the only uniqueness over accounts there is.
create table identifiers (
    app_id integer not null,
    kind text not null,
    normal text not null,
    account_id integer not null,
    proven_at integer,
    primary key (app_id, kind, normal)
) strict;

create table passwords (
    account_id integer not null primary key,
    sealed blob not null,
    changed_at integer not null
) strict;

create table sessions (
    account_id integer not null,
    digest blob not null,
    created_at integer not null,
    expires_at integer not null,
    epoch integer not null,
    base_epoch integer not null,
    source text not null,
    device text not null,
    primary key (account_id, digest)
) strict;

create index sessions_by_end on sessions (expires_at);

-- The one live code of an address for a purpose, as a keyed hash.
create table codes (
    app_id integer not null,
    kind text not null,
    normal text not null,
    purpose text not null,
    mac blob not null,
    created_at integer not null,
    expires_at integer not null,
    guesses integer not null,
    used_at integer,
    primary key (app_id, kind, normal, purpose)
) strict;

create index codes_by_end on codes (expires_at);

-- Events counted over sliding windows, by a keyed hash of what is counted.
create table counters (
    counter_key blob not null primary key,
    hits blob not null,
    expires_at integer not null
) strict;

create index counters_by_end on counters (expires_at);

-- Failures in a row, by a keyed hash of whose.
create table streaks (
    streak_key blob not null primary key,
    failures integer not null,
    blocked_until integer not null,
    expires_at integer not null
) strict;

create index streaks_by_end on streaks (expires_at);

-- The slider's state for an e-mail address, and the permit to set a new password that it opens.
create table challenges (
    app_id integer not null,
    email text not null,
    piece_x integer,
    picture_expires_at integer not null,
    passed_until integer not null,
    opened_gate_at integer,
    reset_permitted_until integer not null,
    expires_at integer not null,
    primary key (app_id, email)
) strict;

create index challenges_by_end on challenges (expires_at);

create table settings (
    account_id integer not null,
    setting_key text not null,
    value text not null,
    changed_at integer not null,
    primary key (account_id, setting_key)
) strict;

-- The outbox. What is sealed is erased when a message reaches its last state.
create table deliveries (
    app_id integer not null,
    id text not null,
    channel text not null,
    recipient text not null,
    subject text not null,
    sealed blob,
    state text not null,
    attempts integer not null,
    next_attempt_at integer not null,
    created_at integer not null,
    expires_at integer not null,
    finished_at integer,
    last_error text,
    primary key (app_id, id)
) strict;

create index deliveries_by_state on deliveries (state, next_attempt_at);

create table pictures (
    name text not null primary key,
    account_id integer not null,
    byte_count integer not null,
    uploaded_at integer not null,
    used_at integer
) strict;

create index pictures_by_use on pictures (used_at, uploaded_at);

-- What is in the pictures, where the database keeps that, in pieces that are numbered from 0.
create table picture_pieces (
    name text not null,
    number integer not null,
    bytes blob not null,
    primary key (name, number)
) strict;

-- Who did what to whom; each entry's hash covers the one before.
create table audit_entries (
    app_id integer not null,
    number integer not null,
    at integer not null,
    actor text not null,
    action text not null,
    target text not null,
    detail text not null,
    hash blob not null,
    primary key (app_id, number)
) strict;

create table audit_heads (
    app_id integer not null primary key,
    number integer not null,
    hash blob not null
) strict;
