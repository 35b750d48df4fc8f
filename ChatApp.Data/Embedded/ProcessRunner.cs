using System.Diagnostics;

namespace ChatApp.Data.Embedded;

/// <summary>Runs a program and waits for it.</summary>
internal static class ProcessRunner
{
    /// <returns>Its standard output.</returns>
    /// <exception cref="InvalidOperationException">It failed; the message has its output.</exception>
    public static async Task<string> RunAsync(string file, IEnumerable<string> arguments, string? user, CancellationToken ct)
    {
        var start = new ProcessStartInfo(file, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = "/" };
        start.Environment["LC_ALL"] = "C";
        if (user is not null)
        {
            start.UserName = user;
        }
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{file} did not start.");
        var output = process.StandardOutput.ReadToEndAsync(ct);
        var error = process.StandardError.ReadToEndAsync(ct);
        await process.WaitForExitAsync(ct);
        return process.ExitCode == 0
            ? await output
            : throw new InvalidOperationException($"{Path.GetFileName(file)} failed ({process.ExitCode}): {(await error).Trim()} {(await output).Trim()}");
    }
}
