using ChatApp.Data.Checks;
using ChatApp.Data.Startup;
using Microsoft.Extensions.Options;
using Npgsql;

namespace ChatApp.Web;

/// <summary><c>ChatApp.Web --check</c>: checks the rules of the configured database, also while an app uses it.</summary>
internal static class CheckCommand
{
    public const string Switch = "--check";

    /// <returns>The process's exit code: 1 if a rule is broken.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        await using var app = ChatAppHost.Build([.. args.Except([Switch]), "--Logging:LogLevel:Default=Warning"]);
        await using var database = await DatabaseAccess.OpenAsync(app.Services.GetRequiredService<IOptions<DatabaseSettings>>().Value, CancellationToken.None);
        await using var connection = new NpgsqlConnection(database.ConnectionString);
        await connection.OpenAsync();
        var violations = await DatabaseCheck.RunAsync(connection, CancellationToken.None);
        foreach (var violation in violations)
        {
            Console.WriteLine($"{violation.Rule}: {violation.Row}");
        }
        Console.WriteLine(violations.Count == 0 ? "The database keeps all rules." : $"{violations.Count} violations.");
        return violations.Count == 0 ? 0 : 1;
    }
}
