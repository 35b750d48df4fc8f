using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using ChatApp.Tests.Support;

namespace ChatApp.Tests.Unit;

/// <summary>docs/security.md has a row for each threat and fault, and names only tests that exist.</summary>
internal sealed partial class SecurityTableTests
{
    private const int Threats = 62;
    private const int Faults = 15;

    private static readonly string[] Rows = [.. File.ReadLines(Repository.PathOf("docs", "security.md")).Where(l => Number().IsMatch(l))];

    [Test]
    public void Rows_OfTheTable_AreAllThreatsAndFaultsOnce()
    {
        var expected = Enumerable.Range(1, Threats).Select(n => n.ToString(CultureInfo.InvariantCulture))
            .Concat(Enumerable.Range(1, Faults).Select(n => $"F{n}"));

        Assert.That(Rows.Select(r => Number().Match(r).Groups[1].Value), Is.EqualTo(expected));
    }

    [Test]
    public void Row_EachOne_NamesATestOrSaysThatItDoesNotApply() =>
        Assert.That(Rows.Where(r => !Test().IsMatch(r) && !r.Contains("Does not apply:", StringComparison.Ordinal)), Is.Empty);

    [Test]
    public void Tests_InTheTable_Exist()
    {
        var tests = typeof(SecurityTableTests).Assembly.GetTypes()
            .SelectMany(t => t.GetMethods().Where(IsTest).Select(m => $"{t.Name}.{m.Name}"))
            .ToHashSet();

        Assert.That(Rows.SelectMany(r => Test().Matches(r)).Select(m => m.Groups[1].Value).Where(name => !tests.Contains(name)), Is.Empty);
    }

    private static bool IsTest(MethodInfo method) => method.GetCustomAttributes().Any(a => a is NUnit.Framework.Interfaces.ITestBuilder or NUnit.Framework.Interfaces.ISimpleTestBuilder);

    [GeneratedRegex(@"^\| (F?\d+) \|")]
    private static partial Regex Number();

    [GeneratedRegex(@"`(\w+\.\w+)`")]
    private static partial Regex Test();
}
