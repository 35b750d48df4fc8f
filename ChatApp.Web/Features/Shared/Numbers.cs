using System.Globalization;

namespace ChatApp.Web.Features.Shared;

/// <summary>Formats numbers.</summary>
public static class Numbers
{
    /// <summary>With commas between thousands.</summary>
    public static string Exact(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>A share of the largest value as a percentage, for the length of a bar; at least 1 %, so that it is visible.</summary>
    public static string Share(long part, long largest) =>
        (part == 0 || largest == 0 ? 0 : Math.Max(1, 100.0 * part / largest)).ToString("0.#", CultureInfo.InvariantCulture) + "%";
}
