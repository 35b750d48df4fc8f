using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace ChatApp.Migrations
{
    /// <summary>What user names look like, unique among accounts. Null for those of the previous version, until the app fills it in.</summary>
    public partial class NameSkeleton : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "name_skeleton",
                table: "users",
                type: "character varying(256)",
                maxLength: 256,
                nullable: true);

            migrationBuilder.CreateIndex(
                name: "ix_users_name_skeleton",
                table: "users",
                column: "name_skeleton",
                unique: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_users_name_skeleton",
                table: "users");

            migrationBuilder.DropColumn(
                name: "name_skeleton",
                table: "users");
        }
    }
}
