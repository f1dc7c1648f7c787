-- The tables. Instants are milliseconds since 1970-01-01T00:00:00Z; a nullable instant stands where a boolean would.
-- Every key is, or begins with, the key by which a sharded database would distribute its table.

-- Numbers handed out, by what they number.
create table id_blocks (
    name text not null primary key,
    next_id bigint not null
);

-- What the whole base remembers: the epoch of all sessions, the latest instant seen.
create table base_state (
    name text not null primary key,
    value bigint not null
);

insert into base_state (name, value) values ('session_epoch', 0);
insert into base_state (name, value) values ('latest_instant', 0);

-- Keys, each sealed under the root key, which is kept outside of the database.
create table keys (
    purpose text not null,
    id bigint not null,
    sealed bytea not null,
    created_at bigint not null,
    primary key (purpose, id)
);

create table apps (
    app_key text not null primary key,
    id bigint not null,
    name text not null,
    secret_digest bytea not null,
    default_since bigint,
    requests_per_second bigint,
    created_at bigint not null
);

create index apps_by_id on apps (id);
create index apps_by_default on apps (default_since);

create table app_hosts (
    host text not null primary key,
    app_id bigint not null
);

create index app_hosts_by_app on app_hosts (app_id);

-- How many active roots an app has: the guard against ending the last one.
create table root_counts (
    app_id bigint not null primary key,
    active bigint not null
);

create table accounts (
    id bigint not null primary key,
    app_id bigint not null,
    public_id text not null,
    username text,
    phone text,
    phone_proven_at bigint,
    email text,
    email_proven_at bigint,
    role bigint not null,
    nickname text,
    gender text,
    birthday bigint,
    contact_email text not null,
    extra text not null,
    bio text,
    location text,
    avatar text,
    cover text,
    created_at bigint not null,
    verified_at bigint,
    last_sign_in_at bigint,
    sign_in_count bigint not null,
    disabled_at bigint,
    permissions text not null,
    preferences text,
    epoch bigint not null
);

create index accounts_by_app on accounts (app_id, id);

-- Who is found by what: the only uniqueness over accounts there is.
create table identifiers (
    app_id bigint not null,
    kind text not null,
    normal text not null,
    account_id bigint not null,
    proven_at bigint,
    primary key (app_id, kind, normal)
);

create table passwords (
    account_id bigint not null primary key,
    sealed bytea not null,
    changed_at bigint not null
);

create table sessions (
    account_id bigint not null,
    digest bytea not null,
    created_at bigint not null,
    expires_at bigint not null,
    epoch bigint not null,
    base_epoch bigint not null,
    source text not null,
    device text not null,
    primary key (account_id, digest)
);

create index sessions_by_end on sessions (expires_at);

-- The one live code of an address for a purpose, as a keyed hash.
create table codes (
    app_id bigint not null,
    kind text not null,
    normal text not null,
    purpose text not null,
    mac bytea not null,
    created_at bigint not null,
    expires_at bigint not null,
    guesses bigint not null,
    used_at bigint,
    primary key (app_id, kind, normal, purpose)
);

create index codes_by_end on codes (expires_at);

-- Events counted over sliding windows, by a keyed hash of what is counted.
create table counters (
    counter_key bytea not null primary key,
    hits bytea not null,
    expires_at bigint not null
);

create index counters_by_end on counters (expires_at);

-- Failures in a row, by a keyed hash of whose.
create table streaks (
    streak_key bytea not null primary key,
    failures bigint not null,
    blocked_until bigint not null,
    expires_at bigint not null
);

create index streaks_by_end on streaks (expires_at);

-- The slider's state for an e-mail address, and the permit to set a new password that it opens.
create table challenges (
    app_id bigint not null,
    email text not null,
    piece_x bigint,
    picture_expires_at bigint not null,
    passed_until bigint not null,
    opened_gate_at bigint,
    reset_permitted_until bigint not null,
    expires_at bigint not null,
    primary key (app_id, email)
);

create index challenges_by_end on challenges (expires_at);

create table settings (
    account_id bigint not null,
    setting_key text not null,
    value text not null,
    changed_at bigint not null,
    primary key (account_id, setting_key)
);

-- The outbox. What is sealed is erased when a message reaches its last state.
create table deliveries (
    app_id bigint not null,
    id text not null,
    channel text not null,
    recipient text not null,
    subject text not null,
    sealed bytea,
    state text not null,
    attempts bigint not null,
    next_attempt_at bigint not null,
    created_at bigint not null,
    expires_at bigint not null,
    finished_at bigint,
    last_error text,
    primary key (app_id, id)
);

create index deliveries_by_state on deliveries (state, next_attempt_at);

create table pictures (
    name text not null primary key,
    account_id bigint not null,
    byte_count bigint not null,
    uploaded_at bigint not null,
    used_at bigint
);

create index pictures_by_use on pictures (used_at, uploaded_at);

-- What is in the pictures, where the database keeps that, in pieces that are numbered from 0.
create table picture_pieces (
    name text not null,
    number bigint not null,
    bytes bytea not null,
    primary key (name, number)
);

-- Who did what to whom; each entry's hash covers the one before.
create table audit_entries (
    app_id bigint not null,
    number bigint not null,
    at bigint not null,
    actor text not null,
    action text not null,
    target text not null,
    detail text not null,
    hash bytea not null,
    primary key (app_id, number)
);

create table audit_heads (
    app_id bigint not null primary key,
    number bigint not null,
    hash bytea not null
);
