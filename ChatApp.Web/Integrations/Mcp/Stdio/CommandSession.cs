using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using System.Threading.Channels;
using ModelContextProtocol;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;

namespace ChatApp.Web.Integrations.Mcp.Stdio;

/// <summary>
/// A running command and its messages. Only answers to open requests are passed on, and few of the command's own requests at a time, so that
/// nothing that the command sends can accumulate.
/// </summary>
internal sealed class CommandSession : ITransport
{
    private const int MaxReceived = 16;

    // Requests of the command that wait for the app's answer; further ones are dropped.
    private const int MaxCommandRequests = 16;

    private static readonly TimeSpan ExitTimeout = TimeSpan.FromSeconds(1);

    private readonly Process _process;
    private readonly Task _output;
    private readonly Channel<JsonRpcMessage> _received = Channel.CreateBounded<JsonRpcMessage>(MaxReceived);
    private readonly ConcurrentDictionary<RequestId, bool> _open = new();
    private readonly SemaphoreSlim _sending = new(1, 1);
    private readonly CancellationTokenSource _end = new();
    private readonly Lazy<Task> _stopped;
    private Exception? _error;
    private int _commandRequests;

    /// <param name="process">The running command; the session disposes of it.</param>
    /// <param name="onOutput">Receives the lines that it writes to its standard error.</param>
    public CommandSession(Process process, Action<string> onOutput)
    {
        _process = process;
        _stopped = new(StopAsync);
        _output = CommandOutput.ReadAsync(process.StandardError.BaseStream, onOutput);
        _ = Task.Run(ReceiveAsync);
    }

    public string? SessionId => null;

    public ChannelReader<JsonRpcMessage> MessageReader => _received.Reader;

    public async Task SendMessageAsync(JsonRpcMessage message, CancellationToken cancellationToken = default)
    {
        byte[] line = [.. JsonSerializer.SerializeToUtf8Bytes(message, McpJsonUtilities.DefaultOptions), (byte)'\n'];
        var request = message as JsonRpcRequest;
        if (request is not null)
        {
            _open[request.Id] = true;
        }
        try
        {
            await _sending.WaitAsync(cancellationToken);
            await WriteAsync(line).WaitAsync(cancellationToken); // a message is always written whole, even if its sender has left
        }
        catch
        {
            Forget(request?.Id);
            throw;
        }
        Forget(CancelledBy(message));
        if (message is JsonRpcResponse or JsonRpcError)
        {
            Interlocked.Decrement(ref _commandRequests);
        }
    }

    public async ValueTask DisposeAsync() => await _stopped.Value;

    private void Forget(RequestId? id)
    {
        if (id is { } open)
        {
            _open.TryRemove(open, out _);
        }
    }

    private static RequestId? CancelledBy(JsonRpcMessage message) =>
        message is JsonRpcNotification { Method: NotificationMethods.CancelledNotification, Params: { } cancelled }
            ? cancelled["requestId"].Deserialize<RequestId?>(McpJsonUtilities.DefaultOptions) : null;

    // The caller holds _sending.
    private async Task WriteAsync(byte[] line)
    {
        try
        {
            await _process.StandardInput.BaseStream.WriteAsync(line, _end.Token);
            await _process.StandardInput.BaseStream.FlushAsync(_end.Token);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException)
        {
            await Task.WhenAny(_received.Reader.Completion, Task.Delay(2 * ExitTimeout)); // which may know the exit code
            await (_received.Reader.Completion.IsFaulted ? _received.Reader.Completion : Task.CompletedTask);
            throw new IOException("The command does not read its input.", e);
        }
        finally
        {
            _sending.Release();
        }
    }

    private async Task ReceiveAsync()
    {
        await using var stream = _process.StandardOutput.BaseStream;
        try
        {
            await foreach (var message in new MessageReader(stream).ReadAllAsync(_end.Token))
            {
                if (IsExpected(message))
                {
                    await _received.Writer.WriteAsync(message, _end.Token);
                }
            }
        }
        catch (Exception e) when (!_end.IsCancellationRequested)
        {
            _error = e;
        }
        catch (Exception)
        {
            // The session has ended.
        }
        await _stopped.Value;
    }

    private bool IsExpected(JsonRpcMessage message) => message switch
    {
        JsonRpcResponse response => _open.TryRemove(response.Id, out _),
        JsonRpcError error => _open.TryRemove(error.Id, out _),
        JsonRpcRequest => IsAccepted(),
        _ => false, // notifications, none of which the app uses
    };

    private bool IsAccepted()
    {
        if (Interlocked.Increment(ref _commandRequests) <= MaxCommandRequests)
        {
            return true;
        }
        Interlocked.Decrement(ref _commandRequests);
        return false;
    }

    // Ends the command: by the end of its input, which it should obey, then with all processes that it has started.
    private async Task StopAsync()
    {
        var details = new StdioClientCompletionDetails { Exception = _error };
        try
        {
            await CloseInputAsync();
            await Waited(_process.WaitForExitAsync());
            if (_process.HasExited)
            {
                details.ExitCode = _process.ExitCode;
            }
            else
            {
                _process.Kill(entireProcessTree: true);
                await Waited(_process.WaitForExitAsync());
            }
            await Waited(_output);
        }
        catch (Exception e)
        {
            details.Exception ??= e;
        }
        _received.Writer.TryComplete(new ClientTransportClosedException(details));
        await _end.CancelAsync();
        _process.Dispose();
    }

    private async Task CloseInputAsync()
    {
        try
        {
            await Waited(_process.StandardInput.BaseStream.DisposeAsync().AsTask());
        }
        catch (IOException)
        {
            // It does not read its input.
        }
    }

    private static async Task Waited(Task task) => await Task.WhenAny(task, Task.Delay(ExitTimeout));
}
