using System.Text;

namespace ChatApp.Tests.Support;

/// <summary>The bytes of one transaction, from the first statement that contains a text until the response to its COMMIT.</summary>
internal sealed class WatchedExchange(string text, int? cutAfter)
{
    private static readonly byte[] Commit = "COMMIT\0"u8.ToArray(); // in the request and in its response

    private readonly byte[] _text = Encoding.UTF8.GetBytes(text);
    private readonly Lock _lock = new();
    private object? _connection;
    private bool _ended;

    /// <summary>The number of bytes so far, in both directions.</summary>
    public int Count { get; private set; }

    /// <summary>The number of bytes before the COMMIT.</summary>
    public int CommitAt { get; private set; }

    /// <summary>Whether the response to the COMMIT was carried.</summary>
    public bool IsComplete => _ended && !IsCut;

    /// <summary>Whether the connection was cut.</summary>
    public bool IsCut { get; private set; }

    /// <returns>How many of these bytes are carried; fewer than all of them: then the connection is cut.</returns>
    public int Pass(object connection, ReadOnlySpan<byte> bytes, bool isRequest)
    {
        lock (_lock)
        {
            if (_connection is null && isRequest && bytes.IndexOf(_text) >= 0)
            {
                _connection = connection;
            }
            if (_ended || _connection != connection)
            {
                return bytes.Length;
            }
            var isCommit = bytes.IndexOf(Commit) >= 0;
            CommitAt = isCommit && isRequest ? Count : CommitAt;
            var passed = Math.Min(bytes.Length, (cutAfter ?? int.MaxValue) - Count);
            Count += passed;
            IsCut = passed < bytes.Length;
            _ended = IsCut || isCommit && !isRequest;
            return passed;
        }
    }
}
