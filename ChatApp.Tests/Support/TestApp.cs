using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using ChatApp.Data;
using ChatApp.Domain.Usage;
using ChatApp.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ChatApp.Tests.Support;

/// <summary>The real application on a real port, with its own database.</summary>
internal sealed class TestApp : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly bool _ownsDatabase;
    private int _users;

    private TestApp(WebApplication app, string connectionString, bool ownsDatabase, LogSink log)
    {
        (_app, ConnectionString, _ownsDatabase, Log) = (app, connectionString, ownsDatabase, log);
        Address = new Uri(app.Urls.First());
    }

    public Uri Address { get; }

    public string ConnectionString { get; }

    /// <summary>All log lines of the app, down to Debug.</summary>
    public LogSink Log { get; }

    public IServiceProvider Services => _app.Services;

    /// <summary>Starts an app.</summary>
    /// <param name="settings">Configuration, by its documented names.</param>
    /// <param name="connectionString">A database to share with another app; null for a new one.</param>
    /// <param name="adjust">Replaces external services, such as the clock.</param>
    public static async Task<TestApp> StartAsync(
        Dictionary<string, string>? settings = null, string? connectionString = null, Action<WebApplicationBuilder>? adjust = null)
    {
        var database = connectionString ?? await TestPostgres.CopyAsync();
        string[] args =
        [
            "--urls=http://127.0.0.1:0", $"--ConnectionStrings:ChatApp={database}",
            "--Models:FindOllama=false", // an Ollama of this machine must not affect tests
            "--RateLimits:Enabled=false", // tests send many requests
            "--Chat:MaxGeneratingReplies=1000",
            "--Chat:TitleModel=built-in", // scripts are for replies, not for titles
            .. (settings ?? []).Select(s => $"--{s.Key}={s.Value}"),
        ];
        var log = new LogSink();
        var app = ChatAppHost.Build(args, builder =>
        {
            builder.Logging.ClearProviders().AddProvider(log).SetMinimumLevel(LogLevel.Debug);
            builder.Services.Configure<PasswordHasherOptions>(o => o.IterationCount = 1000); // tests sign in hundreds of times
            adjust?.Invoke(builder);
        });
        await app.StartAsync();
        return new TestApp(app, database, connectionString is null, log);
    }

    /// <summary>A client without credentials that follows no redirects and keeps no cookies.</summary>
    public HttpClient Anonymous() => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        RequestHeaderEncodingSelector = (_, _) => Encoding.UTF8,
    })
    {
        BaseAddress = Address,
    };

    /// <summary>A client whose requests come from another loopback address, such as 127.0.0.2.</summary>
    public HttpClient From(string address)
    {
        var client = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            ConnectCallback = async (context, ct) =>
            {
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
                socket.Bind(new IPEndPoint(IPAddress.Parse(address), 0));
                await socket.ConnectAsync(IPAddress.Loopback, context.DnsEndPoint.Port, ct);
                return new NetworkStream(socket, ownsSocket: true);
            },
        });
        client.BaseAddress = Address;
        return client;
    }

    public HttpClient WithToken(string accessToken)
    {
        var client = Anonymous();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", accessToken);
        return client;
    }

    /// <summary>A client with the pages' cookie.</summary>
    public HttpClient WithCookie(string secret)
    {
        var client = Anonymous();
        client.DefaultRequestHeaders.Add("Cookie", $"chatapp={secret}");
        return client;
    }

    /// <summary>A new account, signed in.</summary>
    public async Task<TestUser> RegisterAsync(string? name = null)
    {
        name ??= $"user{Interlocked.Increment(ref _users)}";
        using var client = Anonymous();
        var registered = await client.PostAsJsonAsync("/auths/register", new { username = name, email = $"{name}@example.com", password = TestUser.Password });
        registered.EnsureSuccessStatusCode();
        return await LogInAsync(name, TestUser.Password);
    }

    public async Task<TestUser> LogInAsync(string name, string password)
    {
        using var anonymous = Anonymous();
        var response = await anonymous.PostAsync("/auths/login", Form(name, password));
        response.EnsureSuccessStatusCode();
        var login = await response.Content.ReadFromJsonAsync<JsonElement>();
        var access = login.Text("access_token");
        return new TestUser(name, login.GetProperty("user").Id(), WithToken(access), access, login.Text("refresh_token"));
    }

    public static FormUrlEncodedContent Form(string name, string password) => new(new Dictionary<string, string> { ["username"] = name, ["password"] = password });

    /// <summary>Runs a test's own query or change on the database.</summary>
    public Task<T> WithDb<T>(Func<ChatDbContext, Task<T>> look) => RecordedSql.PauseAsync(async () =>
    {
        await using var scope = _app.Services.CreateAsyncScope();
        return await look(scope.ServiceProvider.GetRequiredService<ChatDbContext>());
    });

    /// <summary>Calls one of the app's services.</summary>
    public async Task<T> WithServiceAsync<TService, T>(Func<TService, Task<T>> call)
        where TService : notnull
    {
        await using var scope = _app.Services.CreateAsyncScope();
        return await call(scope.ServiceProvider.GetRequiredService<TService>());
    }

    /// <summary>Gives a user a quota of tokens.</summary>
    public Task SetQuotaAsync(Guid userId, long tokens) => WithServiceAsync(async (QuotaService quotas) =>
    {
        await quotas.SetAsync(userId, tokens, CancellationToken.None);
        return true;
    });

    public Task StopAsync() => _app.StopAsync();

    /// <summary>Stops the app; then the rules of the data must hold.</summary>
    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        try
        {
            await DataRules.AssertKeptAsync(ConnectionString);
        }
        finally
        {
            if (_ownsDatabase)
            {
                await TestPostgres.DropAsync(ConnectionString);
            }
        }
    }
}

/// <summary>An account and a client with its bearer token.</summary>
internal sealed record TestUser(string Name, Guid Id, HttpClient Client, string AccessToken, string RefreshToken)
{
    public const string Password = "correct horse 7";
}
