using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace ChatApp.Data;

/// <summary>
/// Keeps a command that has failed from being used again. Npgsql (10.0) keeps a connection object's last command for the next one, and a command whose
/// connection broke while it was being prepared takes that for its state: the next statement of the same, pooled context would fail for no reason.
/// </summary>
internal sealed class FailedCommands : DbCommandInterceptor
{
    public override void CommandFailed(DbCommand command, CommandErrorEventData eventData) => Replace(command);

    public override Task CommandFailedAsync(DbCommand command, CommandErrorEventData eventData, CancellationToken cancellationToken = default)
    {
        Replace(command);
        return Task.CompletedTask;
    }

    // A new one takes the place, so that the failed one finds it taken when it is disposed.
    private static void Replace(DbCommand command) => command.Connection?.CreateCommand().Dispose();
}
