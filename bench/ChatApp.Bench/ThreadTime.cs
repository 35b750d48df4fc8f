using System.Diagnostics;
using System.Runtime.InteropServices;

namespace ChatApp.Bench;

/// <summary>The processor time of the current thread, which other threads and processes hardly affect. Elsewhere than on Linux: the time of the clock.</summary>
public static partial class ThreadTime
{
    private const int ThreadClock = 3; // CLOCK_THREAD_CPUTIME_ID

    /// <summary>How long an action takes: the shortest of several times.</summary>
    public static TimeSpan Of(Action action, int times = 1)
    {
        var shortest = TimeSpan.MaxValue;
        for (var i = 0; i < times; i++)
        {
            var start = Now();
            action();
            var elapsed = Now() - start;
            shortest = elapsed < shortest ? elapsed : shortest;
        }
        return shortest;
    }

    private static TimeSpan Now() =>
        OperatingSystem.IsLinux() && GetTime(ThreadClock, out var time) == 0
            ? TimeSpan.FromSeconds(time.Seconds) + TimeSpan.FromMicroseconds(time.Nanoseconds / 1000)
            : Stopwatch.GetElapsedTime(0);

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int GetTime(int clock, out Time time);

    [StructLayout(LayoutKind.Sequential)]
    private readonly struct Time
    {
        public readonly nint Seconds;
        public readonly nint Nanoseconds;
    }
}
