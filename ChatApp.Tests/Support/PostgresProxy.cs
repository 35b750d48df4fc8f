using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace ChatApp.Tests.Support;

/// <summary>The network between an app and PostgreSQL: a TCP proxy to the server's Unix socket that can break a connection at any byte, or stop to carry anything.</summary>
internal sealed class PostgresProxy : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentBag<Link> _links = [];
    private readonly UnixDomainSocketEndPoint _server;
    private volatile TaskCompletionSource _open = Opened();
    private volatile WatchedExchange? _watched;

    /// <summary>Starts a proxy.</summary>
    /// <param name="connectionString">A connection string with a Unix socket.</param>
    public PostgresProxy(string connectionString)
    {
        var direct = new NpgsqlConnectionStringBuilder(connectionString);
        _server = new(Path.Combine(direct.Host!, $".s.PGSQL.{direct.Port}"));
        _listener.Start();
        ConnectionString = new NpgsqlConnectionStringBuilder(connectionString) { Host = "127.0.0.1", Port = ((IPEndPoint)_listener.LocalEndpoint).Port }.ConnectionString;
        _ = AcceptAsync();
    }

    /// <summary>The connection string by way of the proxy.</summary>
    public string ConnectionString { get; }

    /// <summary>Carries nothing from now on. Connections stay open, and new ones can be opened but get no response.</summary>
    public void Block() => _open = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Carries everything again, first what was sent in the meantime.</summary>
    public void Unblock() => _open.TrySetResult();

    /// <summary>Counts the bytes of the first transaction whose statements contain a text, and breaks its connection after a number of them.</summary>
    /// <param name="text">A text that only this transaction sends.</param>
    /// <param name="cutAfter">The number of bytes, in both directions; null: it is not cut.</param>
    public WatchedExchange Watch(string text, int? cutAfter = null) => _watched = new(text, cutAfter);

    public void Dispose()
    {
        _listener.Dispose();
        _open.TrySetResult();
        while (_links.TryTake(out var link))
        {
            link.Dispose();
        }
    }

    private static TaskCompletionSource Opened()
    {
        var opened = new TaskCompletionSource();
        opened.SetResult();
        return opened;
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptSocketAsync();
                _ = ServeAsync(client);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(Socket client)
    {
        var link = new Link(client, new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified));
        _links.Add(link);
        try
        {
            await _open.Task;
            client.NoDelay = true;
            await link.Server.ConnectAsync(_server);
            await Task.WhenAll(CarryAsync(link, isRequest: true), CarryAsync(link, isRequest: false));
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The connection is broken, or the server is away.
        }
        finally
        {
            link.Dispose();
        }
    }

    private async Task CarryAsync(Link link, bool isRequest)
    {
        var (from, to) = isRequest ? (link.Client, link.Server) : (link.Server, link.Client);
        var buffer = new byte[64 * 1024];
        try
        {
            int read;
            while ((read = await from.ReceiveAsync(buffer)) > 0)
            {
                await _open.Task;
                var passed = _watched?.Pass(link, buffer.AsSpan(0, read), isRequest) ?? read;
                await to.SendAsync(buffer.AsMemory(0, passed));
                if (passed < read)
                {
                    link.Reset();
                    return;
                }
            }
            await _open.Task;
            to.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            await _open.Task; // nobody learns of it while nothing is carried
            link.Dispose();
        }
    }

    private sealed record Link(Socket Client, Socket Server) : IDisposable
    {
        public void Reset()
        {
            Client.LingerState = new(true, 0);
            Dispose();
        }

        public void Dispose()
        {
            Client.Dispose();
            Server.Dispose();
        }
    }
}
