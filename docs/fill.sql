-- Fills an empty base on PostgreSQL with accounts of the usual size, to measure room and speed; nobody can sign in to them.
--
--     psql "$URL" --set count=1000000 --file docs/fill.sql
--
-- Each has a phone, an e-mail address, a username, sixteen letters, a password hash and one session.
\set ON_ERROR_STOP on
begin;
insert into accounts (id, app_id, public_id, username, phone, phone_proven_at, email, email_proven_at, role, nickname,
    contact_email, extra, created_at, verified_at, sign_in_count, permissions, epoch)
select n, 1, translate(substr(md5(n::text), 1, 16), '0123456789', 'ghijklmnop'), 'person' || n,
    '+861' || (3000000000 + n), 1700000000000, 'person' || n || '@example.com', 1700000000000, 0, '新用户' || n,
    '', '', 1700000000000, 1700000000000, 1, '', 0
from generate_series(1, :count) as n;
insert into identifiers (app_id, kind, normal, account_id, proven_at)
select 1, 'phone', phone, id, phone_proven_at from accounts
union all select 1, 'email', email, id, email_proven_at from accounts
union all select 1, 'username', username, id, created_at from accounts
union all select 1, 'public_id', public_id, id, created_at from accounts;
insert into passwords (account_id, sealed, changed_at)
select id, decode(repeat(md5(id::text), 4) || '00', 'hex') || decode(repeat(md5(id::text), 4), 'hex'), created_at from accounts;
insert into sessions (account_id, digest, created_at, expires_at, epoch, base_epoch, source, device)
select id, sha256(id::text::bytea), created_at, 1900000000000, 0, 0, '203.0.113.7',
    'Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148'
from accounts;
insert into id_blocks (name, next_id) values ('accounts', :count + 1) on conflict (name) do update set next_id = excluded.next_id;
commit;
vacuum analyze;
select relname as table_name, pg_size_pretty(pg_total_relation_size(oid)) as size,
    round(pg_total_relation_size(oid)::numeric / :count) as bytes_per_account
from pg_class where relkind = 'r' and relname in ('accounts', 'identifiers', 'passwords', 'sessions') order by 1;
select pg_size_pretty(sum(pg_total_relation_size(oid))) as all_tables from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace;
