using System.Net;
using System.Net.Sockets;
using System.Text;
using ChatApp.Tests.Support;

namespace ChatApp.Tests.Faults;

/// <summary>Bodies in chunks whose sizes are not valid, which no HTTP library sends.</summary>
internal sealed class ChunkSizeTests : AppFixture
{
    [TestCase("80000000")]
    [TestCase("ffffffffffffffff")]
    [TestCase("size")]
    public async Task Post_ImpossibleChunkSize_Is400(string size)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, App.Address.Port);
        await socket.SendAsync(Encoding.ASCII.GetBytes(
            $"POST /auths/register HTTP/1.1\r\nHost: {App.Address.Authority}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n{size}\r\n{{\r\n"));
        using var reader = new StreamReader(new NetworkStream(socket));
        using var patience = new CancellationTokenSource(Eventually.Patience);

        Assert.That(await reader.ReadLineAsync(patience.Token), Is.EqualTo("HTTP/1.1 400 Bad Request"));
    }
}
