using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace ChatApp.Migrations
{
    /// <summary>
    /// The security log. Its triggers refuse every change but the erasing of a deleted account and the deletion of old entries, for which a transaction sets
    /// chatapp.security_log (docs/decisions/0035).
    /// </summary>
    public partial class SecurityLog : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "security_events",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    kind = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    result = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    actor_id = table.Column<Guid>(type: "uuid", nullable: true),
                    subject_id = table.Column<Guid>(type: "uuid", nullable: true),
                    address = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: true),
                    user_agent = table.Column<string>(type: "character varying(256)", maxLength: 256, nullable: true),
                    detail = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_security_events", x => x.id);
                });

            migrationBuilder.CreateIndex(
                name: "ix_security_events_actor_id_created_at_id",
                table: "security_events",
                columns: new[] { "actor_id", "created_at", "id" },
                descending: new[] { false, true, true });

            migrationBuilder.CreateIndex(
                name: "ix_security_events_created_at_id",
                table: "security_events",
                columns: new[] { "created_at", "id" },
                descending: new bool[0]);

            migrationBuilder.CreateIndex(
                name: "ix_security_events_kind_created_at_id",
                table: "security_events",
                columns: new[] { "kind", "created_at", "id" },
                descending: new[] { false, true, true });

            migrationBuilder.CreateIndex(
                name: "ix_security_events_subject_id_created_at_id",
                table: "security_events",
                columns: new[] { "subject_id", "created_at", "id" },
                descending: new[] { false, true, true });

            migrationBuilder.Sql("""
                CREATE FUNCTION keep_security_events() RETURNS trigger LANGUAGE plpgsql AS $$
                DECLARE
                    purpose text := coalesce(current_setting('chatapp.security_log', true), '');
                BEGIN
                    IF TG_OP = 'DELETE' AND purpose = 'retention' THEN
                        RETURN OLD;
                    END IF;
                    IF TG_OP = 'UPDATE' AND purpose = 'erase'
                        AND (NEW.id, NEW.created_at, NEW.kind, NEW.result) = (OLD.id, OLD.created_at, OLD.kind, OLD.result)
                        AND (NEW.actor_id IS NULL OR NEW.actor_id = OLD.actor_id) AND (NEW.subject_id IS NULL OR NEW.subject_id = OLD.subject_id)
                        AND (NEW.address IS NULL OR NEW.address = OLD.address) AND (NEW.user_agent IS NULL OR NEW.user_agent = OLD.user_agent)
                        AND (NEW.detail IS NULL OR NEW.detail = OLD.detail) THEN
                        RETURN NEW;
                    END IF;
                    RAISE EXCEPTION 'The security log is only added to (% of security_events)', TG_OP USING ERRCODE = 'insufficient_privilege';
                END
                $$;

                CREATE TRIGGER keep_rows BEFORE UPDATE OR DELETE ON security_events FOR EACH ROW EXECUTE FUNCTION keep_security_events();

                CREATE TRIGGER keep_table BEFORE TRUNCATE ON security_events FOR EACH STATEMENT EXECUTE FUNCTION keep_security_events();
                """);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "security_events");

            migrationBuilder.Sql("DROP FUNCTION keep_security_events();");
        }
    }
}
