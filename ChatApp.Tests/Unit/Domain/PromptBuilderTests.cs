using System.Text.Json;
using ChatApp.Domain.Chat;
using ChatApp.Domain.Chat.Generation;
using ChatApp.Domain.Chat.Generation.Tools;
using ChatApp.Domain.Chat.Ports;
using ChatApp.Domain.Personas;
using Microsoft.Extensions.AI;
using ChatMessage = ChatApp.Domain.Chat.ChatMessage;

namespace ChatApp.Tests.Unit.Domain;

internal sealed class PromptBuilderTests
{
    // 400 characters: 100 tokens, and 4 of overhead.
    private const int Cost = 104;

    private static readonly string Text = new('x', 400);
    private static readonly Persona Persona = new("default", "Assistant", "", Text, 1, MaxTokens: 100, []);

    [Test]
    public void Build_ShortHistory_IsPersonaThenAllInOrder()
    {
        var prompt = PromptBuilder.Build(Persona, History((MessageRole.User, "one"), (MessageRole.Assistant, "two"), (MessageRole.User, "three")), 10_000, []);

        Assert.That(prompt.Messages.Select(m => (m.Role, m.Text)), Is.EqualTo(new[]
        {
            (ChatRole.System, Text), (ChatRole.User, "one"), (ChatRole.Assistant, "two"), (ChatRole.User, "three"),
        }));
        Assert.That(prompt.Omitted, Is.Zero);
    }

    [TestCase(0, 4, TestName = "Build_NoRoomAtAll_StillAsksTheQuestion")]
    [TestCase(Cost, 4)]
    [TestCase(2 * Cost - 1, 4)]
    [TestCase(2 * Cost, 3)]
    [TestCase(5 * Cost, 0)]
    public void Build_LongHistory_TakesTheNewestThatFitWhole(int room, int omitted)
    {
        var history = History([.. Enumerable.Range(1, 5).Select(i => (i % 2 == 1 ? MessageRole.User : MessageRole.Assistant, $"{i}{Text[1..]}"))]);

        var prompt = PromptBuilder.Build(Persona, history, Cost + Persona.MaxTokens + room, []);

        Assert.That(prompt.Omitted, Is.EqualTo(omitted));
        Assert.That(prompt.Messages.Skip(1).Select(m => m.Text[0] - '0'), Is.EqualTo(Enumerable.Range(omitted + 1, 5 - omitted)));
    }

    [Test]
    public void Build_SystemMessages_AreKeptInTheirPlaceWhenOthersAreOmitted()
    {
        var history = History((MessageRole.User, Text), (MessageRole.System, "Be brief."), (MessageRole.Assistant, Text), (MessageRole.User, "Now?"));

        var prompt = PromptBuilder.Build(Persona, history, Cost + Persona.MaxTokens + 30, []);

        Assert.That(prompt.Messages.Skip(1).Select(m => (m.Role, m.Text)), Is.EqualTo(new[] { (ChatRole.System, "Be brief."), (ChatRole.User, "Now?") }));
        Assert.That(prompt.Omitted, Is.EqualTo(2));
    }

    [Test]
    public void Build_EmptyMessages_AreLeftOut()
    {
        var prompt = PromptBuilder.Build(Persona, History((MessageRole.User, "one"), (MessageRole.Assistant, ""), (MessageRole.User, "two")), 10_000, []);

        Assert.That(prompt.Messages.Skip(1).Select(m => m.Text), Is.EqualTo(new[] { "one", "two" }));
        Assert.That(prompt.Omitted, Is.Zero);
    }

    [Test]
    public void Build_PersonaWithALongReply_LeavesHalfTheWindowToThePrompt()
    {
        var prompt = PromptBuilder.Build(Persona with { MaxTokens = 1_000_000 }, History((MessageRole.User, "one"), (MessageRole.User, "two")), 1000, []);

        Assert.That(prompt.Omitted, Is.Zero);
    }

    [Test]
    public void Estimate_Prompt_CountsTheOverheadOfMessages() =>
        Assert.That(
            TokenEstimator.Estimate(PromptBuilder.Build(Persona, History((MessageRole.User, "four")), 1000, []).Messages, []),
            Is.EqualTo(Cost + 1 + TokenEstimator.TokensPerMessage));

    [Test]
    public void Build_RepliesWithTools_IncludeTheNewestResultsThatFitAQuarterOfTheRoom()
    {
        var history = History((MessageRole.User, "one"), (MessageRole.Assistant, "first"), (MessageRole.User, "two"), (MessageRole.Assistant, "second"), (MessageRole.User, "three")).ToList();
        history.FindAll(m => m.Role == MessageRole.Assistant).ForEach(Call);

        var prompt = PromptBuilder.Build(Persona, history, 2_000, [Tool]);

        Assert.That(prompt.Messages.Skip(1).Select(m => m.Role), Is.EqualTo(new[]
        {
            ChatRole.User, ChatRole.Assistant, ChatRole.User, ChatRole.Assistant, ChatRole.Tool, ChatRole.Assistant, ChatRole.User,
        }));
        Assert.That(prompt.Omitted, Is.Zero);
        Assert.That(PromptBuilder.Build(Persona, history, 2_000, []).Messages, Has.Count.EqualTo(6), "without tools the prompt contains no tool results");

        static void Call(ChatMessage reply)
        {
            var call = new ToolCall
            {
                Id = "1",
                Name = Tool.Name,
                Source = "",
                Doing = "",
                Arguments = JsonSerializer.SerializeToElement(new { }),
                Round = 1,
                Position = 0,
                Status = ToolCallStatus.Complete,
                Result = new string('r', 1_000),
            };
            reply.ToolCalls = ToolCall.ToJson([call]);
        }
    }

    private static ChatTool Tool { get; } = new(AIFunctionFactory.Create(() => "", "look_up"), "Workshop", "Looking…", false);

    // Newest first, as read from the database.
    private static IEnumerable<ChatMessage> History(params (MessageRole Role, string Text)[] messages) =>
        messages.Select((m, i) => new ChatMessage { Id = Guid.Empty, UserId = Guid.Empty, SessionId = Guid.Empty, CreatedAt = default, Seq = i + 1, Role = m.Role, Content = m.Text }).Reverse();
}
