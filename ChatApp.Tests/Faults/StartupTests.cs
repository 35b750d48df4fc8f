using ChatApp.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Tests.Faults;

internal sealed class StartupTests
{
    [Test]
    [Repeat(3)]
    public async Task Start_ThreeInstancesAtOnceOnAMissingDatabase_AllStartAndMigrateOnce()
    {
        var database = await TestPostgres.MissingAsync();
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
