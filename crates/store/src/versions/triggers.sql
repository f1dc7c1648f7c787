-- What moves a version on. Inserting an account or a session does not: what is not there is not remembered.
create temp trigger account_updated after update on main.accounts begin
    select note_changed('account', old.id);
end;
create temp trigger account_deleted after delete on main.accounts begin
    select note_changed('account', old.id);
end;
create temp trigger session_updated after update on main.sessions begin
    select note_changed('account', old.account_id);
end;
create temp trigger session_deleted after delete on main.sessions begin
    select note_changed('account', old.account_id);
end;
create temp trigger sessions_ended after update on main.base_state when old.name = 'session_epoch' begin
    select note_changed('sessions', null);
end;
create temp trigger app_inserted after insert on main.apps begin
    select note_changed('apps', null);
end;
create temp trigger app_updated after update on main.apps begin
    select note_changed('apps', null);
end;
create temp trigger app_deleted after delete on main.apps begin
    select note_changed('apps', null);
end;
create temp trigger host_inserted after insert on main.app_hosts begin
    select note_changed('apps', null);
end;
create temp trigger host_updated after update on main.app_hosts begin
    select note_changed('apps', null);
end;
create temp trigger host_deleted after delete on main.app_hosts begin
    select note_changed('apps', null);
end;
