using System.Globalization;
using System.Runtime.InteropServices;
using ChatApp.Data;
using ChatApp.Data.Accounts;
using ChatApp.Data.Embedded;
using ChatApp.Data.Security;
using ChatApp.Domain.Sessions;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;

namespace ChatApp.Bench;

/// <summary>A signed-in user with sessions.</summary>
internal sealed record BenchUser(Guid Id, string Token, IReadOnlyList<Guid> Sessions);

/// <summary>A private, durable PostgreSQL server in a temporary folder, and the app on it. Both are removed afterwards.</summary>
internal sealed class Rig : IAsyncDisposable
{
    private const string Database = "chatapp";

    private readonly string _directory;
    private readonly PrivatePostgres _postgres;
    private readonly List<PosixSignalRegistration> _signals;
    private readonly Lazy<Task> _end;
    private int _users;

    private Rig(string directory, PrivatePostgres postgres, string connectionString, ServerProcess app)
    {
        (_directory, _postgres, ConnectionString, App, Postgres) = (directory, postgres, ChatDbOptions.WithDefaults(connectionString), app, new(directory));
        _end = new(EndAsync);
        // A cancelled run cleans up too.
        _signals = [.. new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM }.Select(s => PosixSignalRegistration.Create(s, context =>
        {
            context.Cancel = true;
            _ = ExitAsync();
        }))];
    }

    public ServerProcess App { get; }

    public PostgresProcesses Postgres { get; }

    /// <summary>With the app's own defaults.</summary>
    public string ConnectionString { get; }

    public static async Task<Rig> StartAsync()
    {
        if (OperatingSystem.IsWindows())
        {
            throw new PlatformNotSupportedException("The private PostgreSQL server needs Unix.");
        }
        var directory = Directory.CreateTempSubdirectory("chatapp-bench-").FullName;
        // PostgreSQL runs as another user if we are root.
        File.SetUnixFileMode(directory, File.GetUnixFileMode(directory) | UnixFileMode.OtherExecute);
        var postgres = await PrivatePostgres.StartAsync(directory, durable: true, NullLogger.Instance, CancellationToken.None);
        var connectionString = postgres.ConnectionString(Database);
        var app = await ServerProcess.StartAsync(
            Serving.AppServer.Command, "--urls=http://127.0.0.1:0", $"--ConnectionStrings:ChatApp={connectionString}", "--RateLimits:Enabled=false", "--Chat:MaxGeneratingReplies=100000");
        return new(directory, postgres, connectionString, app);
    }

    /// <summary>Creates signed-in users with sessions.</summary>
    public async Task<IReadOnlyList<BenchUser>> AddUsersAsync(int count, int sessions)
    {
        await using var db = Open();
        var (clock, nobody) = (TimeProvider.System, new NoRequest());
        var security = new SecurityLog(db, nobody, clock, Microsoft.Extensions.Options.Options.Create(new SecuritySettings()), NullLogger<SecurityLog>.Instance);
        var logins = new LoginService(db, security, nobody, Microsoft.Extensions.Options.Options.Create(new AccountSettings()), clock);
        var users = new List<BenchUser>();
        for (var i = 0; i < count; i++)
        {
            var (user, own) = (NewUser(), Enumerable.Range(0, sessions).Select(_ => Guid.CreateVersion7()).ToList());
            db.Users.Add(user);
            db.Sessions.AddRange(own.Select(id => NewSession(user.Id, id)));
            users.Add(new(user.Id, (await logins.StartAsync(user.Id, CancellationToken.None)).AccessToken, own));
            db.ChangeTracker.Clear();
        }
        await db.Database.ExecuteSqlAsync($"ANALYZE"); // as autovacuum would eventually
        return users;
    }

    /// <summary>Opens the database.</summary>
    public ChatDbContext Open() => new(new DbContextOptionsBuilder<ChatDbContext>().UseChatApp(ConnectionString).Options);

    public ValueTask DisposeAsync() => new(_end.Value);

    private async Task EndAsync()
    {
        _signals.ForEach(s => s.Dispose());
        await App.DisposeAsync();
        Npgsql.NpgsqlConnection.ClearAllPools();
        if (!OperatingSystem.IsWindows())
        {
            await _postgres.DisposeAsync();
        }
        Directory.Delete(_directory, recursive: true);
    }

    private async Task ExitAsync()
    {
        await DisposeAsync();
        Environment.Exit(1);
    }

    private AppUser NewUser()
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"user{++_users}");
        return new AppUser
        {
            Id = Guid.CreateVersion7(),
            UserName = name,
            NormalizedUserName = name.ToUpperInvariant(),
            Email = name + "@example.com",
            NormalizedEmail = name.ToUpperInvariant() + "@EXAMPLE.COM",
            CreatedAt = TimeProvider.System.GetUtcNow(),
        };
    }

    private static ChatSession NewSession(Guid userId, Guid id)
    {
        var now = TimeProvider.System.GetUtcNow();
        return new() { Id = id, UserId = userId, ThreadId = ChatSession.OwnThreadId(id), CreatedAt = now, UpdatedAt = now, LastActivityAt = now };
    }

    /// <summary>Sign-ins that nobody requested.</summary>
    private sealed class NoRequest : IRequestOrigin
    {
        public Guid? UserId => null;

        public Guid? LoginId => null;

        public string? Address => null;

        public string? Network => null;

        public string? UserAgent => null;
    }
}
