using System.Globalization;
using ChatApp.Web.Integrations.BuiltIn.Recall;
using ChatApp.Web.Integrations.BuiltIn;

namespace ChatApp.Tests.Unit.BuiltIn;

internal sealed class QuestionReaderTests
{
    // A Friday.
    private static readonly DateTimeOffset Now = new(2026, 11, 20, 14, 5, 0, TimeSpan.Zero);

    [TestCase("Hello!", nameof(Want.Greeting))]
    [TestCase("hi there", nameof(Want.Greeting))]
    [TestCase("Good morning, how are you?", nameof(Want.Greeting))]
    [TestCase("thanks a lot", nameof(Want.Thanks))]
    [TestCase("Great, thank you!", nameof(Want.Thanks))]
    [TestCase("help", nameof(Want.Help))]
    [TestCase("Who are you?", nameof(Want.Help))]
    [TestCase("What can you do?", nameof(Want.Help))]
    [TestCase("are you a real AI?", nameof(Want.Help))]
    [TestCase("Which model am I talking to?", nameof(Want.Help))]
    [TestCase("How do I connect a model?", nameof(Want.Connect))]
    [TestCase("How can I use Ollama?", nameof(Want.Connect))]
    [TestCase("What is OPENAI_BASE_URL for?", nameof(Want.Connect))]
    [TestCase("What time is it?", nameof(Want.Clock))]
    [TestCase("what's the date today?", nameof(Want.Clock))]
    [TestCase("What day is it", nameof(Want.Clock))]
    [TestCase("How many sessions do I have?", nameof(Want.Count))]
    [TestCase("how many tokens have I used so far?", nameof(Want.Count))]
    [TestCase("Count my messages", nameof(Want.Count))]
    [TestCase("What is my token usage?", nameof(Want.Count))]
    [TestCase("List my sessions", nameof(Want.Sessions))]
    [TestCase("show me my recent chats", nameof(Want.Sessions))]
    [TestCase("Which conversations do I have?", nameof(Want.Sessions))]
    [TestCase("What have we talked about recently?", nameof(Want.Sessions))]
    [TestCase("What was the first thing I asked?", nameof(Want.FirstAsked))]
    [TestCase("What did I ask first?", nameof(Want.FirstAsked))]
    [TestCase("What was my last question?", nameof(Want.LastAsked))]
    [TestCase("what did I just say", nameof(Want.LastAsked))]
    [TestCase("Summarize this session", nameof(Want.Summary))]
    [TestCase("Can you give me a short summary of our conversation so far?", nameof(Want.Summary))]
    [TestCase("tl;dr", nameof(Want.Summary))]
    [TestCase("Recap", nameof(Want.Summary))]
    [TestCase("What did I say about the budget?", nameof(Want.Recall))]
    [TestCase("find \"connection refused\"", nameof(Want.Recall))]
    [TestCase("remind me what I decided about Kyoto", nameof(Want.Recall))]
    [TestCase("Do you remember my allergy?", nameof(Want.Recall))]
    [TestCase("When did I last mention the dentist?", nameof(Want.Recall))]
    [TestCase("Why is the sky blue?", nameof(Want.LookUp))]
    [TestCase("Write a function that reverses a list", nameof(Want.LookUp))]
    [TestCase("My dog is called Bruno.", nameof(Want.LookUp))]
    [TestCase("How many planets are there?", nameof(Want.LookUp))]
    [TestCase("What is the time complexity of quicksort?", nameof(Want.LookUp))]
    [TestCase("Help me write a cover letter", nameof(Want.LookUp))]
    [TestCase("", nameof(Want.LookUp))]
    [TestCase("?!", nameof(Want.LookUp))]
    public void Read_Question_IsUnderstood(string text, string want) =>
        Assert.That(QuestionReader.Read(text, Now).Want.ToString(), Is.EqualTo(want));

    [TestCase("What did I say about the budget?", "the budget")]
    [TestCase("what have we discussed regarding Kyoto and Osaka", "Kyoto and Osaka")]
    [TestCase("Where did I mention \"connection refused\"?", "connection refused")]
    [TestCase("find all messages about sourdough", "sourdough")]
    [TestCase("Search for ReadAsync in my chats", "ReadAsync")]
    [TestCase("When did I first talk about marathon training?", "marathon training")]
    [TestCase("Summarize my session about the garden", "the garden")]
    [TestCase("summary of the Kyoto session", "Kyoto")]
    [TestCase("List my sessions about Python", "Python")]
    [TestCase("Which chats mention docker?", "docker")]
    [TestCase("How many messages mention docker?", "docker")]
    [TestCase("What did I say about 東京?", "東京")]
    [TestCase("What did I tell you about my sister last week?", "my sister")]
    public void Read_QuestionAboutSomething_HasTheTopic(string text, string topic) =>
        Assert.That(QuestionReader.Read(text, Now).Topic, Is.EqualTo(topic));

