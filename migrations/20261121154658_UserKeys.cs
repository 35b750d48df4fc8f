using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace ChatApp.Migrations
{
    /// <summary>
    /// Every key of a user's rows begins with the user: a user's rows lie together, and Citus can distribute them. Keys and indexes are built anew, no table is
    /// rewritten but the ledger. A temporary session has no expiry while a reply is being generated in it, and the ledger says "reply" for what it called "answer".
    /// </summary>
    public partial class UserKeys : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropForeignKey(
                name: "fk_messages_chat_sessions_session_id",
                table: "messages");

            migrationBuilder.DropForeignKey(
                name: "fk_reply_deltas_messages_message_id",
                table: "reply_deltas");

            migrationBuilder.DropForeignKey(
                name: "fk_tool_approvals_messages_message_id",
                table: "tool_approvals");

            migrationBuilder.DropPrimaryKey(
                name: "pk_usage_records",
                table: "usage_records");

            migrationBuilder.DropPrimaryKey(
                name: "pk_tool_approvals",
                table: "tool_approvals");

            migrationBuilder.DropIndex(
                name: "ix_tool_approvals_session_id",
                table: "tool_approvals");

            migrationBuilder.DropPrimaryKey(
                name: "pk_reply_deltas",
                table: "reply_deltas");

            migrationBuilder.DropPrimaryKey(
                name: "pk_messages",
                table: "messages");

            migrationBuilder.DropIndex(
                name: "ix_messages_session_id_seq",
                table: "messages");

            migrationBuilder.DropIndex(
                name: "ux_messages_generating",
                table: "messages");

            migrationBuilder.DropPrimaryKey(
                name: "pk_chat_sessions",
                table: "chat_sessions");

            // Before the key is there: one index less to keep up to date.
            migrationBuilder.Sql("-- across users: migration\nUPDATE usage_records SET purpose = 'reply' WHERE purpose = 'answer'");

            migrationBuilder.AddPrimaryKey(
                name: "pk_usage_records",
                table: "usage_records",
                columns: new[] { "user_id", "id" });

            migrationBuilder.AddPrimaryKey(
                name: "pk_tool_approvals",
                table: "tool_approvals",
                columns: new[] { "user_id", "message_id", "call_id" });

            migrationBuilder.AddPrimaryKey(
                name: "pk_reply_deltas",
                table: "reply_deltas",
                columns: new[] { "user_id", "message_id", "position" });

            migrationBuilder.AddPrimaryKey(
                name: "pk_messages",
                table: "messages",
                columns: new[] { "user_id", "id" });

            migrationBuilder.AddPrimaryKey(
                name: "pk_chat_sessions",
                table: "chat_sessions",
                columns: new[] { "user_id", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_tool_approvals_user_id_session_id",
                table: "tool_approvals",
                columns: new[] { "user_id", "session_id" });

            migrationBuilder.CreateIndex(
                name: "ix_messages_user_id_session_id_seq",
                table: "messages",
                columns: new[] { "user_id", "session_id", "seq" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ux_messages_generating",
                table: "messages",
                columns: new[] { "user_id", "session_id" },
                unique: true,
                filter: "status = 'generating'");

            migrationBuilder.AddForeignKey(
                name: "fk_messages_chat_sessions_user_id_session_id",
                table: "messages",
                columns: new[] { "user_id", "session_id" },
                principalTable: "chat_sessions",
                principalColumns: new[] { "user_id", "id" },
                onDelete: ReferentialAction.Cascade);

            migrationBuilder.AddForeignKey(
                name: "fk_reply_deltas_messages_user_id_message_id",
                table: "reply_deltas",
                columns: new[] { "user_id", "message_id" },
                principalTable: "messages",
                principalColumns: new[] { "user_id", "id" },
                onDelete: ReferentialAction.Cascade);

            migrationBuilder.AddForeignKey(
                name: "fk_tool_approvals_messages_user_id_message_id",
                table: "tool_approvals",
                columns: new[] { "user_id", "message_id" },
                principalTable: "messages",
                principalColumns: new[] { "user_id", "id" },
                onDelete: ReferentialAction.Cascade);

            migrationBuilder.Sql("""
                -- across users: migration
                UPDATE chat_sessions s SET expires_at = NULL
                WHERE temporary AND EXISTS (SELECT FROM messages m WHERE m.user_id = s.user_id AND m.session_id = s.id AND m.status = 'generating');

                CREATE OR REPLACE VIEW reporting.conversations WITH (security_barrier) AS
                    SELECT m.id, m.user_id, s.thread_id, m.role, m.content, m.created_at
                    FROM public.messages m JOIN public.chat_sessions s ON s.user_id = m.user_id AND s.id = m.session_id
                    WHERE m.deleted_at IS NULL AND m.status <> 'generating' AND s.deleted_at IS NULL AND NOT s.unlisted AND (s.expires_at IS NULL OR s.expires_at > now());
                """);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql("""
                UPDATE chat_sessions SET expires_at = updated_at + interval '1 hour' WHERE temporary AND expires_at IS NULL;

                CREATE OR REPLACE VIEW reporting.conversations WITH (security_barrier) AS
                    SELECT m.id, m.user_id, s.thread_id, m.role, m.content, m.created_at
                    FROM public.messages m JOIN public.chat_sessions s ON s.id = m.session_id
                    WHERE m.deleted_at IS NULL AND m.status <> 'generating' AND s.deleted_at IS NULL AND NOT s.unlisted AND (s.expires_at IS NULL OR s.expires_at > now());

                UPDATE usage_records SET purpose = 'answer' WHERE purpose = 'reply';
                """);

            migrationBuilder.DropForeignKey(
                name: "fk_messages_chat_sessions_user_id_session_id",
                table: "messages");

            migrationBuilder.DropForeignKey(
                name: "fk_reply_deltas_messages_user_id_message_id",
                table: "reply_deltas");

            migrationBuilder.DropForeignKey(
                name: "fk_tool_approvals_messages_user_id_message_id",
                table: "tool_approvals");

            migrationBuilder.DropPrimaryKey(
                name: "pk_usage_records",
                table: "usage_records");

            migrationBuilder.DropPrimaryKey(
                name: "pk_tool_approvals",
                table: "tool_approvals");

            migrationBuilder.DropIndex(
                name: "ix_tool_approvals_user_id_session_id",
                table: "tool_approvals");

            migrationBuilder.DropPrimaryKey(
                name: "pk_reply_deltas",
                table: "reply_deltas");

            migrationBuilder.DropPrimaryKey(
                name: "pk_messages",
                table: "messages");

            migrationBuilder.DropIndex(
                name: "ix_messages_user_id_session_id_seq",
                table: "messages");

            migrationBuilder.DropIndex(
                name: "ux_messages_generating",
                table: "messages");

            migrationBuilder.DropPrimaryKey(
                name: "pk_chat_sessions",
                table: "chat_sessions");

            migrationBuilder.AddPrimaryKey(
                name: "pk_usage_records",
                table: "usage_records",
                column: "id");

            migrationBuilder.AddPrimaryKey(
                name: "pk_tool_approvals",
                table: "tool_approvals",
                columns: new[] { "message_id", "call_id" });

            migrationBuilder.AddPrimaryKey(
                name: "pk_reply_deltas",
                table: "reply_deltas",
                columns: new[] { "message_id", "position" });

            migrationBuilder.AddPrimaryKey(
                name: "pk_messages",
                table: "messages",
                column: "id");

            migrationBuilder.AddPrimaryKey(
                name: "pk_chat_sessions",
                table: "chat_sessions",
                column: "id");

            migrationBuilder.CreateIndex(
                name: "ix_tool_approvals_session_id",
                table: "tool_approvals",
                column: "session_id");

            migrationBuilder.CreateIndex(
                name: "ix_messages_session_id_seq",
                table: "messages",
                columns: new[] { "session_id", "seq" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ux_messages_generating",
                table: "messages",
                column: "session_id",
                unique: true,
                filter: "status = 'generating'");

            migrationBuilder.AddForeignKey(
                name: "fk_messages_chat_sessions_session_id",
                table: "messages",
                column: "session_id",
                principalTable: "chat_sessions",
                principalColumn: "id",
                onDelete: ReferentialAction.Cascade);

            migrationBuilder.AddForeignKey(
                name: "fk_reply_deltas_messages_message_id",
                table: "reply_deltas",
                column: "message_id",
                principalTable: "messages",
                principalColumn: "id",
                onDelete: ReferentialAction.Cascade);

            migrationBuilder.AddForeignKey(
                name: "fk_tool_approvals_messages_message_id",
                table: "tool_approvals",
                column: "message_id",
                principalTable: "messages",
                principalColumn: "id",
                onDelete: ReferentialAction.Cascade);
        }
    }
}
