using System.Text;
using ChatApp.Web.Integrations.Mcp.Stdio;
using ModelContextProtocol.Protocol;

namespace ChatApp.Tests.Unit.Tools;

/// <summary>Messages of an MCP server's command, however they are cut into pieces.</summary>
internal sealed class MessageReaderTests
{
    private static readonly string Long = new('x', MessageReader.MaxLength);

    [Test]
    public async Task ReadAll_LinesInPieces_AreTheSameMessages([Values(1, 2, 7, 100_000)] int piece)
    {
        const string lines = """
            {"jsonrpc":"2.0","id":1,"result":{"a":"é\"}"}}

            not a message
            {"jsonrpc":"2.0","id":"two","error":{"code":-1,"message":"no"}}
            {"jsonrpc":"2.0","id":3,"result":{"a":1
            {"jsonrpc":"2.0","method":"notifications/message"}
            {"jsonrpc":"2.0","id":4,"result":{}}
            """;

        var messages = await ReadAsync(lines, piece);

        Assert.That(messages.Select(Describe), Is.EqualTo(new[] { "response 1", "error two -1", "error 3 -32098", "notification", "response 4" }));
    }

    [TestCase("""{"jsonrpc":"2.0","id":1,"result":"LONG"}""", "error 1 -32099")]
    [TestCase("""{"result":{"id":9,"list":[{"id":8}],"text":"LONG\"}"},"jsonrpc":"2.0","id":"a\"b"}""", "error a\"b -32099")]
    [TestCase("""{"LONG":"id","result":{},"id": 2 }""", "error 2 -32099")]
    [TestCase("""{"id":1,"method":"ping","params":"LONG"}""", null)]
    [TestCase("""{"id":"LONG","result":{}}""", null)]
    [TestCase("""{"id":{"id":1},"result":"LONG"}""", null)]
    [TestCase("""[{"id":1,"result":"LONG"}]""", null)]
    [TestCase("LONG", null)]
    public async Task ReadAll_LineTooLong_FailsItsRequestAndGoesOn(string line, string? expected)
    {
        const string next = """{"jsonrpc":"2.0","id":5,"result":{}}""";
        var messages = await ReadAsync($"{line.Replace("LONG", Long, StringComparison.Ordinal)}\n{next}", 64 * 1024);

        Assert.That(messages.Select(Describe), Is.EqualTo(expected is null ? ["response 5"] : new[] { expected, "response 5" }));
    }

    [TestCase("""{"jsonrpc":"2.0","result":{"content":[tru]}, "id":7}""")]
    [TestCase("""{"jsonrpc":"2.0","id":7}""")]
    public async Task ReadAll_ResponseThatCannotBeRead_FailsItsRequest(string line) =>
        Assert.That((await ReadAsync(line, 10)).Select(Describe), Is.EqualTo(new[] { "error 7 -32098" }));

    [Test]
    public async Task ReadAll_LineWithoutEnd_GivesUp()
    {
        using var stream = new Pieces(Encoding.UTF8.GetBytes(Long + Long + Long), 64 * 1024);
        var reader = new MessageReader(stream, maxSkipped: 2 * MessageReader.MaxLength);

        await Assert.ThatAsync(async () => await reader.ReadAllAsync(CancellationToken.None).ToListAsync(), Throws.TypeOf<InvalidDataException>());
    }

    private static async Task<List<JsonRpcMessage>> ReadAsync(string lines, int piece)
    {
        using var stream = new Pieces(Encoding.UTF8.GetBytes(lines), piece);
        return await new MessageReader(stream).ReadAllAsync(CancellationToken.None).ToListAsync();
    }

    private static string Describe(JsonRpcMessage message) => message switch
    {
        JsonRpcResponse response => $"response {response.Id}",
        JsonRpcError error => $"error {error.Id} {error.Error.Code}",
        JsonRpcNotification => "notification",
        _ => message.GetType().Name,
    };

    // A stream that returns few bytes at a time, as a pipe may.
    private sealed class Pieces(byte[] bytes, int piece) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(piece, buffer.Length)], cancellationToken);
    }
}
