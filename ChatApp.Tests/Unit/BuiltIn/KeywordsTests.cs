using ChatApp.Web.Integrations.BuiltIn;

namespace ChatApp.Tests.Unit.BuiltIn;

internal sealed class KeywordsTests
{
    [TestCase("What did I say about the budget for Kyoto?", "budget kyoto")]
    [TestCase("trains and train", "train")]
    [TestCase("my allergies, my allergy", "allerg")]
    [TestCase("planning meetings", "meeting plan")]
    [TestCase("Read node.js, C# and foo_bar() in ReadAsync!", "node.js foo_bar readasync c# read")]
    [TestCase("PostgreSQL's work_mem", "work_mem postgresql")]
    [TestCase("call 112 or a@example.com", "a@example.com 112 call")]
    [TestCase("письмо бабушке", "бабушке письмо")]
    [TestCase("رسالة إلى الجيران", "الجيران رسالة إلى")]
    [TestCase("pizza 🍕🎉", "🍕🎉 pizza")]
    [TestCase("", "")]
    [TestCase("to be or not to be", "")]
    [TestCase("?!… 「」 ()", "")]
    [TestCase("a 1 x", "")]
    public void Of_Text_AreItsKeywords(string text, string terms) =>
        Assert.That(string.Join(' ', Keywords.Of(text)), Is.EqualTo(terms));

    [TestCase("東京の旅行について", "東京 旅行")]
    [TestCase("北京旅行计划", "北京 京旅 旅行 行计 计划")]
    [TestCase("カメラを買いたい", "カメラ 買")]
    [TestCase("서울에서 뭐 먹지", "서울 울에 에서 먹지 뭐")]
    [TestCase("ありがとう", "ありがとう")]
    [TestCase("กรุงเทพมหานคร", "กรุง รุงเ ุงเท งเทพ เทพม ทพมห พมหา มหาน")]
    public void Of_TextWithoutSpaces_AreSearchableNGrams(string text, string terms) =>
        Assert.That(string.Join(' ', Keywords.Of(text)), Is.EqualTo(terms));

    [Test]
    public void Of_LongText_AreAFew()
    {
        var text = string.Join(' ', Enumerable.Range(0, 1000).Select(i => $"word{i}"));

        Assert.That(Keywords.Of(text), Has.Count.EqualTo(Keywords.Max));
    }

    [Test]
    public void Of_OnlySearchWords_AreThose() => Assert.That(Keywords.Of("the first question"), Is.EquivalentTo(new[] { "question", "first" }));

    [TestCase("Hello, world", 2)]
    [TestCase("It's a well-known e-mail: a@b.com.", 5)]
    [TestCase("日本語です", 5)]
    [TestCase("Привет, как дела?", 3)]
    [TestCase("  \n ", 0)]
    [TestCase("👩‍💻", 0)]
    public void WordCount_Text_IsTheNumberOfWords(string text, int words) => Assert.That(WordCount.Of(text), Is.EqualTo(words));
}
