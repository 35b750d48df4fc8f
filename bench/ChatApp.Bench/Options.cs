using System.Globalization;

namespace ChatApp.Bench;

/// <summary>The command line: <c>--name</c> and <c>--name value</c>.</summary>
internal sealed class Options(string[] args)
{
    public bool Has(string name) => args.Contains("--" + name);

    /// <summary>A positive number.</summary>
    public int Number(string name, int otherwise)
    {
        var at = Array.IndexOf(args, "--" + name);
        return at < 0 ? otherwise
            : int.TryParse(args.ElementAtOrDefault(at + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 ? number
            : throw new ArgumentException($"--{name} needs a positive number.");
    }
}
