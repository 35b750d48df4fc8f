using System.Net;
using System.Text;
using ChatApp.Domain.Chat.Ports;
using ChatApp.Tests.Support;
using ChatApp.Web.Integrations.Outgoing;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;

namespace ChatApp.Tests.Integration.Tools;

/// <summary>The guarded client. The server at 127.0.0.1 counts as public where a test says so; the canary must never get a connection.</summary>
internal sealed partial class OutgoingClientTests
{
    private const string Elsewhere = "127.0.0.2";

    private static readonly OutgoingNetwork Loopback = OutgoingNetwork.Internet with { IsPublic = a => a.ToString() == "127.0.0.1" };

    private RecordedServer _server = null!;
    private RecordedServer _canary = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        _server = await RecordedServer.StartAsync();
        _server.On("/", "here", "text/plain; charset=utf-8");
        _canary = await RecordedServer.StartAsync(Elsewhere, _server.Port);
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        await _server.DisposeAsync();
        await _canary.DisposeAsync();
    }

    [TestCase("http://127.0.0.1:{port}/")]
    [TestCase("http://localhost:{port}/")]
    [TestCase("http://LOCALHOST:{port}/")]
    [TestCase("http://2130706433:{port}/", TestName = "Send_Decimal")]
    [TestCase("http://0177.0.0.1:{port}/", TestName = "Send_Octal")]
    [TestCase("http://0x7f.0.0.1:{port}/", TestName = "Send_Hex")]
    [TestCase("http://0x7f000001:{port}/", TestName = "Send_HexNumber")]
    [TestCase("http://127.1:{port}/", TestName = "Send_Short")]
    [TestCase("http://１２７.0.0.1:{port}/", TestName = "Send_FullWidthDigits")]
    [TestCase("http://127。0。0。1:{port}/", TestName = "Send_IdeographicDots")]
    [TestCase("http://0:{port}/", TestName = "Send_Zero")]
    [TestCase("http://0.0.0.0:{port}/")]
    [TestCase("http://[::]:{port}/")]
    [TestCase("http://[::1]:{port}/")]
    [TestCase("http://[::ffff:127.0.0.1]:{port}/")]
    [TestCase("http://[::ffff:7f00:1]:{port}/")]
    [TestCase("http://[::ffff:0:127.0.0.1]:{port}/")]
    [TestCase("http://[::127.0.0.1]:{port}/")]
    [TestCase("http://[64:ff9b::127.0.0.1]:{port}/")]
    [TestCase("http://[2002:7f00:1::]:{port}/")]
    [TestCase("http://[2001:0:7f00:1::]:{port}/")]
    [TestCase("http://169.254.169.254/latest/meta-data/")]
    [TestCase("http://[fd00:ec2::254]/latest/meta-data/")]
    [TestCase("http://example.com@127.0.0.1:{port}/")]
    [TestCase("http://127.0.0.1:{port}#@example.com/")]
    [TestCase("file:///etc/passwd")]
    [TestCase("ftp://127.0.0.1:{port}/")]
    [TestCase("gopher://127.0.0.1:{port}/_GET")]
    public async Task Send_AddressThatIsNotPublic_IsBlockedWithoutAConnection(string address)
    {
        var before = _server.Connections;
        using var client = Client(OutgoingNetwork.Internet);
        var target = address.Replace("{port}", $"{_server.Port}", StringComparison.Ordinal);

        await Assert.ThatAsync(() => GetAsync(client, target), Throws.TypeOf<ToolException>().With.Message.Contains("opened").Or.Message.Contains("public internet"));

        Assert.That(_server.Connections, Is.EqualTo(before));
    }

    [TestCase("127.0.0.1")]
    [TestCase("127.0.0.1:{port}")]
    [TestCase("wiki.example, 127.0.0.1; [::1]:8080")]
    public async Task Send_AllowedHost_Succeeds(string named)
    {
        using var client = Client(OutgoingNetwork.Internet, named.Replace("{port}", $"{_server.Port}", StringComparison.Ordinal));

        var response = await GetAsync(client, _server.Address);

        Assert.That((response.Status, Encoding.UTF8.GetString(response.Body), response.ContentType?.MediaType), Is.EqualTo((200, "here", "text/plain")));
    }

    [TestCase("127.0.0.1:1")]
    [TestCase("127.0.0.2")]
    [TestCase("localhost")]
    public async Task Send_OtherAllowedHostOrPort_IsBlocked(string named)
    {
        using var client = Client(OutgoingNetwork.Internet, named);

        await Assert.ThatAsync(() => GetAsync(client, _server.Address), Throws.TypeOf<ToolException>().With.Message.Contains("public internet"));
    }

    [TestCase("http://wiki")]
    [TestCase("wiki/page")]
    [TestCase("me@wiki")]
    [TestCase("wiki:port")]
    public void From_InvalidHost_NamesTheSetting(string named) =>
        Assert.That(() => Allowed(named), Throws.InvalidOperationException.With.Message.Contains("Tools:AllowedHosts"));

    [Test]
    public async Task Send_NameResolvesDifferentlyLater_IsCheckedForEachConnection()
    {
        var addresses = new Queue<string>(["127.0.0.1", Elsewhere]);
        using var client = Client(Loopback with { Resolve = (_, _) => Task.FromResult(new[] { IPAddress.Parse(addresses.Dequeue()) }) });
        _server.On("/once", context =>
        {
            context.Response.Headers.Connection = "close";
            return context.Response.WriteAsync("once");
        });

        var first = await GetAsync(client, $"http://rebind.example:{_server.Port}/once");

        Assert.That(Encoding.UTF8.GetString(first.Body), Is.EqualTo("once"));
        Assert.That(addresses, Has.Count.EqualTo(1), "the name is resolved once per connection");
        await Assert.ThatAsync(() => GetAsync(client, $"http://rebind.example:{_server.Port}/once"), Throws.TypeOf<ToolException>());
        Assert.That(_canary.Connections, Is.Zero);
    }

    [Test]
    public async Task Send_NameWithPublicAndPrivateAddresses_ConnectsOnlyToThePublicOne()
    {
        using var client = Client(Loopback with { Resolve = (_, _) => Task.FromResult(new[] { IPAddress.Parse(Elsewhere), IPAddress.Loopback }) });

        var response = await GetAsync(client, $"http://both.example:{_server.Port}/");

        Assert.That(response.Status, Is.EqualTo(200));
        Assert.That(_canary.Connections, Is.Zero);
    }

    [Test]
    public async Task Send_ServerSetsACookie_IsNotSentBack()
    {
        _server.On("/cookie", context =>
        {
            context.Response.Cookies.Append("track", "me");
            return Task.CompletedTask;
        });
        using var client = Client(Loopback);
        await GetAsync(client, $"{_server.Address}/cookie");

        await GetAsync(client, $"{_server.Address}/cookie");

        Assert.That(_server.Requests[^1].Headers.Cookie.Count, Is.Zero);
        Assert.That(_server.Requests[^1].Headers.TraceParent.Count, Is.Zero);
    }

    [Test]
    public async Task Send_ProxyInTheEnvironment_IsNotUsed()
    {
        await using var proxy = await RecordedServer.StartAsync();
        Environment.SetEnvironmentVariable("http_proxy", proxy.Address);
        try
        {
            using var client = Client(Loopback with { Resolve = (_, _) => Task.FromResult(new[] { IPAddress.Loopback }) });
            var response = await GetAsync(client, $"http://site.example:{_server.Port}/");
            Assert.That(response.Status, Is.EqualTo(200));
        }
        finally
        {
            Environment.SetEnvironmentVariable("http_proxy", null);
        }
        Assert.That(proxy.Connections, Is.Zero);
    }

    [Test]
    public async Task Send_CompressedResponse_IsTruncatedByDecompressedSize()
    {
        _server.On("/bomb", async context =>
        {
            context.Response.Headers.ContentEncoding = "gzip";
            await using var gzip = new System.IO.Compression.GZipStream(context.Response.Body, System.IO.Compression.CompressionLevel.Fastest);
            for (var i = 0; i < 64; i++)
            {
                await gzip.WriteAsync(new byte[1024 * 1024], context.RequestAborted);
            }
        });
        using var client = new OutgoingClient(Allowed(""), Loopback, TimeProvider.System) { MaxBytes = 100_000 };

        var response = await GetAsync(client, $"{_server.Address}/bomb");

        Assert.That((response.Body.Length, response.IsTruncated), Is.EqualTo((100_000, true)));
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task Send_ServerHangs_FailsAtTheTimeLimit(bool afterItsHeaders)
    {
        _server.On("/hang", async context =>
        {
            if (afterItsHeaders)
            {
                await context.Response.WriteAsync("some");
                await context.Response.Body.FlushAsync();
            }
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        });
        using var client = new OutgoingClient(Allowed(""), Loopback, TimeProvider.System) { TimeLimit = TimeSpan.FromSeconds(0.5) };

        await Assert.ThatAsync(() => GetAsync(client, $"{_server.Address}/hang"), Throws.TypeOf<ToolException>().With.Message.Contains("in time"));
    }

    [Test]
    public async Task Send_CallerCancels_IsCancelled()
    {
        using var client = Client(Loopback);
        using var gone = new CancellationTokenSource();
        await gone.CancelAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, _server.Address);

        await Assert.ThatAsync(() => client.SendAsync(request, gone.Token), Throws.InstanceOf<OperationCanceledException>());
    }

    private static AllowedHosts Allowed(string hosts) =>
        AllowedHosts.From(new ConfigurationBuilder().AddInMemoryCollection([new("Tools:AllowedHosts", hosts)]).Build());

    private static OutgoingClient Client(OutgoingNetwork network, string named = "") => new(Allowed(named), network, TimeProvider.System);

    private static async Task<OutgoingResponse> GetAsync(OutgoingClient client, string address, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        foreach (var (name, value) in headers)
        {
            request.Headers.Add(name, value);
        }
        return await client.SendAsync(request, CancellationToken.None);
    }
}
