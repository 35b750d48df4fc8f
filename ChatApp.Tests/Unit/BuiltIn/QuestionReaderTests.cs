using System.Globalization;
using ChatApp.Web.Integrations.BuiltIn;
using ChatApp.Web.Integrations.BuiltIn.Recall;

namespace ChatApp.Tests.Unit.BuiltIn;

internal sealed class QuestionReaderTests
{
    // A Friday.
    private static readonly DateTimeOffset Now = new(2026, 11, 20, 14, 5, 0, TimeSpan.Zero);

    [TestCase("Hello!", nameof(Intent.Greeting))]
    [TestCase("hi there", nameof(Intent.Greeting))]
    [TestCase("Good morning, how are you?", nameof(Intent.Greeting))]
    [TestCase("thanks a lot", nameof(Intent.Thanks))]
    [TestCase("Great, thank you!", nameof(Intent.Thanks))]
    [TestCase("help", nameof(Intent.Help))]
    [TestCase("Who are you?", nameof(Intent.Help))]
    [TestCase("What can you do?", nameof(Intent.Help))]
    [TestCase("are you a real AI?", nameof(Intent.Help))]
    [TestCase("Which model am I talking to?", nameof(Intent.Help))]
    [TestCase("How do I connect a model?", nameof(Intent.Connect))]
    [TestCase("How can I use Ollama?", nameof(Intent.Connect))]
    [TestCase("What is OPENAI_BASE_URL for?", nameof(Intent.Connect))]
    [TestCase("What time is it?", nameof(Intent.Clock))]
    [TestCase("what's the date today?", nameof(Intent.Clock))]
    [TestCase("What day is it", nameof(Intent.Clock))]
    [TestCase("How many sessions do I have?", nameof(Intent.Count))]
    [TestCase("how many tokens have I used so far?", nameof(Intent.Count))]
    [TestCase("Count my messages", nameof(Intent.Count))]
    [TestCase("What is my token usage?", nameof(Intent.Count))]
    [TestCase("List my sessions", nameof(Intent.Sessions))]
    [TestCase("show me my recent chats", nameof(Intent.Sessions))]
    [TestCase("Which conversations do I have?", nameof(Intent.Sessions))]
    [TestCase("What have we talked about recently?", nameof(Intent.Sessions))]
    [TestCase("What was the first thing I asked?", nameof(Intent.FirstAsked))]
    [TestCase("What did I ask first?", nameof(Intent.FirstAsked))]
    [TestCase("What was my last question?", nameof(Intent.LastAsked))]
    [TestCase("what did I just say", nameof(Intent.LastAsked))]
    [TestCase("Summarize this session", nameof(Intent.Summary))]
    [TestCase("Can you give me a short summary of our conversation so far?", nameof(Intent.Summary))]
    [TestCase("tl;dr", nameof(Intent.Summary))]
    [TestCase("Recap", nameof(Intent.Summary))]
    [TestCase("What did I say about the budget?", nameof(Intent.Recall))]
    [TestCase("find \"connection refused\"", nameof(Intent.Recall))]
    [TestCase("remind me what I decided about Kyoto", nameof(Intent.Recall))]
    [TestCase("Do you remember my allergy?", nameof(Intent.Recall))]
    [TestCase("When did I last mention the dentist?", nameof(Intent.Recall))]
    [TestCase("Why is the sky blue?", nameof(Intent.LookUp))]
    [TestCase("Write a function that reverses a list", nameof(Intent.LookUp))]
    [TestCase("My dog is called Bruno.", nameof(Intent.LookUp))]
    [TestCase("How many planets are there?", nameof(Intent.LookUp))]
    [TestCase("What is the time complexity of quicksort?", nameof(Intent.LookUp))]
    [TestCase("Help me write a cover letter", nameof(Intent.LookUp))]
    [TestCase("", nameof(Intent.LookUp))]
    [TestCase("?!", nameof(Intent.LookUp))]
    public void Read_Question_IsUnderstood(string text, string want) =>
        Assert.That(QuestionReader.Read(text, Now).Intent.ToString(), Is.EqualTo(want));

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
    public void Read_QuestionWithTopic_HasIt(string text, string topic) =>
        Assert.That(QuestionReader.Read(text, Now).Topic, Is.EqualTo(topic));

