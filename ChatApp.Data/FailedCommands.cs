using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace ChatApp.Data;

/// <summary>
/// Prevents the reuse of a failed command. Npgsql (10.0) caches a connection object's last command for the next one, and if its
/// connection broke while it was being prepared, the cached command remains broken: the next statement of the same, pooled context would fail, too.
/// </summary>
internal sealed class FailedCommands : DbCommandInterceptor
{
    public override void CommandFailed(DbCommand command, CommandErrorEventData eventData) => Replace(command);

    public override Task CommandFailedAsync(DbCommand command, CommandErrorEventData eventData, CancellationToken cancellationToken = default)
    {
        Replace(command);
        return Task.CompletedTask;
    }

    // A new command takes the cache's place, so that the failed one is not cached when it is disposed.
    private static void Replace(DbCommand command) => command.Connection?.CreateCommand().Dispose();
}
