using System.Net;
using Microsoft.Extensions.Options;

namespace ChatApp.Web.Infrastructure.Connections;

/// <summary>
/// Counts the open connections of this instance, so that clients never take the last file that the process may open. When there is no room left, a
/// connection that has not sent anything yet makes way for a new one: clients that only connect cannot keep others out.
/// </summary>
internal sealed partial class ConnectionGate(
    IOptions<ConnectionSettings> settings, IOptions<ForwardedHeadersOptions> proxies, TimeProvider clock, ILogger<ConnectionGate> log)
{
    private static readonly TimeSpan LogInterval = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<IPAddress, int> _byAddress = [];
    private readonly LinkedList<GatedConnection> _silent = []; // oldest first
    private readonly int _max = Math.Min(settings.Value.Max, OpenFiles.ForConnections(OpenFiles.Limit));
    private int _open;
    private long? _logged;

    /// <summary>Admits a connection if there is room for it, or room can be made.</summary>
    public async ValueTask<bool> TryAdmitAsync(GatedConnection connection)
    {
        while (true)
        {
            GatedConnection oldest;
            lock (_lock)
            {
                if (TryCount(connection) is { } admitted)
                {
                    LogRefusal(admitted);
                    return admitted;
                }
                oldest = _silent.First!.Value;
                _silent.RemoveFirst();
            }
            oldest.Abort();
            await oldest.Closed; // its file is free only now
        }
    }

    /// <summary>The connection has sent something: from now on it is left alone.</summary>
    public void HasSpoken(GatedConnection connection)
    {
        lock (_lock)
        {
            Forget(connection);
        }
    }

    /// <summary>The connection is closed.</summary>
    public void Release(GatedConnection connection)
    {
        lock (_lock)
        {
            Forget(connection);
            _open--;
            if (connection.Counted is { } address && --_byAddress[address] == 0)
            {
                _byAddress.Remove(address);
            }
        }
    }

    // Null if a silent connection can make room.
    private bool? TryCount(GatedConnection connection)
    {
        var address = Counted(connection.RemoteEndPoint);
        if (address is not null && _byAddress.GetValueOrDefault(address) >= settings.Value.MaxPerAddress)
        {
            return false;
        }
        if (_open >= _max)
        {
            return _silent.Count > 0 ? null : false;
        }
        _open++;
        if (address is not null)
        {
            _byAddress[address] = _byAddress.GetValueOrDefault(address) + 1;
        }
        connection.Admit(address, _silent.AddLast(connection));
        return true;
    }

    private void Forget(GatedConnection connection)
    {
        if (connection.Silent?.List is not null)
        {
            _silent.Remove(connection.Silent);
        }
    }

    // Null for this machine and known proxies, which speak for many.
    private IPAddress? Counted(EndPoint? endPoint)
    {
        if (endPoint is not IPEndPoint { Address: var address })
        {
            return null;
        }
        address = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return IPAddress.IsLoopback(address) || proxies.Value.KnownIPNetworks.Any(known => known.Contains(address)) ? null : ClientAddress.Site(address);
    }

    private void LogRefusal(bool admitted)
    {
        if (!admitted && (_logged is not { } before || clock.GetElapsedTime(before) > LogInterval))
        {
            _logged = clock.GetTimestamp();
            LogRefused(_open, _max);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Connections are refused: {Open} are open, at most {Max} may be, and fewer from one address")]
    private partial void LogRefused(int open, int max);
}
