using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Text.Json;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;

namespace ChatApp.Web.Integrations.Mcp.Stdio;

/// <summary>
/// Reads the messages that a command writes, one per line, with bounded memory. A line that is too long is read to its end and dropped, and the
/// request that it answers fails, so that one bad result does not end a connection that others use.
/// </summary>
/// <param name="stream">The command's standard output.</param>
/// <param name="maxSkipped">The most bytes of one line that are skipped.</param>
internal sealed class MessageReader(Stream stream, long maxSkipped = MessageReader.DefaultMaxSkipped)
{
    /// <summary>The maximum length of a message: 8 MB.</summary>
    public const int MaxLength = ResponseLimitHandler.MaxLength;

    /// <summary>The error code of the response that replaces one that was too long.</summary>
    public const int TooLong = -32099;

    // A command that writes this much without a line's end will hardly end it.
    private const long DefaultMaxSkipped = 512L * 1024 * 1024;

    private const int Unreadable = -32098;
    private const int BufferSize = 64 * 1024;

    private readonly PipeReader _reader = PipeReader.Create(stream, new(bufferSize: BufferSize));

    /// <exception cref="InvalidDataException">A line has no end.</exception>
    public async IAsyncEnumerable<JsonRpcMessage> ReadAllAsync([EnumeratorCancellation] CancellationToken ct)
    {
        ResponseIdScanner? skipped = null; // of a line that is too long
        var searched = 0L; // of the buffer, without finding a line's end
        while (true)
        {
            var read = await _reader.ReadAsync(ct);
            var buffer = read.Buffer;
            while (buffer.Slice(searched).PositionOf((byte)'\n') is { } end)
            {
                var message = Read(buffer.Slice(0, end), skipped);
                (buffer, searched, skipped) = (buffer.Slice(buffer.GetPosition(1, end)), 0, null);
                if (message is not null)
                {
                    yield return message;
                }
            }
            if (read.IsCompleted)
            {
                if (Read(buffer, skipped) is { } last)
                {
                    yield return last;
                }
                yield break;
            }
            if (skipped is not null || buffer.Length > MaxLength)
            {
                skipped ??= new();
                skipped.Read(buffer);
                buffer = buffer.Slice(buffer.End);
            }
            if (skipped?.Length > maxSkipped)
            {
                throw new InvalidDataException("The line is too long.");
            }
            searched = buffer.Length;
            _reader.AdvanceTo(buffer.Start, buffer.End);
        }
    }

    private static JsonRpcMessage? Read(ReadOnlySequence<byte> line, ResponseIdScanner? skipped)
    {
        if (skipped is null && line.Length <= MaxLength && Parse(line) is { } message)
        {
            return message;
        }
        var isTooLong = skipped is not null || line.Length > MaxLength;
        var scanner = skipped ?? new();
        scanner.Read(line);
        return scanner.FindId() is not { } id ? null : new JsonRpcError
        {
            Id = id,
            Error = isTooLong ? new() { Code = TooLong, Message = "The response is too long." } : new() { Code = Unreadable, Message = "The response cannot be read." },
        };
    }

    private static JsonRpcMessage? Parse(ReadOnlySequence<byte> line)
    {
        try
        {
            var reader = new Utf8JsonReader(line);
            return JsonSerializer.Deserialize<JsonRpcMessage>(ref reader, McpJsonUtilities.DefaultOptions);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or NotSupportedException or ArgumentException)
        {
            return null; // not a message: commands print other lines, too
        }
    }
}
