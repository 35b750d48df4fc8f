using System.Net;
using ChatApp.Data.Accounts.Deletion;
using ChatApp.Domain.Usage;
using ChatApp.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace ChatApp.Tests.Integration.Accounts;

/// <summary>An account is deleted: nothing of it is left in any table but its usage, without a name.</summary>
internal sealed partial class AccountDeletionTests : ChatFixture
{
    private readonly TestClock _clock = new();
    private TestUser _administrator = null!;

    protected override void Adjust(WebApplicationBuilder builder)
    {
        base.Adjust(builder);
        builder.Services.AddSingleton<TimeProvider>(_clock);
    }

    [OneTimeSetUp]
    public async Task RegisterAdministrator() => _administrator = await App.RegisterAsync("admin");

    [Test]
    public async Task Delete_AccountWithRowsInEveryTable_LeavesNothingThatNamesIt()
    {
        var user = await App.RegisterAsync("Erased-Person");
        var phone = await FillAsync(user);
        var call = Model.Hold("never ends");
        await user.Client.SendJsonAsync(HttpMethod.Post, "/api/chat", new { message = "never ends" });
        await call.Asked;
        call.Say("Half a reply");
        await Eventually.TrueAsync(() => App.WithDb(db => db.ReplyDeltas.AnyAsync(d => d.UserId == user.Id)), "the journal has it");
        var ids = await IdsAsync(user);
        var before = await TablesAsync(ids);
        Assert.That(UserTables.All.Concat(UserTables.Exceptions.Keys).Concat(["users", "security_events", "attempt_limits"]).Except(before), Is.Empty, "each table has rows of the account");

        await DeleteAsync(user, phone.Code());

        await GoneAsync(user);
        Assert.That(await TablesAsync([.. ids, "Erased-Person"]), Is.Empty);
        await AssertSoundAsync();
    }

