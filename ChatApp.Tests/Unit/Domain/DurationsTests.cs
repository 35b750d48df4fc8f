using ChatApp.Domain.Time;

namespace ChatApp.Tests.Unit.Domain;

internal sealed class DurationsTests
{
    [TestCase("30.00:00:00", "30 days")]
    [TestCase("1.00:00:00", "1 day")]
    [TestCase("1.12:00:00", "36 hours")]
    [TestCase("00:05:00", "5 minutes")]
    [TestCase("00:01:30", "90 seconds")]
    [TestCase("00:00:40", "40 seconds")]
    [TestCase("00:00:01", "1 second")]
    [TestCase("00:00:00.5", "0.5 seconds")]
    public void InWords_AnyDuration_NamesItsLargestWholeUnit(string duration, string words) =>
        Assert.That(TimeSpan.Parse(duration, System.Globalization.CultureInfo.InvariantCulture).InWords, Is.EqualTo(words));
}
