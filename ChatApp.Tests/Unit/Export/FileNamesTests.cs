using System.Text;
using ChatApp.Web.Features.Export;

namespace ChatApp.Tests.Unit.Export;

internal sealed class FileNamesTests
{
    [TestCase("A plain title", "A plain title")]
    [TestCase("../../etc/passwd", "etc passwd")]
    [TestCase(@"..\..\windows", "windows")]
    [TestCase("a/b\\c:d*e?f\"g<h>i|j", "a b c d e f g h i j")]
    [TestCase("  spaces   and\ttabs\r\nlines ", "spaces and tabs lines")]
    [TestCase("...", "session")]
    [TestCase("", "session")]
    [TestCase("\u202Egpj.exe", "gpj.exe")]
    [TestCase("zero\u200Bwidth", "zero width")]
    [TestCase("con", "_con")]
    [TestCase("Lpt1.txt", "_Lpt1.txt")]
    [TestCase("~/.ssh", "ssh")]
    [TestCase("run 🏃‍♀️", "run 🏃‍♀️")]
    [TestCase("東京 😀 Ünï", "東京 😀 Ünï")]
    [TestCase("U\u0308ber", "Über")]
    public void Of_Title_IsSafeEverywhere(string title, string expected) => Assert.That(FileNames.Of(title), Is.EqualTo(expected));

    [Test]
    public void Of_LongTitle_IsCutBetweenCharacters()
    {
        var name = FileNames.Of(string.Concat(Enumerable.Repeat("😀", 100)));

        Assert.That(Encoding.UTF8.GetByteCount(name), Is.EqualTo(120));
        Assert.That(name.EnumerateRunes().Select(r => r.ToString()), Is.All.EqualTo("😀"));
    }
}
