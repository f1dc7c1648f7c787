-- Distributes the tables over the nodes of a Citus cluster (11 or newer). Run once, as the tables' owner, on the coordinator,
-- after the first start of Yaopai has made them and before there are many accounts:
--
--     psql "$YAOPAI_DATABASE_URL" --single-transaction --set ON_ERROR_STOP=1 --file citus.sql
--
-- docs/sharding.md says which key each table has and why. A test reads this file: every table of the schema is here, its key is
-- part of its primary key, and every statement of a call fixes it.

-- Small tables, whole on every node: what all calls read and few change.
select create_reference_table('api_keys');
select create_reference_table('app_hosts');
select create_reference_table('apps');
select create_reference_table('base_state');
select create_reference_table('id_blocks');
select create_reference_table('keys');
select create_reference_table('root_counts');
select create_reference_table('schema_migrations');
select create_reference_table('setup_links');

-- All of one account on one node.
select create_distributed_table('accounts', 'id');
select create_distributed_table('account_changes', 'account_id', colocate_with => 'accounts');
select create_distributed_table('passwords', 'account_id', colocate_with => 'accounts');
select create_distributed_table('sessions', 'account_id', colocate_with => 'accounts');
select create_distributed_table('settings', 'account_id', colocate_with => 'accounts');
select create_distributed_table('account_events', 'account_id', colocate_with => 'accounts');

-- By the identifier itself, which is what an account is found and a code is redeemed by.
select create_distributed_table('identifiers', 'normal');
select create_distributed_table('codes', 'normal', colocate_with => 'identifiers');
select create_distributed_table('challenges', 'email', colocate_with => 'identifiers');

-- By the keyed hash of what is counted.
select create_distributed_table('counters', 'counter_key');
select create_distributed_table('streaks', 'streak_key', colocate_with => 'counters');

select create_distributed_table('deliveries', 'id', colocate_with => 'none');
select create_distributed_table('pictures', 'name', colocate_with => 'none');
select create_distributed_table('picture_pieces', 'name', colocate_with => 'pictures');

-- The audit trail is one chain for each app.
select create_distributed_table('audit_entries', 'app_id', colocate_with => 'none');
select create_distributed_table('audit_heads', 'app_id', colocate_with => 'audit_entries');

-- By the key that a script calls with.
select create_distributed_table('repeated_calls', 'owner', colocate_with => 'none');

-- A few rows of an app in an hour.
select create_distributed_table('hourly_figures', 'app_id', colocate_with => 'none');