    [TestCase("how many sessions do I have", nameof(CountUnit.Sessions))]
    [TestCase("how many messages have I sent", nameof(CountUnit.Messages))]
    [TestCase("how many questions did I ask today", nameof(CountUnit.Messages))]
    [TestCase("how many words did I write this month", nameof(CountUnit.Words))]
    [TestCase("how many tokens have I used", nameof(CountUnit.Tokens))]
    [TestCase("how often did I mention docker", nameof(CountUnit.Messages))]
    public void Read_Count_HasTheUnit(string text, string unit)
    {
        var question = QuestionReader.Read(text, Now);

        Assert.That((question.Intent, question.CountUnit.ToString()), Is.EqualTo((Intent.Count, unit)));
    }

    [TestCase("What did I say about tea in this session?", SessionSelection.Current)]
    [TestCase("what did I say about tea in my other chats", SessionSelection.Others)]
    [TestCase("What did I say about tea in any of my sessions?", SessionSelection.All)]
    [TestCase("What did I say about tea?", SessionSelection.All)]
    [TestCase("how many messages are in this chat?", SessionSelection.Current)]
    [TestCase("What was the first thing I asked in this conversation?", SessionSelection.Current)]
    public void Read_QuestionWithPlace_HasTheSelection(string text, SessionSelection selection)
    {
        var question = QuestionReader.Read(text, Now);

        Assert.That(question.Selection, Is.EqualTo(selection));
        Assert.That(question.Intent, Is.Not.EqualTo(Intent.LookUp));
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
    public void Read_More_IsTheNextPageOfThePreviousQuestion()
    {
        var question = QuestionReader.Read(["What did I say about tea?", "more", "more please"], Now);

        Assert.That((question.Intent, question.Topic, question.Page), Is.EqualTo((Intent.Recall, "tea", 2)));
    }

    [Test]
    public void Read_AndInOtherSessions_SearchesTheOthers()
    {
        var question = QuestionReader.Read(["What did I say about tea?", "and in other sessions?"], Now);

        Assert.That((question.Topic, question.Selection, question.Page), Is.EqualTo(("tea", SessionSelection.Others, 0)));
    }

    [Test]
    public void Read_AndAbout_ChangesTheTopic()
    {
        var question = QuestionReader.Read(["List my sessions about tea", "what about coffee?"], Now);

        Assert.That((question.Intent, question.Topic), Is.EqualTo((Intent.Sessions, "coffee")));
    }

    [Test]
    public void Read_MoreWithoutPreviousQuestion_IsALookUp() => Assert.That(QuestionReader.Read("more", Now).Intent, Is.EqualTo(Intent.LookUp));

    [Test]
    public void Read_Statement_IsNotAQuestion()
    {
        Assert.That(QuestionReader.Read("My dog is called Bruno.", Now).IsQuestion, Is.False);
        Assert.That(QuestionReader.Read("Explain monads", Now).IsQuestion, Is.True);
    }

    // Texts on which badly backtracking regular expressions would take minutes.
    [Test]
    public void Read_HostileText_TakesLittleTime(
        [Values("what did i ", "summarize the my ", "how many the my ", "\"\"\"", "and ", "((((", "> > ", "in all of the ", "東", "👩‍💻", "a.b.c.")] string piece)
    {
        foreach (var length in new[] { 1, 10, 290, 32_000 })
        {
            var text = string.Concat(Enumerable.Repeat(piece, length / piece.Length + 1));

            var question = QuestionReader.Read([text, text, "more"], Now);

            Assert.That(question.Terms, Has.Count.LessThanOrEqualTo(Keywords.Max));
        }
    }
}
