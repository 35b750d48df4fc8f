using System.Globalization;
using Microsoft.AspNetCore.Builder;

namespace ChatApp.Bench.Serving;

/// <summary>The other side of <see cref="ServerProcess"/>: prints its address, and its memory on request, until its input ends.</summary>
internal static class ServedProcess
{
    /// <summary>Starts the lines that are meant for the bench; the rest is the app's log.</summary>
    public const string Mark = "bench ";

    /// <summary>Requests the bytes of all live objects.</summary>
    public const string HeapRequest = "heap";

    public static async Task<int> RunAsync(WebApplication app)
    {
        await using var _ = app;
        await app.StartAsync();
        Console.WriteLine(Mark + app.Urls.First());
        while (await Console.In.ReadLineAsync() is { } line)
        {
            if (line == HeapRequest)
            {
                Console.WriteLine(Mark + GC.GetTotalMemory(forceFullCollection: true).ToString(CultureInfo.InvariantCulture));
            }
        }
        await app.StopAsync();
        return 0;
    }
}
