using System.IO.Pipelines;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;

namespace ChatApp.Web.Infrastructure.Connections;

/// <summary>A connection that counts until its socket is closed.</summary>
internal sealed class GatedConnection(ConnectionContext inner, ConnectionGate gate) : ConnectionContext
{
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _isAdmitted;

    /// <summary>Completes when its socket is closed.</summary>
    public Task Closed => _closed.Task;

    /// <summary>The address whose connections it counts among; null for none.</summary>
    public IPAddress? Counted { get; private set; }

    /// <summary>Its place among the silent connections.</summary>
    public LinkedListNode<GatedConnection>? Silent { get; private set; }

    public override string ConnectionId { get => inner.ConnectionId; set => inner.ConnectionId = value; }

    public override IFeatureCollection Features => inner.Features;

    public override IDictionary<object, object?> Items { get => inner.Items; set => inner.Items = value; }

    public override IDuplexPipe Transport { get => inner.Transport; set => inner.Transport = value; }

    public override EndPoint? LocalEndPoint { get => inner.LocalEndPoint; set => inner.LocalEndPoint = value; }

    public override EndPoint? RemoteEndPoint { get => inner.RemoteEndPoint; set => inner.RemoteEndPoint = value; }

    public override CancellationToken ConnectionClosed { get => inner.ConnectionClosed; set => inner.ConnectionClosed = value; }

    public void Admit(IPAddress? counted, LinkedListNode<GatedConnection> silent) => (_isAdmitted, Counted, Silent) = (true, counted, silent);

    /// <summary>Waits for its first byte, which stays unread.</summary>
    /// <returns>Whether there was one in time.</returns>
    public async Task<bool> HasSpokenAsync(TimeSpan timeout, TimeProvider clock)
    {
        using var silence = new CancellationTokenSource(timeout, clock);
        try
        {
            var first = await Transport.Input.ReadAsync(silence.Token);
            Transport.Input.AdvanceTo(first.Buffer.Start);
            gate.HasSpoken(this);
            return !first.Buffer.IsEmpty;
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            return false; // silent for too long, or gone
        }
    }

    public override void Abort() => inner.Abort();

    public override void Abort(ConnectionAbortedException abortReason) => inner.Abort(abortReason);

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await inner.DisposeAsync();
        if (_isAdmitted)
        {
            _isAdmitted = false;
            gate.Release(this);
            _closed.SetResult();
        }
    }
}