    [Test]
    public async Task Delete_Account_ClosesItWithTheResponse()
    {
        var user = await App.RegisterAsync("closing");
        var key = (await user.Client.SendJsonAsync(HttpMethod.Post, "/users/me/api-keys", new { name = "k", scopes = new[] { "read" } }, HttpStatusCode.Created)).Text("secret");
        using var program = App.WithToken(key);
        using var stream = await user.Client.GetAsync(new Uri("/chat/events", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead);
        var body = await stream.Content.ReadAsStreamAsync();

        await DeleteAsync(user);

        await user.Client.ProblemAsync(HttpMethod.Get, "/users/me", null, HttpStatusCode.Unauthorized);
        await program.ProblemAsync(HttpMethod.Get, "/chat/sessions", null, HttpStatusCode.Unauthorized);
        using var anonymous = App.Anonymous();
        await anonymous.ProblemAsync(HttpMethod.Post, "/auths/login", TestApp.Form(user.Name, TestUser.Password), HttpStatusCode.Unauthorized);
        var again = await App.RegisterAsync("closing");
        Assert.That(again.Id, Is.Not.EqualTo(user.Id), "the name is free");
        await EndsAsync(body);
    }

    [Test]
    public async Task Delete_Usage_StaysInTheSumsWithoutTheUser()
    {
        var user = await App.RegisterAsync();
        await CreateSessionAsync(user, "Counted", "one", "two");
        await AddUsageAsync(user, UsageAnonymizer.BatchSize * 2);
        var (before, nameless) = (await SumsAsync(null), await SumsAsync(UserUsage.DeletedAccounts));
        var own = await SumsAsync(user.Id);

        await DeleteAsync(user);
        await GoneAsync(user);

        Assert.That(own.Calls, Is.GreaterThan(UsageAnonymizer.BatchSize * 2), "more than one batch");
        Assert.That(await SumsAsync(null), Is.EqualTo(before));
        Assert.That(await SumsAsync(UserUsage.DeletedAccounts), Is.EqualTo((nameless.Tokens + own.Tokens, nameless.Calls + own.Calls)));
        Assert.That(await App.WithDb(db => db.UsageRecords.Where(r => r.UserId == UserUsage.DeletedAccounts).AllAsync(r => r.SessionId == Guid.Empty && r.MessageId == Guid.Empty)), Is.True);
        await AssertSoundAsync();
    }

    [Test]
    public async Task Delete_EndedInTheMiddle_IsFinishedLater()
    {
        var user = await App.RegisterAsync();
        await CreateSessionAsync(user, "First", "one");
        await CreateSessionAsync(user, "Second", "two");
        await AddUsageAsync(user, UsageAnonymizer.BatchSize + 1);
        // A process that was killed has left the account closed and some of its rows removed.
        await App.WithDb(async db =>
        {
            var now = _clock.GetUtcNow();
            await db.Sessions.Where(s => s.UserId == user.Id && s.Title == "First").ExecuteDeleteAsync();
            return await db.Users.Where(u => u.Id == user.Id).ExecuteUpdateAsync(u => u.SetProperty(x => x.DisabledAt, now).SetProperty(x => x.DeletedAt, now));
        });

        await RunAsync();

        Assert.That(await TablesAsync([user.Id.ToString()]), Is.Empty);
        await AssertSoundAsync();
    }

    [Test]
    public async Task Delete_OnTwoInstancesAtOnce_MovesTheUsageOnce()
    {
        var user = await App.RegisterAsync();
        await AddUsageAsync(user, UsageAnonymizer.BatchSize * 3);
        var before = await SumsAsync(null);
        await App.WithDb(db => db.Users.Where(u => u.Id == user.Id).ExecuteUpdateAsync(u => u.SetProperty(x => x.DeletedAt, _clock.GetUtcNow())));

        await Task.WhenAll(RunAsync(), RunAsync(), RunAsync());

        Assert.That(await SumsAsync(null), Is.EqualTo(before));
        Assert.That(await TablesAsync([user.Id.ToString()]), Is.Empty);
        await AssertSoundAsync();
    }

    [Test]
    public async Task Usage_ChargedAfterTheDeletion_LosesItsName()
    {
        var gone = Guid.CreateVersion7();
        await AddUsageAsync(gone, 3);

        await App.WithServiceAsync(async (UsageAnonymizer usage) =>
        {
            await usage.SweepAsync(CancellationToken.None);
            return true;
        });

        Assert.That(await TablesAsync([gone.ToString()]), Is.Empty);
        await AssertSoundAsync();
    }

    [Test]
    public async Task Delete_LastTwoAdministratorsAtOnce_OneRemains()
    {
        await using var app = await TestApp.StartAsync();
        var (first, second) = (await app.RegisterAsync("one"), await app.RegisterAsync("two"));
        await app.WithDb(db => db.Database.ExecuteSqlAsync($"INSERT INTO user_roles (user_id, role_id) SELECT {second.Id}, id FROM roles"));

        var statuses = await Task.WhenAll(new[] { first, second }.Select(async u =>
        {
            using var response = await u.Client.SendAsync(HttpMethod.Post, "/users/me/deletion", new { password = TestUser.Password });
            return response.StatusCode;
        }));

        Assert.That(statuses, Is.EquivalentTo(new[] { HttpStatusCode.NoContent, HttpStatusCode.Conflict }));
        Assert.That(await app.WithDb(db => db.UserRoles.CountAsync()), Is.EqualTo(1));
    }

    [Test]
    public async Task Delete_WrongPasswordOrCode_DeletesNothing()
    {
        var user = await App.RegisterAsync();
        var (phone, _) = await Authenticator.TurnOnAsync(App, user, _clock);

        var wrong = await user.Client.ProblemAsync(HttpMethod.Post, "/users/me/deletion", new { password = "wrong horse 8", code = phone.Code() }, HttpStatusCode.BadRequest);
        var without = await user.Client.ProblemAsync(HttpMethod.Post, "/users/me/deletion", new { password = TestUser.Password }, HttpStatusCode.BadRequest);
        await _administrator.Client.ProblemAsync(HttpMethod.Post, "/users/me/deletion", new { password = TestUser.Password }, HttpStatusCode.Conflict);

        Assert.That(wrong.Fields(), Is.EqualTo(new[] { "password" }));
        Assert.That(without.Fields(), Is.EqualTo(new[] { "code" }));
        await user.Client.GetJsonAsync("/users/me");
        await user.Client.SendJsonAsync(HttpMethod.Post, "/users/me/deletion", new { password = TestUser.Password, code = phone.Code() }, HttpStatusCode.NoContent);
    }

    [Test]
    public async Task Delete_WrongPasswords_AreCounted()
    {
        var user = await App.RegisterAsync();
        for (var i = 0; i < 5; i++)
        {
            await user.Client.ProblemAsync(HttpMethod.Post, "/users/me/deletion", new { password = "wrong horse 8" }, HttpStatusCode.BadRequest);
        }

        await user.Client.ProblemAsync(HttpMethod.Post, "/users/me/deletion", new { password = TestUser.Password }, HttpStatusCode.TooManyRequests);
    }
}
