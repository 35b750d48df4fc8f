using System.Text;

namespace ChatApp.Web.Integrations.Mcp.Stdio;

/// <summary>Reads what a command writes to its standard error, so that it does not wait for a reader.</summary>
internal static class CommandOutput
{
    // The rest of a longer line is dropped.
    private const int MaxLine = 4096;

    private const int BufferSize = 16 * 1024;

    /// <summary>Reads until the end.</summary>
    public static async Task ReadAsync(Stream stream, Action<string> onLine)
    {
        var buffer = new byte[BufferSize];
        var line = new MemoryStream(MaxLine);
        try
        {
            while (await stream.ReadAsync(buffer) is var read and > 0)
            {
                foreach (var b in buffer.AsSpan(0, read))
                {
                    if (b == '\n')
                    {
                        Flush(line, onLine);
                    }
                    else if (line.Length < MaxLine)
                    {
                        line.WriteByte(b);
                    }
                }
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or OperationCanceledException)
        {
            // The command has ended.
        }
        if (line.Length > 0)
        {
            Flush(line, onLine);
        }
    }

    private static void Flush(MemoryStream line, Action<string> onLine)
    {
        onLine(Encoding.UTF8.GetString(line.GetBuffer(), 0, (int)line.Length));
        line.SetLength(0);
    }
}
