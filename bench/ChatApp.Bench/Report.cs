using System.Globalization;
using System.Text.Json;

namespace ChatApp.Bench;

/// <summary>One figure.</summary>
/// <param name="Name">What is measured.</param>
/// <param name="Unit">The unit.</param>
/// <param name="Value">The app's figure.</param>
/// <param name="Bound">The figure of the least work with the same result, measured in the same run.</param>
/// <param name="Target">The goal, e.g. <c>&lt; 5</c>.</param>
internal sealed record Figure(string Name, string Unit, double Value, double? Bound = null, string? Target = null);

/// <summary>The results of a run.</summary>
internal sealed class Report(string scenario, string setting)
{
    private static readonly JsonSerializerOptions Options = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    private readonly List<Figure> _figures = [];

    public void Add(string name, string unit, double value, double? bound = null, string? target = null) => _figures.Add(new(name, unit, value, bound, target));

    /// <summary>Prints a table, or JSON for programs.</summary>
    public void Print(bool asJson)
    {
        if (asJson)
        {
            Console.WriteLine(JsonSerializer.Serialize(new { scenario, setting, processors = Environment.ProcessorCount, figures = _figures }, Options));
            return;
        }
        Console.WriteLine($"{scenario}: {setting}, {Environment.ProcessorCount} processors");
        Console.WriteLine($"{"",-56}{"ChatApp",12}{"bound",12}{"ratio",8}  {"target",-10}");
        foreach (var f in _figures)
        {
            var ratio = f.Bound is > 0 ? (f.Value / f.Bound.Value).ToString("0.00", CultureInfo.InvariantCulture) : "";
            Console.WriteLine($"{f.Name + ", " + f.Unit,-56}{Text(f.Value),12}{Text(f.Bound),12}{ratio,8}  {f.Target,-10}");
        }
    }

    private static string Text(double? value) => value?.ToString(Math.Abs(value.Value) >= 100 ? "#,0" : "0.00", CultureInfo.InvariantCulture) ?? "";
}
