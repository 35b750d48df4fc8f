using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;
using NpgsqlTypes;

namespace ChatApp.Data;

/// <summary>Batches of plain statements on a context's connection and in its transaction: one round trip each.</summary>
internal static class Batches
{
    extension(ChatDbContext db)
    {
        /// <summary>A batch in the current transaction. Without one, the caller has opened the connection.</summary>
        public NpgsqlBatch NewBatch() =>
            new((NpgsqlConnection)db.Database.GetDbConnection(), (NpgsqlTransaction?)db.Database.CurrentTransaction?.GetDbTransaction());
    }

    extension(NpgsqlBatch batch)
    {
        /// <summary>Adds a statement.</summary>
        /// <param name="statement">A constant.</param>
        /// <param name="values">The values of <c>$1</c>, <c>$2</c> …; parameters where PostgreSQL cannot infer the type.</param>
        public NpgsqlBatchCommand Add(string statement, params IEnumerable<object> values)
        {
            var command = new NpgsqlBatchCommand(statement);
            foreach (var value in values)
            {
                command.Parameters.Add(value as NpgsqlParameter ?? new NpgsqlParameter { Value = value });
            }
            batch.BatchCommands.Add(command);
            return command;
        }
    }

    // PostgreSQL cannot infer the type of a null.
    extension(long? value)
    {
        public NpgsqlParameter OrNull() => new() { Value = (object?)value ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bigint };
    }

    extension(string? value)
    {
        public NpgsqlParameter OrNull() => new() { Value = (object?)value ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text };
    }
}
