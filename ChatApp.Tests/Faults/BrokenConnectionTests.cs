using ChatApp.Data;
using ChatApp.Domain.Errors;
using ChatApp.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace ChatApp.Tests.Faults;

/// <summary>A broken connection must not affect objects that are used again.</summary>
internal sealed class BrokenConnectionTests
{
    [Test]
    public Task Statement_ConnectionBrokenWhilePreparing_WorksTheNextTime() => RecordedSql.PauseAsync(async () =>
    {
        var database = await TestPostgres.CopyAsync();
        await using (var source = NpgsqlDataSource.Create(ChatDbOptions.WithDefaults(database)))
        {
            await using var db = new ChatDbContext((DbContextOptions<ChatDbContext>)new DbContextOptionsBuilder<ChatDbContext>().UseChatApp(source).Options);
            for (var i = 0; i < 4; i++)
            {
                await db.Sessions.CountAsync(); // the fifth execution prepares it
            }
            await using var administrator = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(database) { Pooling = false }.ConnectionString);
            await administrator.OpenAsync();
            await using var cut = new NpgsqlCommand("SELECT pg_terminate_backend(pid, 30000) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()", administrator);
            await cut.ExecuteNonQueryAsync();

            await Assert.ThatAsync(() => db.Sessions.CountAsync(), Throws.Exception.Matches<Exception>(e => e!.IsDatabaseUnavailable));
            Assert.That(await db.Sessions.CountAsync(), Is.Zero);
        }
        await TestPostgres.DropAsync(database);
        return true;
    });
}
