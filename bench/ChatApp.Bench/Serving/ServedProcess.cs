using System.Globalization;
using Microsoft.AspNetCore.Builder;

namespace ChatApp.Bench.Serving;

/// <summary>The other side of <see cref="ServerProcess"/>: says where it listens, and answers questions about its memory until its input ends.</summary>
internal static class ServedProcess
{
    /// <summary>Begins the lines that are meant for the bench; everything else is the app's log.</summary>
    public const string Mark = "bench ";

    /// <summary>Asks for the bytes of all living objects.</summary>
    public const string HeapQuestion = "heap";

    public static async Task<int> RunAsync(WebApplication app)
    {
        await using var _ = app;
        await app.StartAsync();
        Console.WriteLine(Mark + app.Urls.First());
        while (await Console.In.ReadLineAsync() is { } line)
        {
            if (line == HeapQuestion)
            {
                Console.WriteLine(Mark + GC.GetTotalMemory(forceFullCollection: true).ToString(CultureInfo.InvariantCulture));
            }
        }
        await app.StopAsync();
        return 0;
    }
}
