using System.Data.Common;

namespace ChatApp.Domain.Errors;

/// <summary>Reads the SQLSTATE of failed statements (PostgreSQL manual, appendix A).</summary>
public static class DbErrors
{
    extension(Exception exception)
    {
        /// <summary>Whether a unique index refused the row: how uniqueness is decided here, never by a look first.</summary>
        public bool IsUniqueViolation => exception.Chain().Any(e => e is DbException { SqlState: "23505" });

        /// <summary>Whether the database could not be reached, went away, did not answer in time or takes only reads for now, so that the same statement may succeed later.</summary>
        public bool IsDatabaseUnavailable => exception.Chain().Any(e => e is TimeoutException or DbException { IsTransient: true }
            || e is DbException { SqlState: { } state } && (state.StartsWith("08", StringComparison.Ordinal) || state.StartsWith("57P", StringComparison.Ordinal)
                || state == "25006")); // a standby, during a failover

        /// <summary>Whether the statement took longer than it may, by the client's limit or by the server's.</summary>
        public bool IsTimeout => exception.Chain().Any(e => e is TimeoutException or DbException { SqlState: "57014" });

        private IEnumerable<Exception> Chain()
        {
            for (var e = exception; e is not null; e = e.InnerException)
            {
                yield return e;
            }
        }
    }
}
