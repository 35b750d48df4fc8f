-- Distributes a migrated ChatApp database over the workers of a Citus cluster, by user: run it once, on the coordinator, with the app stopped.
--   psql "host=coordinator dbname=chatapp user=chatapp" -v ON_ERROR_STOP=1 -f migrations/citus.sql
-- docs/scaling.md tells what comes before and after.

BEGIN;

-- A foreign key needs both of its tables to be distributed: they come back at the end.
ALTER TABLE tool_approvals DROP CONSTRAINT fk_tool_approvals_messages_user_id_message_id;
ALTER TABLE reply_deltas DROP CONSTRAINT fk_reply_deltas_messages_user_id_message_id;
ALTER TABLE messages DROP CONSTRAINT fk_messages_chat_sessions_user_id_session_id;
ALTER TABLE chat_sessions DROP CONSTRAINT fk_chat_sessions_users_user_id;
ALTER TABLE idempotency_keys DROP CONSTRAINT fk_idempotency_keys_users_user_id;
ALTER TABLE two_factor_secrets DROP CONSTRAINT fk_two_factor_secrets_users_user_id;
ALTER TABLE recovery_codes DROP CONSTRAINT fk_recovery_codes_users_user_id;
ALTER TABLE command_approvals DROP CONSTRAINT fk_command_approvals_users_user_id;

-- Accounts, sign-ins and roles are small and are looked up before the user is known: every node has them all.
SELECT create_reference_table('users');
SELECT create_reference_table('roles');
SELECT create_reference_table('user_claims');
SELECT create_reference_table('user_logins');
SELECT create_reference_table('user_roles');
SELECT create_reference_table('user_tokens');
SELECT create_reference_table('role_claims');
SELECT create_reference_table('access_tokens');
SELECT create_reference_table('setup_tokens');
SELECT create_reference_table('data_protection_keys');

-- security_events stays on the coordinator, because Citus distributes no tables with triggers, and attempt_limits, because it is written for every sign-in.

-- All rows of a user are in the same shards, so that statements, transactions and foreign keys stay on one node.
SELECT create_distributed_table('chat_sessions', 'user_id');
SELECT create_distributed_table('messages', 'user_id', colocate_with => 'chat_sessions');
SELECT create_distributed_table('reply_deltas', 'user_id', colocate_with => 'chat_sessions');
SELECT create_distributed_table('tool_approvals', 'user_id', colocate_with => 'chat_sessions');
SELECT create_distributed_table('command_approvals', 'user_id', colocate_with => 'chat_sessions');
SELECT create_distributed_table('idempotency_keys', 'user_id', colocate_with => 'chat_sessions');
SELECT create_distributed_table('usage_records', 'user_id', colocate_with => 'chat_sessions');
SELECT create_distributed_table('user_usage', 'user_id', colocate_with => 'chat_sessions');
SELECT create_distributed_table('two_factor_secrets', 'user_id', colocate_with => 'chat_sessions');
SELECT create_distributed_table('recovery_codes', 'user_id', colocate_with => 'chat_sessions');

-- What lay in these tables was copied into the shards and is removed from the coordinator.
SELECT truncate_local_data_after_distributing_table(t)
FROM unnest(ARRAY['tool_approvals', 'reply_deltas', 'messages', 'chat_sessions', 'command_approvals', 'idempotency_keys', 'usage_records', 'user_usage', 'two_factor_secrets', 'recovery_codes']::regclass[]) AS t;

ALTER TABLE two_factor_secrets ADD CONSTRAINT fk_two_factor_secrets_users_user_id FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE;
ALTER TABLE recovery_codes ADD CONSTRAINT fk_recovery_codes_users_user_id FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE;
ALTER TABLE command_approvals ADD CONSTRAINT fk_command_approvals_users_user_id FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE;
ALTER TABLE idempotency_keys ADD CONSTRAINT fk_idempotency_keys_users_user_id FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE;
ALTER TABLE chat_sessions ADD CONSTRAINT fk_chat_sessions_users_user_id FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE;
ALTER TABLE messages ADD CONSTRAINT fk_messages_chat_sessions_user_id_session_id
    FOREIGN KEY (user_id, session_id) REFERENCES chat_sessions (user_id, id) ON DELETE CASCADE;
ALTER TABLE reply_deltas ADD CONSTRAINT fk_reply_deltas_messages_user_id_message_id
    FOREIGN KEY (user_id, message_id) REFERENCES messages (user_id, id) ON DELETE CASCADE;
ALTER TABLE tool_approvals ADD CONSTRAINT fk_tool_approvals_messages_user_id_message_id
    FOREIGN KEY (user_id, message_id) REFERENCES messages (user_id, id) ON DELETE CASCADE;

COMMIT;
