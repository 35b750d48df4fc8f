using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Npgsql;

namespace ChatApp.Data;

/// <summary>The options of the context, the same everywhere.</summary>
public static class ChatDbOptions
{
    private const string MigrationsAssembly = "ChatApp.Migrations";
    private static readonly FailedCommands FailedCommands = new();

    public static DbContextOptionsBuilder<ChatDbContext> UseChatApp(this DbContextOptionsBuilder<ChatDbContext> options, string connectionString) =>
        (DbContextOptionsBuilder<ChatDbContext>)options.UseNpgsql(connectionString, o => o.MigrationsAssembly(MigrationsAssembly)).KeepTextsOutOfLogs();

    public static DbContextOptionsBuilder UseChatApp(this DbContextOptionsBuilder options, NpgsqlDataSource source) =>
        options.UseNpgsql(source, o => o.MigrationsAssembly(MigrationsAssembly)).AddInterceptors(FailedCommands).KeepTextsOutOfLogs();

    // Exceptions are logged where they are caught; EF Core would log them with values that the database quotes.
    private static DbContextOptionsBuilder KeepTextsOutOfLogs(this DbContextOptionsBuilder options) => options.ConfigureWarnings(w => w.Ignore(
        RelationalEventId.CommandError, CoreEventId.SaveChangesFailed, CoreEventId.QueryIterationFailed, CoreEventId.OptimisticConcurrencyException,
        RelationalEventId.ConnectionError, RelationalEventId.TransactionError));

    /// <summary>
    /// Sets defaults for what the connection string omits, so that an unresponsive database fails requests within seconds instead of holding them.
    /// </summary>
    public static string WithDefaults(string connectionString)
    {
        var given = new NpgsqlConnectionStringBuilder(connectionString);
        var settings = new NpgsqlConnectionStringBuilder(connectionString) { ApplicationName = given.ApplicationName ?? "ChatApp" };
        // The driver asks a server that exceeds the command's time to cancel it, over a connection of its own: both times add up.
        Default("Timeout", 2);
        Default("Command Timeout", 3);
        Default("Cancellation Timeout", -1); // a frozen server does not respond to cancellations either
        Default("Maximum Pool Size", 30);
        Default("Max Auto Prepare", 50);
        Default("No Reset On Close", true); // no statement changes settings of the connection
        if (given.Host is { } host && (host.StartsWith('/') || host is "localhost" or "127.0.0.1" or "::1"))
        {
            Default("GSS Encryption Mode", "Disable"); // spares a round trip that can hang
        }
        return settings.ConnectionString;

        void Default(string key, object value)
        {
            if (!given.ShouldSerialize(key)) // ContainsKey is true for all known keys
            {
                settings[key] = value;
            }
        }
    }
}
