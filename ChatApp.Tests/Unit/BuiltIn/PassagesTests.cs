using ChatApp.Domain.Chat;
using ChatApp.Web.Integrations.BuiltIn;
using ChatApp.Web.Integrations.BuiltIn.Recall;

namespace ChatApp.Tests.Unit.BuiltIn;

internal sealed class PassagesTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    [Test]
    public void Rank_MoreOfTheTerms_ComesFirst()
    {
        var one = Message("The budget is fixed.");
        var both = Message("The budget for Kyoto is 2,000 euros.");

        var ranked = Rank([one, both], "budget", "kyoto");

        Assert.That(ranked.Select(p => p.Message), Is.EqualTo(new[] { both, one }));
        Assert.That(ranked.Select(p => p.Terms), Is.EqualTo(new[] { 2, 1 }));
    }

    [Test]
    public void Rank_TermInsideAnotherWord_IsDroppedIfTheWordItselfIsFound()
    {
        var word = Message("I like to merge branches.");
        var inside = Message("In an emergency call 112.");

        Assert.That(Rank([inside, word], "merge").Select(p => p.Message), Is.EqualTo(new[] { word }));
        Assert.That(Rank([inside], "merge"), Has.Count.EqualTo(1));
    }

    [Test]
    public void Rank_StatementAndQuestion_StatementComesFirst()
    {
        var question = Message("Where did we put the ladder?", daysAgo: 0);
        var statement = Message("The ladder is behind the shed.", daysAgo: 20);

        Assert.That(Rank([question, statement], "ladder").Select(p => p.Message), Is.EqualTo(new[] { statement, question }));
    }

    [Test]
    public void Rank_PrefersOwnMessages_TheyComeBeforeReplies()
    {
        var mine = Message("The ladder is behind the shed.");
        var reply = Message("The ladder should be kept dry.", MessageRole.Assistant);

        Assert.That(Passages.Rank([reply, mine], Asking("ladder") with { PrefersOwnMessages = true }, Now)[0].Message, Is.EqualTo(mine));
    }

    [Test]
    public void Rank_SameTextTwice_IsQuotedOnce() => Assert.That(Rank([Message("Same text."), Message("Same text.")], "same"), Has.Count.EqualTo(1));

    [Test]
    public void Rank_LongText_IsCutAroundTheMatch()
    {
        var text = string.Join(' ', Enumerable.Range(0, 400).Select(i => $"Sentence {i} is here.")) + " Here is the needle. " + new string('x', 3000);

        var line = Rank([Message(text)], "needle")[0].Lines.Single();

        Assert.That(line, Does.Contain("Here is the needle.").And.StartsWith("… ").And.EndsWith(" …"));
        Assert.That(line, Has.Length.LessThan(350));
    }

    [Test]
    public void Rank_LongTextWithoutSentences_IsCutAroundTheMatch()
    {
        var text = string.Concat(Enumerable.Repeat("👩‍💻", 1000)) + "needle" + string.Concat(Enumerable.Repeat("👩‍💻", 1000));

        var line = Rank([Message(text)], "needle")[0].Lines.Single();

        Assert.That(line, Does.Contain("needle").And.Length.LessThan(2500));
        Assert.That(line.Replace("👩‍💻", "").Replace("needle", "").Trim('…', ' '), Is.Empty);
    }

    [Test]
    public void Rank_MatchInCode_QuotesLinesOfThatBlock()
    {
        var message = Message("Look:\n\n```csharp\nvar a = 1;\nvar needle = 2;\nvar b = 3;\n```\n\n```\nanother block\n```");

        var passage = Rank([message], "needle")[0];

        Assert.That(passage.IsCode, Is.True);
        Assert.That(passage.Lines, Is.EqualTo(new[] { "var a = 1;", "var needle = 2;", "var b = 3;" }));
    }

    [Test]
    public void Rank_List_KeepsItsLines()
    {
        var lines = Rank([Message("Buy:\n\n- apples\n- pears\n\n| Fruit | Price |\n| --- | --- |\n| plum | 2 |")], "pear")[0].Lines;

        Assert.That(lines, Is.EqualTo(new[] { "Buy:", "apples", "pears", "Fruit · Price", "plum · 2" }));
    }

    [TestCase("")]
    [TestCase("```")]
    [TestCase("\n\n\n")]
    [TestCase("kyot")]
    public void Rank_NothingToQuote_IsNothing(string text) => Assert.That(Rank([Message(text)], "kyoto"), Is.Empty);

    [Test]
    public void Summary_Session_HasItsFirstQuestionAndFrequentWords()
    {
        var summary = Summary.Of(
        [
            Message("How do I prune my apple trees?"),
            Message("Apple trees are pruned in late winter. Cut the crossing branches of the trees first.", MessageRole.Assistant),
            Message("And my pear trees?"),
            Message("Pear trees are pruned like apple trees, only a little earlier. Is there frost?", MessageRole.Assistant),
        ]);

        Assert.That(summary.First?.Text, Is.EqualTo("How do I prune my apple trees?"));
        Assert.That(summary.Terms.Take(2), Is.EquivalentTo(new[] { "trees", "apple" }).IgnoreCase);
        Assert.That(summary.Points.Select(p => p.Text), Is.EqualTo(new[] { "Apple trees are pruned in late winter.", "Pear trees are pruned like apple trees, only a little earlier." })
            .Or.EqualTo(new[] { "Cut the crossing branches of the trees first.", "Pear trees are pruned like apple trees, only a little earlier." }));
        Assert.That(summary.Latest.Select(m => m.Text), Is.EqualTo(new[] { "And my pear trees?" }));
    }

    [TestCase("One. Two! Three? At 9. Yes", "One.|Two!|Three?|At 9.|Yes")]
    [TestCase("Version 1.5 is out. Really.", "Version 1.5 is out.|Really.")]
    [TestCase("はい。「いいえ。」でも！", "はい。|「いいえ。」|でも！")]
    [TestCase("No end", "No end")]
    [TestCase("", "")]
    public void Sentences_Line_AreSplit(string line, string sentences) =>
        Assert.That(string.Join('|', TextSegments.Sentences(line)), Is.EqualTo(sentences));

    private static IReadOnlyList<Passage> Rank(IReadOnlyList<RecalledMessage> messages, params string[] terms) => Passages.Rank(messages, Asking(terms), Now);

    private static Question Asking(params string[] terms) => new(Intent.Recall) { Terms = terms };

    private static RecalledMessage Message(string text, MessageRole role = MessageRole.User, int daysAgo = 1) =>
        new(Guid.CreateVersion7(), Guid.CreateVersion7(), "A title", role, Now.AddDays(-daysAgo), text);
}
