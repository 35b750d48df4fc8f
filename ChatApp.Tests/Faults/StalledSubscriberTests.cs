using System.Net;
using System.Net.Sockets;
using System.Text;
using ChatApp.Tests.Support;

namespace ChatApp.Tests.Faults;

/// <summary>Clients that open an event stream and never read it.</summary>
internal sealed class StalledSubscriberTests
{
    private const int Stalled = 40;
    private const long MemoryBound = 200_000_000; // unbounded buffers would take four times as much

    [Test]
    public async Task Subscribers_ThatDoNotRead_AreCutWithBoundedMemoryWhileOthersContinue()
    {
        await using var model = await ScriptedOpenAiServer.StartAsync();
        using var folder = new DataFolder();
        await using var app = await AppProcess.StartAsync(folder.Path, new() { ["OPENAI_BASE_URL"] = $"{model.Endpoint}", ["Chat__Model"] = "scripted-model" });
        using var user = await app.RegisterAsync("subscriber");
        // Six times as long in JSON, and sent again with every following change until the system's buffers are full.
        model.DefaultReply = ScriptedReply.Text([new string('\u0001', 30_000), .. Enumerable.Repeat("x", 600)]) with { Delay = TimeSpan.FromMilliseconds(50) };
        using var healthy = await EventStream.PostAsync(user, new { message = "talk" });
        var session = (await healthy.NextAsync())!.Data.Text("session_id");
        var received = healthy.RestAsync();
        var before = app.ResidentBytes;

        var stalled = await Task.WhenAll(Enumerable.Range(0, Stalled).Select(_ => StallAsync(app.Address, user, $"/api/chat/stream?session_id={session}")));
        var (most, left) = (before, stalled.ToHashSet());
        await Eventually.TrueAsync(
            () =>
            {
                most = Math.Max(most, app.ResidentBytes);
                left.RemoveWhere(IsReset);
                return left.Count == 0;
            },
            "all stalled connections are cut");
        Array.ForEach(stalled, s => s.Dispose());

        TestContext.Out.WriteLine($"{before / 1e6:0} MB before, {most / 1e6:0} MB at most");
        Assert.That(most - before, Is.LessThan(MemoryBound));
        await user.SendJsonAsync(HttpMethod.Post, "/api/interrupt", new { session_id = session });
        Assert.That((await received)[^1].Type, Is.EqualTo("done"));
    }

    [Test]
    public async Task Readers_OfAFinishedReplyThatDoNotRead_CostLessThanItsTextAndTheMemoryIsReturned()
    {
        const int length = 500_000;
        const int readers = 400;
        await using var model = await ScriptedOpenAiServer.StartAsync();
        using var folder = new DataFolder();
        await using var app = await AppProcess.StartAsync(folder.Path, new() { ["OPENAI_BASE_URL"] = $"{model.Endpoint}", ["Chat__Model"] = "scripted-model" });
        using var user = await app.RegisterAsync("reader");
        model.DefaultReply = ScriptedReply.Text([.. Enumerable.Repeat(new string('x', length / 50), 50)]);
        await user.SendJsonAsync(HttpMethod.Post, "/chat", new { message = "talk" });
        var reply = (await user.GetJsonAsync("/chat/history")).Items("messages")[^1];
        Assert.That(reply.Text("content"), Has.Length.EqualTo(length));
        var (before, most) = (app.ResidentBytes, 0L);

        var stalled = new List<Socket>();
        while (stalled.Count < readers)
        {
            stalled.AddRange(await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => StallAsync(app.Address, user, $"/chat/messages/{reply.Text("id")}/stream"))));
            most = Math.Max(most, app.ResidentBytes);
        }
        // Those whose reply fits into the system's buffers have been served, the others are cut.
        await Eventually.TrueAsync(
            () =>
            {
                most = Math.Max(most, app.ResidentBytes);
                return app.ResidentBytes < before + length * readers / 4;
            },
            "the memory is returned");
        stalled.ForEach(s => s.Dispose());

        TestContext.Out.WriteLine($"{before / 1e6:0} MB before, {most / 1e6:0} MB at most, {app.ResidentBytes / 1e6:0} MB after");
        Assert.That(most - before, Is.LessThan((long)length * readers), "half of the text in memory, and its bytes in buffers come on top");
    }

    // A client with the smallest possible buffer.
    private static async Task<Socket> StallAsync(Uri address, HttpClient user, string path)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4096 };
        await socket.ConnectAsync(IPAddress.Loopback, address.Port);
        await socket.SendAsync(Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: {address.Authority}\r\nAuthorization: {user.DefaultRequestHeaders.Authorization}\r\n\r\n"));
        return socket;
    }

    private static bool IsReset(Socket socket) => (int)socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.Error)! != 0 || !socket.Connected;
}