    [TestCase("how many sessions do I have", nameof(Counted.Sessions))]
    [TestCase("how many messages have I sent", nameof(Counted.Messages))]
    [TestCase("how many questions did I ask today", nameof(Counted.Messages))]
    [TestCase("how many words did I write this month", nameof(Counted.Words))]
    [TestCase("how many tokens have I used", nameof(Counted.Tokens))]
    [TestCase("how often did I mention docker", nameof(Counted.Messages))]
    public void Read_Count_KnowsWhatToCount(string text, string unit)
    {
        var question = QuestionReader.Read(text, Now);

        Assert.That((question.Want, question.Counted.ToString()), Is.EqualTo((Want.Count, unit)));
    }

    [TestCase("What did I say about tea in this session?", SessionReach.Current)]
    [TestCase("what did I say about tea in my other chats", SessionReach.Others)]
    [TestCase("What did I say about tea in any of my sessions?", SessionReach.All)]
    [TestCase("What did I say about tea?", SessionReach.All)]
    [TestCase("how many messages are in this chat?", SessionReach.Current)]
    [TestCase("What was the first thing I asked in this conversation?", SessionReach.Current)]
    public void Read_QuestionWithPlace_KnowsWhereToLook(string text, SessionReach reach)
    {
        var question = QuestionReader.Read(text, Now);

        Assert.That(question.Reach, Is.EqualTo(reach));
        Assert.That(question.Want, Is.Not.EqualTo(Want.LookUp));
    }

    [TestCase("what did I say about tea yesterday", "2026-11-19", "2026-11-20")]
    [TestCase("What did we talk about last week?", "2026-11-09", "2026-11-16")]
    [TestCase("List my sessions from this month", "2026-11-01", "2026-11-21")]
    [TestCase("how many messages did I send in the last 7 days?", "2026-11-14", "2026-11-21")]
    [TestCase("what did I say on Monday", "2026-11-16", "2026-11-17")]
    [TestCase("what did I say on Friday", "2026-11-13", "2026-11-14")]
    public void Read_QuestionWithTime_HasThePeriod(string text, string from, string until)
    {
        var period = QuestionReader.Read(text, Now).Period;

        Assert.That((period?.From, period?.Until), Is.EqualTo(((DateTimeOffset?)Day(from), (DateTimeOffset?)Day(until))));

        static DateTimeOffset Day(string date) => new(DateTime.ParseExact(date, "yyyy-MM-dd", CultureInfo.InvariantCulture), TimeSpan.Zero);
    }

    [Test]
    public void Read_More_IsTheNextPageOfTheQuestionBefore()
    {
        var question = QuestionReader.Read(["What did I say about tea?", "more", "more please"], Now);

        Assert.That((question.Want, question.Topic, question.Page), Is.EqualTo((Want.Recall, "tea", 2)));
    }

    [Test]
    public void Read_AndInOtherSessions_LooksElsewhereForTheSame()
    {
        var question = QuestionReader.Read(["What did I say about tea?", "and in other sessions?"], Now);

        Assert.That((question.Topic, question.Reach, question.Page), Is.EqualTo(("tea", SessionReach.Others, 0)));
    }

    [Test]
    public void Read_AndAbout_AsksTheSameAboutAnother()
    {
        var question = QuestionReader.Read(["List my sessions about tea", "what about coffee?"], Now);

        Assert.That((question.Want, question.Topic), Is.EqualTo((Want.Sessions, "coffee")));
    }

    [Test]
    public void Read_MoreWithNothingBefore_IsLookedUp() => Assert.That(QuestionReader.Read("more", Now).Want, Is.EqualTo(Want.LookUp));

    [Test]
    public void Read_Statement_IsNoQuestion()
    {
        Assert.That(QuestionReader.Read("My dog is called Bruno.", Now).IsQuestion, Is.False);
        Assert.That(QuestionReader.Read("Explain monads", Now).IsQuestion, Is.True);
    }

    // Regular expressions that backtrack would need ages for these; any of them takes milliseconds.
    [Test]
    public void Read_HostileText_IsReadInTime(
        [Values("what did i ", "summarize the my ", "how many the my ", "\"\"\"", "and ", "((((", "> > ", "in all of the ", "東", "👩‍💻", "a.b.c.")] string piece)
    {
        foreach (var length in new[] { 1, 10, 290, 32_000 })
        {
            var text = string.Concat(Enumerable.Repeat(piece, length / piece.Length + 1));

            var question = QuestionReader.Read([text, text, "more"], Now);

            Assert.That(question.Terms, Has.Count.LessThanOrEqualTo(KeyWords.Max));
        }
    }
}
