using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace ChatApp.Migrations
{
    /// <summary>The cleaning finds what is due without looking at every session.</summary>
    public partial class SessionExpiry : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateIndex(
                name: "ix_chat_sessions_deleted_at",
                table: "chat_sessions",
                column: "deleted_at",
                filter: "deleted_at IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_chat_sessions_expires_at",
                table: "chat_sessions",
                column: "expires_at",
                filter: "expires_at IS NOT NULL");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_chat_sessions_deleted_at",
                table: "chat_sessions");

            migrationBuilder.DropIndex(
                name: "ix_chat_sessions_expires_at",
                table: "chat_sessions");
        }
    }
}
