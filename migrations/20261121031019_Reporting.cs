using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace ChatApp.Migrations
{
    /// <summary>
    /// What analysts see (docs/reporting.md): two views, and a role that sees nothing else. Roles belong to the whole server, so another database may have made it
    /// already, and this one's owner may not be allowed to: then there are the views alone, and a warning that the start of the app writes to its log.
    /// The views run with their owner's rights; as barriers they let no function of the reader's look at rows that they leave out.
    /// </summary>
    public partial class Reporting : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
            CREATE SCHEMA reporting;

            CREATE VIEW reporting.conversations WITH (security_barrier) AS
                SELECT m.id, m.user_id, s.thread_id, m.role, m.content, m.created_at
                FROM public.messages m JOIN public.chat_sessions s ON s.id = m.session_id
                WHERE m.deleted_at IS NULL AND m.status <> 'generating' AND s.deleted_at IS NULL AND NOT s.unlisted AND (s.expires_at IS NULL OR s.expires_at > now());

            CREATE VIEW reporting.user_usage WITH (security_barrier) AS
                SELECT user_id, total_tokens, created_at, updated_at FROM public.user_usage;

            DO $$
            BEGIN
                BEGIN
                    CREATE ROLE chatapp_reporting NOLOGIN;
                EXCEPTION
                    WHEN duplicate_object OR unique_violation THEN NULL;
                    WHEN insufficient_privilege THEN
                        RAISE WARNING 'The role chatapp_reporting is missing, and this role may not create it: see docs/reporting.md';
                        RETURN;
                END;
                GRANT USAGE ON SCHEMA reporting TO chatapp_reporting;
                GRANT SELECT ON reporting.conversations, reporting.user_usage TO chatapp_reporting;
                BEGIN
                    ALTER ROLE chatapp_reporting SET search_path = reporting;
                    ALTER ROLE chatapp_reporting SET default_transaction_read_only = on;
                EXCEPTION
                    WHEN insufficient_privilege THEN
                        RAISE WARNING 'The role chatapp_reporting cannot be given its search_path by this role: see docs/reporting.md';
                END;
            END
            $$;
            """);

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("DROP SCHEMA reporting CASCADE");
    }
}
