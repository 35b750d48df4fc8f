using ChatApp.Data;
using ChatApp.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.EntityFrameworkCore.Migrations.Operations;

namespace ChatApp.Tests.Faults;

/// <summary>While instances are replaced one by one, the previous version works on the new schema: migrations only add.</summary>
internal sealed class AdditiveMigrationTests
{
    private const string Released = "20261121170608_SessionArchived";

    private static readonly MigrationOperation[] Breaking =
    [
        new DropTableOperation { Name = "messages" },
        new DropColumnOperation { Table = "messages", Name = "content" },
        new RenameColumnOperation { Table = "messages", Name = "content", NewName = "text" },
        new RenameTableOperation { Name = "messages", NewName = "entries" },
        new AddColumnOperation { Table = "messages", Name = "colour", ClrType = typeof(string) },
        new CreateIndexOperation { Table = "messages", Name = "ux", Columns = ["content"], IsUnique = true },
        new AddCheckConstraintOperation { Table = "messages", Name = "ck", Sql = "seq > 1" },
        new AlterColumnOperation { Table = "messages", Name = "model", ClrType = typeof(string), OldColumn = new AddColumnOperation { ClrType = typeof(string), IsNullable = true } },
        new AlterColumnOperation { Table = "messages", Name = "model", ClrType = typeof(string), MaxLength = 5, OldColumn = new AddColumnOperation { ClrType = typeof(string), MaxLength = 9 } },
        new SqlOperation { Sql = "CREATE TABLE t (id int); ALTER TABLE messages ALTER COLUMN model SET NOT NULL" },
        new SqlOperation { Sql = "CREATE TRIGGER t BEFORE INSERT ON messages FOR EACH ROW EXECUTE FUNCTION f()" },
    ];

    private static readonly MigrationOperation[] Additive =
    [
        new AddColumnOperation { Table = "messages", Name = "colour", ClrType = typeof(string), IsNullable = true },
        new AddColumnOperation { Table = "messages", Name = "pages", ClrType = typeof(int), DefaultValue = 0 },
        new CreateIndexOperation { Table = "messages", Name = "ix", Columns = ["content"] },
        new AlterColumnOperation { Table = "messages", Name = "model", ClrType = typeof(string), MaxLength = 9, OldColumn = new AddColumnOperation { ClrType = typeof(string), MaxLength = 5 } },
        new SqlOperation { Sql = "CREATE FUNCTION f() RETURNS int AS $$ SELECT 1; DROP TABLE never; $$" },
    ];

    private static readonly MigrationOperation[] UniqueNewColumn =
    [
        new AddColumnOperation { Table = "messages", Name = "colour", ClrType = typeof(string), IsNullable = true },
        new CreateIndexOperation { Table = "messages", Name = "ux", Columns = ["colour"], IsUnique = true },
    ];

    [Test]
    public void Migrations_SinceTheFirstRelease_OnlyAdd()
    {
        using var db = new ChatDbContext(new DbContextOptionsBuilder<ChatDbContext>().UseChatApp("Host=none").Options);
        var migrations = db.GetService<IMigrationsAssembly>();
        var later = migrations.Migrations.Where(m => string.CompareOrdinal(m.Key, Released) > 0).ToList();
        Assert.That(later, Is.Not.Empty);
        using (Assert.EnterMultipleScope())
        {
            foreach (var (id, type) in later)
            {
                var migration = migrations.CreateMigration(type, "Npgsql.EntityFrameworkCore.PostgreSQL");
                Assert.That(AdditiveRule.Breaches(migration.UpOperations), Is.Empty, id);
            }
        }
    }

    [TestCaseSource(nameof(Breaking))]
    public void Rule_BreakingOperation_IsFound(MigrationOperation operation) => Assert.That(AdditiveRule.Breaches([operation]), Has.Count.EqualTo(1));

    [TestCaseSource(nameof(Additive))]
    public void Rule_AdditiveOperation_IsAllowed(MigrationOperation operation) => Assert.That(AdditiveRule.Breaches([operation]), Is.Empty);

    [Test]
    public void Rule_UniqueIndexOfAColumnThatThePreviousVersionLeavesNull_IsAllowed() => Assert.That(AdditiveRule.Breaches(UniqueNewColumn), Is.Empty);
}
