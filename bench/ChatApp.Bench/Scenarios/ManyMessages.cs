using Npgsql;
using NpgsqlTypes;

namespace ChatApp.Bench.Scenarios;

/// <summary>Fills the database with conversations: made-up words, distributed as in natural language (Zipf's law), in messages of very different lengths.</summary>
internal sealed class ManyMessages
{
    public const int MessagesPerSession = 20;

    private const string Columns = "id, session_id, user_id, seq, role, content, status, usage_estimated, tool_calls, metadata, created_at, updated_at, reserved_tokens";

    private static readonly string[] Syllables =
        [.. from consonant in new[] { "b", "d", "f", "g", "h", "k", "l", "m", "n", "p", "r", "s", "t", "v", "st", "tr" } from vowel in new[] { "a", "e", "i", "o", "u", "ai" } select consonant + vowel];

    private readonly Random _random = new(7); // the same messages in every run
    private readonly string[] _words;
    private readonly double[] _weights;

    private readonly int _messagesPerSession;

    /// <param name="messagesPerSession">How many messages fill a session.</param>
    public ManyMessages(int messagesPerSession = MessagesPerSession)
    {
        _messagesPerSession = messagesPerSession;
        _words = [.. Enumerable.Range(0, 30_000).Select(i => string.Concat(Enumerable.Range(0, i < 100 ? 1 + i % 2 : 2 + _random.Next(3)).Select(_ => Syllables[_random.Next(Syllables.Length)])))];
        _weights = new double[_words.Length];
        for (var (i, sum) = (0, 0.0); i < _words.Length; i++)
        {
            _weights[i] = sum += 1.0 / (i + 2.7);
        }
    }

    /// <summary>The word with this rank by frequency.</summary>
    public string Word(int place) => _words[place];

    /// <summary>Gives each user this many messages, interleaved as if all users had been writing at the same time.</summary>
    public async Task FillAsync(string connectionString, IReadOnlyList<(BenchUser User, int Messages)> users)
    {
        await using var source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(connectionString) { CommandTimeout = 0 });
        await using var connection = await source.OpenConnectionAsync();
        var indexes = await TakeIndexesAsync(connection);
        var now = TimeProvider.System.GetUtcNow();
        var turns = users.SelectMany(u => Enumerable.Range(0, u.Messages).Select(i => (u.User, Index: i))).ToArray();
        _random.Shuffle(turns);
        var counts = new Dictionary<Guid, int>();
        await using (var copy = await connection.BeginBinaryImportAsync($"COPY messages ({Columns}) FROM STDIN (FORMAT binary)"))
        {
            for (var i = 0; i < turns.Length; i++)
            {
                var user = turns[i].User;
                var number = counts[user.Id] = counts.GetValueOrDefault(user.Id) + 1;
                var at = now.AddSeconds(i - turns.Length);
                await copy.StartRowAsync();
                await copy.WriteAsync(Guid.CreateVersion7(at), NpgsqlDbType.Uuid);
                await copy.WriteAsync(user.Sessions[(number - 1) / _messagesPerSession], NpgsqlDbType.Uuid);
                await copy.WriteAsync(user.Id, NpgsqlDbType.Uuid);
                await copy.WriteAsync((long)((number - 1) % _messagesPerSession + 1), NpgsqlDbType.Bigint);
                await copy.WriteAsync(number % 2 == 1 ? "user" : "assistant", NpgsqlDbType.Varchar);
                await copy.WriteAsync(Text(), NpgsqlDbType.Text);
                await copy.WriteAsync("complete", NpgsqlDbType.Varchar);
                await copy.WriteAsync(false, NpgsqlDbType.Boolean);
                await copy.WriteAsync("[]", NpgsqlDbType.Jsonb);
                await copy.WriteAsync("{}", NpgsqlDbType.Jsonb);
                await copy.WriteAsync(at, NpgsqlDbType.TimestampTz);
                await copy.WriteAsync(at, NpgsqlDbType.TimestampTz);
                await copy.WriteAsync(0L, NpgsqlDbType.Bigint);
            }
            await copy.CompleteAsync();
        }
        await ExecuteAsync(connection, $"""
            SET maintenance_work_mem = '512MB';
            {string.Join(";\n", indexes)};
            UPDATE chat_sessions s SET message_count = n, next_seq = n + 1, last_message_at = last, last_activity_at = last
            FROM (SELECT user_id, session_id, count(*) n, max(created_at) last FROM messages GROUP BY user_id, session_id) m WHERE m.user_id = s.user_id AND m.session_id = s.id;
            """);
        await ExecuteAsync(connection, "VACUUM ANALYZE");
    }

    // Log-normal lengths, as of short questions and long replies; the median is 33 words.
    private string Text()
    {
        var length = Math.Clamp((int)Math.Exp(3.5 + Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(2 * Math.PI * _random.NextDouble())), 1, 600);
        return string.Join(' ', Enumerable.Range(0, length).Select(_ => AnyWord()));
    }

    private string AnyWord()
    {
        var at = Array.BinarySearch(_weights, _random.NextDouble() * _weights[^1]);
        return _words[at < 0 ? ~at : at];
    }

    // Building an index afterwards is several times faster than adding a million entries to it.
    private static async Task<IReadOnlyList<string>> TakeIndexesAsync(NpgsqlConnection connection)
    {
        var (names, definitions) = (new List<string>(), new List<string>());
        await using (var command = new NpgsqlCommand("SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'messages' AND indexname LIKE 'ix_messages_search_%'", connection))
        await using (var reader = await command.ExecuteReaderAsync())
        {
            while (await reader.ReadAsync())
            {
                names.Add(reader.GetString(0));
                definitions.Add(reader.GetString(1));
            }
        }
        await ExecuteAsync(connection, $"DROP INDEX {string.Join(", ", names)}");
        return definitions;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
#pragma warning disable CA2100 // consists of the database's own definitions
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
    }
}
