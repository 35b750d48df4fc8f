using System.Net;
using ChatApp.Domain.Sessions;
using ChatApp.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace ChatApp.Tests.Integration.Sessions;

/// <summary>Clean-up runs in the background.</summary>
internal sealed class SessionCleanupTests : ChatFixture
{
    private readonly TestClock _clock = new();

    protected override Dictionary<string, string> Settings => new() { ["Sessions:CleanupInterval"] = "00:00:00.05" };

    protected override void Adjust(WebApplicationBuilder builder)
    {
        base.Adjust(builder);
        builder.Services.AddSingleton<TimeProvider>(_clock);
    }

    [Test]
    public async Task CleanUp_ExpiredSession_IsDeletedInTheBackground()
    {
        var user = await App.RegisterAsync();
        var session = await user.Client.SendJsonAsync(HttpMethod.Post, "/chat/sessions", new { temporary = true }, HttpStatusCode.Created);
        var id = session.Id();

        _clock.Advance(new SessionSettings().TemporaryIdleTimeout);

        await Eventually.TrueAsync(async () => !await App.WithDb(db => db.Sessions.AnyAsync(s => s.Id == id)), "it is removed");
    }
}
