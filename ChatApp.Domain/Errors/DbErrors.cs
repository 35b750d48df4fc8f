using System.Data.Common;
using System.Text.RegularExpressions;

namespace ChatApp.Domain.Errors;

/// <summary>Reads the SQLSTATE of failed statements (PostgreSQL manual, appendix A).</summary>
public static partial class DbErrors
{
    // Citus reports a duplicate of INSERT … SELECT as an internal error, with PostgreSQL's message.
    private const string ErrorOfCitus = "XX000";

    extension(Exception exception)
    {
        /// <summary>Whether this unique index or key rejected the row. Uniqueness is decided by the index, never by a query beforehand.</summary>
        public bool Violates(string index) =>
            exception.Chain().Any(e => e is DbException { SqlState: "23505" or ErrorOfCitus } refused && IndexOf(refused) == index);

        /// <summary>Whether the database was unreachable, closed the connection, timed out or is read-only for now, so that the same statement may succeed later.</summary>
        public bool IsDatabaseUnavailable => exception.Chain().Any(e => e is TimeoutException or DbException { IsTransient: true }
            || e is DbException { SqlState: { } state } && (state.StartsWith("08", StringComparison.Ordinal) || state.StartsWith("57P", StringComparison.Ordinal)
                || state == "25006") // a standby, during a failover
            || e is DbException { SqlState: null, InnerException: null }); // the driver's own error: none of several servers is the primary

        /// <summary>Whether the statement exceeded the client's or the server's time limit.</summary>
        public bool IsTimeout => exception.Chain().Any(e => e is TimeoutException or DbException { SqlState: "57014" });

        private IEnumerable<Exception> Chain()
        {
            for (var e = exception; e is not null; e = e.InnerException)
            {
                yield return e;
                foreach (var one in e is AggregateException { InnerExceptions: { Count: > 1 } several } ? several.SelectMany(each => each.Chain()) : [])
                {
                    yield return one; // of several servers
                }
            }
        }
    }

    // The driver keeps the error's fields in the exception's data. Citus reports the index of a shard, which has the shard's number at its end,
    // and only within the message.
    private static string? IndexOf(DbException refused)
    {
        var name = refused.Data["ConstraintName"] as string ?? QuotedName().Match(refused.Message).Groups[1].Value;
        return ShardNumber().Replace(name, "");
    }

    [GeneratedRegex("\"([^\"]+)\"")]
    private static partial Regex QuotedName();

    [GeneratedRegex(@"_\d+$")]
    private static partial Regex ShardNumber();
}
