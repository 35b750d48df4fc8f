using System.Globalization;
using ChatApp.Data;
using ChatApp.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace ChatApp.Tests.Faults;

/// <summary>Instances that start at the same time migrate the database once, whatever its version.</summary>
internal sealed class StartupTests
{
    // The first version that was released; every later one must be able to follow it.
    private const string Released = "20261121170608_SessionArchived";

    private static readonly int Rounds = int.Parse(Environment.GetEnvironmentVariable("CHATAPP_TEST_ROUNDS") ?? "3", CultureInfo.InvariantCulture);

    [Test]
    public async Task Start_ThreeInstancesAtOnceOnAMissingDatabase_AllStartAndMigrateOnce()
    {
        for (var round = 0; round < Rounds; round++)
        {
            await StartThreeAsync(await TestPostgres.MissingAsync());
        }
    }

    [Test]
    public async Task Start_ThreeInstancesAtOnceOnAnOlderSchema_AllStartAndMigrateOnce()
    {
        for (var round = 0; round < Rounds; round++)
        {
            var database = await TestPostgres.MissingAsync();
            await using (var db = new ChatDbContext(new DbContextOptionsBuilder<ChatDbContext>().UseChatApp($"{database};Pooling=false").Options))
            {
                var previous = db.Database.GetMigrations().SkipLast(1).Last();
                await db.GetService<IMigrator>().MigrateAsync(round % 2 == 0 ? previous : Released);
            }
            await StartThreeAsync(database);
        }
    }

    private static async Task StartThreeAsync(string database)
    {
        try
        {
            var apps = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Task.Run(() => TestApp.StartAsync(connectionString: database))));
            try
            {
                var applied = await apps[0].WithDb(db => db.Database.SqlQuery<string>($"""SELECT "MigrationId" AS "Value" FROM "__EFMigrationsHistory" """).ToListAsync());
                var known = await apps[0].WithDb(db => Task.FromResult(db.Database.GetMigrations().ToList()));
                Assert.That(applied.Order(), Is.EqualTo(known.Order()));

                var user = await apps[0].RegisterAsync();
                foreach (var app in apps)
                {
                    using var client = app.WithToken(user.AccessToken);
                    Assert.That((await client.GetJsonAsync("/users/me")).Id(), Is.EqualTo(user.Id));
                }
            }
            finally
            {
                await Task.WhenAll(apps.Select(a => a.DisposeAsync().AsTask()));
            }
        }
        finally
        {
            await TestPostgres.DropAsync(database);
        }
    }
}
