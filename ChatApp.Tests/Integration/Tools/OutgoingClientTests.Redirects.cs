using System.Text;
using ChatApp.Domain.Chat.Ports;
using ChatApp.Tests.Support;

namespace ChatApp.Tests.Integration.Tools;

// Redirects are checked like the first request.
internal sealed partial class OutgoingClientTests
{
    [TestCase("http://127.0.0.2:{port}/")]
    [TestCase("//127.0.0.2:{port}/")]
    [TestCase("http://2130706434:{port}/")]
    [TestCase("http://[::ffff:127.0.0.2]:{port}/")]
    [TestCase("http://user:password@127.0.0.1:{port}/")]
    [TestCase("file:///etc/passwd")]
    [TestCase("ftp://127.0.0.1:{port}/")]
    public async Task Redirect_ToABlockedAddress_IsNotFollowed(string location)
    {
        _server.Redirect("/away", location.Replace("{port}", $"{_server.Port}", StringComparison.Ordinal));
        using var client = Client(Loopback);

        await Assert.ThatAsync(() => GetAsync(client, $"{_server.Address}/away"), Throws.TypeOf<ToolException>().With.Message.Contains("opened").Or.Message.Contains("public internet"));

        Assert.That(_canary.Connections, Is.Zero);
    }

    [TestCase(3, true)]
    [TestCase(4, false)]
    public async Task Redirect_ManyTimes_IsFollowedThreeTimes(int redirects, bool isFollowed)
    {
        for (var i = redirects; i > 0; i--)
        {
            _server.Redirect($"/hop{i}", i == 1 ? "/" : $"hop{i - 1}", status: new[] { 301, 302, 303, 307, 308 }[i]);
        }
        using var client = Client(Loopback);

        if (isFollowed)
        {
            var response = await GetAsync(client, $"{_server.Address}/hop{redirects}");
            Assert.That((Encoding.UTF8.GetString(response.Body), response.Address.AbsolutePath), Is.EqualTo(("here", "/")));
        }
        else
        {
            await Assert.ThatAsync(() => GetAsync(client, $"{_server.Address}/hop{redirects}"), Throws.TypeOf<ToolException>().With.Message.Contains("3 times"));
        }
    }

    [Test]
    public async Task Redirect_ToAnotherOrigin_DropsCredentials()
    {
        await using var other = await RecordedServer.StartAsync();
        other.On("/", "other");
        _server.Redirect("/out", $"{other.Address}/").Redirect("/in", "/");
        using var client = Client(Loopback);

        await GetAsync(client, $"{_server.Address}/out", ("Authorization", "Bearer canary"), ("X-Subscription-Token", "canary"), ("Cookie", "canary"), ("Accept", "text/html"));
        await GetAsync(client, $"{_server.Address}/in", ("Authorization", "Bearer canary"));

        var foreign = other.Requests.Single();
        Assert.That(foreign.Headers.Select(h => $"{h.Key}: {h.Value}"), Has.None.Contains("canary"));
        Assert.That(foreign.Headers.Accept.ToString(), Is.EqualTo("text/html"));
        Assert.That(_server.Requests[^1].Headers.Authorization.ToString(), Is.EqualTo("Bearer canary"), "the same origin is allowed");
    }

    [Test]
    public async Task Redirect_OfAPost_IsReturnedToTheCaller()
    {
        _server.Redirect("/post", "/", status: 307);
        using var client = Client(Loopback);
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{_server.Address}/post") { Content = new StringContent("canary") };

        var response = await client.SendAsync(request, CancellationToken.None);

        Assert.That((response.Status, response.IsSuccess), Is.EqualTo((307, false)));
    }
}
