using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;

namespace ChatApp.Tests.Support;

/// <summary>The built app as a process of its own, with a private PostgreSQL server, as on a user's machine.</summary>
internal sealed class AppProcess : IAsyncDisposable
{
    private static readonly string[] Foreign = ["ConnectionStrings__ChatApp", "OPENAI_API_KEY", "OPENAI_BASE_URL", "ANTHROPIC_API_KEY", "OLLAMA_HOST", "Urls", "ASPNETCORE_URLS"];

    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly Func<string> _database;
    private bool _wasHealthy;

    private AppProcess(string dataDirectory, Dictionary<string, string>? settings, int? openFiles, params string[] arguments)
    {
        Address = new Uri($"http://127.0.0.1:{FreePort()}");
        _database = () => settings?.GetValueOrDefault("ConnectionStrings__ChatApp") ?? DataFolder.ConnectionString(dataDirectory, "chatapp");
        string[] limited = openFiles is { } limit ? ["-c", $"ulimit -n {limit}; exec \"$@\"", "sh", "dotnet"] : [];
        var start = new ProcessStartInfo(openFiles is null ? "dotnet" : "/bin/sh", [.. limited, Path.Combine(AppContext.BaseDirectory, "ChatApp.Web.dll"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetTempPath(),
        };
        foreach (var name in Foreign)
        {
            start.Environment.Remove(name);
        }
        start.Environment["Urls"] = Address.ToString();
        start.Environment["Database__DataDirectory"] = dataDirectory;
        start.Environment["RateLimits__Enabled"] = "false"; // tests send many requests
        start.Environment["Chat__MaxGeneratingReplies"] = "1000";
        foreach (var (name, value) in settings ?? [])
        {
            start.Environment[name] = value;
        }
        _process = Process.Start(start)!;
        _process.OutputDataReceived += Keep;
        _process.ErrorDataReceived += Keep;
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public Uri Address { get; }

    /// <summary>The memory that it currently uses, in bytes.</summary>
    public long ResidentBytes => 1024 * File.ReadLines($"/proc/{_process.Id}/status").Where(l => l.StartsWith("VmRSS:", StringComparison.Ordinal))
        .Select(l => long.Parse(l.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture)).Single();

    /// <summary>What it has printed so far.</summary>
    public string Output
    {
        get
        {
            lock (_output)
            {
                return _output.ToString();
            }
        }
    }

    /// <summary>Starts an app without waiting for it.</summary>
    public static AppProcess Launch(string dataDirectory, Dictionary<string, string>? settings = null, int? openFiles = null) => new(dataDirectory, settings, openFiles);

    /// <summary>Starts an app and waits until it serves.</summary>
    /// <param name="dataDirectory">The private server's data folder.</param>
    /// <param name="settings">Environment variables.</param>
    /// <param name="openFiles">How many files it may have open; null for as many as this process.</param>
    public static async Task<AppProcess> StartAsync(string dataDirectory, Dictionary<string, string>? settings = null, int? openFiles = null)
    {
        var app = Launch(dataDirectory, settings, openFiles);
        try
        {
            await app.HealthyAsync();
            return app;
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }
    }

    /// <summary>Checks the rules of the data with the app's own command.</summary>
    public static async Task AssertSoundAsync(string dataDirectory, Dictionary<string, string>? settings = null)
    {
        await using var check = new AppProcess(dataDirectory, settings, openFiles: null, "--check");
        Assert.That(await check.ExitAsync(), Is.Zero, () => check.Output);
        Assert.That(check.Output, Does.Contain("keeps all rules"));
    }

    public async Task HealthyAsync()
    {
        using var client = Anonymous();
        await Eventually.TrueAsync(
            async () =>
            {
                Assert.That(_process.HasExited, Is.False, () => Output);
                return await StatusAsync(client, "/health") == HttpStatusCode.OK;
            },
            "the app is healthy",
            TimeSpan.FromMinutes(2)); // a first start creates a database cluster
        _wasHealthy = true;
    }

    public HttpClient Anonymous() => new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = Address };

    public async Task<HttpClient> RegisterAsync(string name)
    {
        using var client = Anonymous();
        await client.SendJsonAsync(
            HttpMethod.Post, "/auths/register", new { username = name, email = $"{name}@example.com", password = TestUser.Password }, HttpStatusCode.Created);
        return await LogInAsync(name);
    }

    public async Task<HttpClient> LogInAsync(string name)
    {
        var client = Anonymous();
        var login = await client.SendJsonAsync(HttpMethod.Post, "/auths/login", TestApp.Form(name, TestUser.Password));
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", login.Text("access_token"));
        return client;
    }

    /// <summary>The status of a response; null if there is none.</summary>
    public static async Task<HttpStatusCode?> StatusAsync(HttpClient client, string path)
    {
        try
        {
            using var response = await client.GetAsync(new Uri(path, UriKind.Relative));
            return response.StatusCode;
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    /// <summary>Stops it gracefully, as systemd, Docker and Ctrl+C do; until then the rules of the data must hold.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> StopAsync()
    {
        try
        {
            if (_wasHealthy)
            {
                await DataRules.AssertKeptAsync(_database());
            }
        }
        finally
        {
            await SignalAsync("TERM", _process.Id);
            await ExitAsync();
        }
        return _process.ExitCode;
    }

    /// <summary>Kills it.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await ExitAsync();
    }

    public async Task<int> ExitAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        await _process.WaitForExitAsync(patience.Token);
        return _process.ExitCode;
    }

    public static async Task SignalAsync(string signal, params IEnumerable<int> processes)
    {
        using var kill = Process.Start("/bin/sh", ["-c", $"kill -{signal} {string.Join(' ', processes)}"]);
        await kill.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await StopAsync();
        }
        _process.Dispose();
    }

    // Below the ephemeral ports, so that no outgoing connection can take the port first.
    private static int FreePort()
    {
        while (true)
        {
            var port = Random.Shared.Next(20_000, 32_000);
            try
            {
                using var probe = new TcpListener(IPAddress.Loopback, port);
                probe.Start();
                return port;
            }
            catch (SocketException)
            {
            }
        }
    }

    private void Keep(object sender, DataReceivedEventArgs e)
    {
        lock (_output)
        {
            _output.AppendLine(CultureInfo.InvariantCulture, $"{e.Data}");
        }
    }
}
