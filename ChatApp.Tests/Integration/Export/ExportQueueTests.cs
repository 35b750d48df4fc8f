using System.Net;
using ChatApp.Tests.Support;

namespace ChatApp.Tests.Integration.Export;

/// <summary>A user has a few exports at once and a few that wait; they do not keep anybody else waiting.</summary>
internal sealed class ExportQueueTests : ChatFixture
{
    private DirectoryInfo _folder = null!;

    private string Started => Path.Combine(_folder.FullName, "started");

    // A printer that notes its start and waits to be allowed to end, so that its exports take as long as a test wants.
    protected override Dictionary<string, string> Settings
    {
        get
        {
            _folder = Directory.CreateTempSubdirectory("chatapp-tests-queue-");
            var program = Path.Combine(_folder.FullName, "chromium");
            File.WriteAllText(program, $"#!/bin/sh\necho x >> {Started}\nwhile [ ! -e {_folder.FullName}/end ]; do sleep 0.05; done\nexit 1\n");
            File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            return new() { ["Export:Chromium"] = program, ["Export:PdfConcurrency"] = "10", ["Export:PerUser"] = "2", ["Export:WaitingPerUser"] = "1" };
        }
    }

    [OneTimeTearDown]
    public void DeleteFolder() => _folder.Delete(recursive: true);

    [Test]
    public async Task Export_ManyAtOnce_RefusesTheSurplusAndServesOthers()
    {
        var (user, other) = (await App.RegisterAsync(), await App.RegisterAsync());
        var (session, _) = await App.StoreAsync(user, "Mine", "Hello", "Hi");
        var (others, _) = await App.StoreAsync(other, "Others", "Hello", "Hi **there**");
        using var leaving = new CancellationTokenSource();
        var exports = new List<Task<HttpResponseMessage>> { user.Client.GetAsync($"/export/{session.Id}/pdf", leaving.Token), user.Client.GetAsync($"/export/{session.Id}/pdf") };
        await Eventually.TrueAsync(() => Starts() == 2, "two are printing");
        exports.AddRange(Enumerable.Range(0, 4).Select(_ => user.Client.GetAsync($"/export/{session.Id}/pdf")));
        await Eventually.TrueAsync(() => exports.Count(e => e.IsCompleted) == 3, "one waits, and three are refused");

        foreach (var refused in exports.Where(e => e.IsCompleted).ToList())
        {
            var response = await refused;
            await response.ProblemAsync(HttpStatusCode.TooManyRequests);
            Assert.That(response.Headers.RetryAfter?.Delta, Is.GreaterThan(TimeSpan.Zero));
        }
        using var print = await user.Client.GetAsync($"/chat-ui/{session.Id}/print");
        Assert.That(print.StatusCode, Is.EqualTo(HttpStatusCode.TooManyRequests), "the print view is an export too");
        await user.Client.ProblemAsync(HttpMethod.Get, "/users/me/download", null, HttpStatusCode.TooManyRequests);
        Assert.That(await other.Client.GetStringAsync($"/export/{others.Id}/html"), Does.Contain("<strong>there</strong>"));
        Assert.That((await other.Client.GetAsync("/health")).StatusCode, Is.EqualTo(HttpStatusCode.OK));

        Assert.That(Starts(), Is.EqualTo(2));
        await leaving.CancelAsync();
        await Eventually.TrueAsync(() => Starts() == 3, "the one that waited has the slot of the client that has left");
        await File.WriteAllTextAsync(Path.Combine(_folder.FullName, "end"), "");

        var ended = await Task.WhenAll(exports.Skip(1));
        Assert.That(ended.Select(e => e.StatusCode), Is.EquivalentTo(new[]
        {
            HttpStatusCode.ServiceUnavailable, HttpStatusCode.ServiceUnavailable, HttpStatusCode.TooManyRequests, HttpStatusCode.TooManyRequests, HttpStatusCode.TooManyRequests,
        }));
        Assert.That(await user.Client.GetStringAsync($"/export/{session.Id}/markdown"), Does.Contain("Hello"), "later exports run");
    }

    private int Starts() => File.Exists(Started) ? File.ReadAllLines(Started).Length : 0;
}
