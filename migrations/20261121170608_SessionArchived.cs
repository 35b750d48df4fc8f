using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace ChatApp.Migrations
{
    /// <summary>Sessions can be archived. The column is in the index of the lists, so that both the list and the archive are read in its order.</summary>
    public partial class SessionArchived : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_chat_sessions_live",
                table: "chat_sessions");

            migrationBuilder.AddColumn<bool>(
                name: "archived",
                table: "chat_sessions",
                type: "boolean",
                nullable: false,
                defaultValue: false);

            migrationBuilder.CreateIndex(
                name: "ix_chat_sessions_live",
                table: "chat_sessions",
                columns: new[] { "user_id", "archived", "last_activity_at", "id" },
                descending: new[] { false, false, true, true },
                filter: "deleted_at IS NULL");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_chat_sessions_live",
                table: "chat_sessions");

            migrationBuilder.DropColumn(
                name: "archived",
                table: "chat_sessions");

            migrationBuilder.CreateIndex(
                name: "ix_chat_sessions_live",
                table: "chat_sessions",
                columns: new[] { "user_id", "last_activity_at", "id" },
                descending: new[] { false, true, true },
                filter: "deleted_at IS NULL");
        }
    }
}
