using ChatApp.Tests.Support;
using Npgsql;

namespace ChatApp.Tests.Integration.Data;

/// <summary>The keys of users' tables, according to PostgreSQL's catalogue.</summary>
internal sealed class UserKeysTests : AppFixture
{
    // contype: primary key and foreign key; unique indexes may have no constraint.
    private const string Keys = """
        SELECT t.relname, c.conname, (SELECT attname FROM pg_attribute WHERE attrelid = t.oid AND attnum = c.conkey[1])
        FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid WHERE c.contype IN ('p', 'f') AND t.relnamespace = 'public'::regnamespace
        UNION ALL
        SELECT t.relname, i.relname, (SELECT attname FROM pg_attribute WHERE attrelid = t.oid AND attnum = x.indkey[0])
        FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class t ON t.oid = x.indrelid WHERE x.indisunique AND t.relnamespace = 'public'::regnamespace
        """;

    private const string Tables = """
        SELECT t.relname FROM pg_class t JOIN pg_attribute a ON a.attrelid = t.oid
        WHERE t.relkind = 'r' AND t.relnamespace = 'public'::regnamespace AND a.attname = 'user_id'
        """;

    [Test]
    public async Task Keys_OfUsersTables_BeginWithTheUser()
    {
        var keys = (await ReadAsync(Keys)).Where(k => UserTables.All.Contains(k[0])).ToList();

        Assert.That(keys.Select(k => k[0]).Distinct(), Is.EquivalentTo(UserTables.All), "each has a key");
        Assert.That(keys.Where(k => k[2] != "user_id").Select(k => $"{k[1]} of {k[0]} begins with {k[2]}"), Is.Empty);
    }

    [Test]
    public async Task Tables_WithAUser_AreUsersTablesOrListedExceptions() => Assert.That(
        (await ReadAsync(Tables)).Select(t => t[0]), Is.EquivalentTo(UserTables.All.Concat(UserTables.Exceptions.Keys)));

    private async Task<List<string[]>> ReadAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(App.ConnectionString);
        await connection.OpenAsync();
#pragma warning disable CA2100 // the constants above
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<string[]>();
        while (await reader.ReadAsync())
        {
            rows.Add([.. Enumerable.Range(0, reader.FieldCount).Select(reader.GetString)]);
        }
        return rows;
    }
}
