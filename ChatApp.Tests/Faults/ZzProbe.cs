using ChatApp.Tests.Support;
using Microsoft.EntityFrameworkCore;
namespace ChatApp.Tests.Faults;
internal sealed class ZzProbeTests : ChatFixture
{
    [Test]
    public async Task Breaks()
    {
        var user = await App.RegisterAsync();
        await CreateSessionAsync(user, "x", "hello");
        await App.WithDb(db => db.Database.ExecuteSqlRawAsync("UPDATE chat_sessions SET message_count = 7"));
    }
}
