using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace ChatApp.Tests.Browser;

/// <summary>A proxy to the app whose connections a test can cut.</summary>
internal sealed class CuttingProxy : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentBag<TcpClient> _open = [];
    private readonly Uri _app;

    public CuttingProxy(Uri app)
    {
        _app = app;
        _listener.Start();
        Address = new Uri($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");
        _ = AcceptAsync();
    }

    public Uri Address { get; }

    /// <summary>The number of connections cut so far.</summary>
    public int Cut { get; private set; }

    public void CutAll()
    {
        while (_open.TryTake(out var client))
        {
            Cut += client.Connected ? 1 : 0;
            client.Dispose();
        }
    }

    public void Dispose()
    {
        _listener.Dispose();
        CutAll();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync();
                var server = new TcpClient();
                _open.Add(client);
                _open.Add(server);
                await server.ConnectAsync(_app.Host, _app.Port);
                _ = PassOnAsync(client, server);
                _ = PassOnAsync(server, client);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private static async Task PassOnAsync(TcpClient from, TcpClient to)
    {
        try
        {
            await from.GetStream().CopyToAsync(to.GetStream());
            to.Client.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or InvalidOperationException)
        {
            to.Dispose();
        }
    }
}
