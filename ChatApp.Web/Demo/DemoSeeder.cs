using ChatApp.Data;
using ChatApp.Data.Accounts;
using ChatApp.Domain.Chat;
using ChatApp.Domain.Chat.Generation;
using ChatApp.Domain.Errors;
using ChatApp.Domain.Personas;
using ChatApp.Domain.Sessions;
using ChatApp.Domain.Time;
using ChatApp.Domain.Usage;

namespace ChatApp.Web.Demo;

/// <summary>
/// Creates two accounts with sample sessions from the files in the folder <c>Demo</c>, one folder per account. Existing accounts are left unchanged, so
/// that a second start adds nothing.
/// </summary>
public sealed partial class DemoSeeder(IServiceScopeFactory scopes, PersonaCatalog personas, TimeProvider clock, ILogger<DemoSeeder> log)
{
    /// <summary>The provider and model that the demo's replies are recorded under: no real model wrote them.</summary>
    public const string Model = "demo";

    private static readonly (string Name, string Password)[] Accounts = [("alice", "alicepass123"), ("testuser", "testpass123")];

    /// <summary>Creates the missing accounts. The database must be ready.</summary>
    /// <exception cref="InvalidOperationException">A file is malformed, or an account is rejected.</exception>
    public async Task SeedAsync(CancellationToken ct)
    {
        foreach (var (name, password) in Accounts)
        {
            var chats = ReadChats(name); // before creating the account, so that a malformed file does not leave it without sessions
            await using var scope = scopes.CreateAsyncScope();
            if (await CreateAccountAsync(scope.ServiceProvider, new NewAccount(name, $"{name}@example.com", password)) is { } user)
            {
                await StoreAsync(scope.ServiceProvider.GetRequiredService<ChatDbContext>(), user.Id, chats, ct);
                LogCreated(name, chats.Count);
            }
        }
    }

    // Null if the account exists.
    private static async Task<AppUser?> CreateAccountAsync(IServiceProvider services, NewAccount account)
    {
        try
        {
            return await services.GetRequiredService<RegistrationService>().CreateForDemoAsync(account);
        }
        catch (ConflictException)
        {
            return null;
        }
        catch (InvalidException e)
        {
            throw new InvalidOperationException($"The demo account {account.UserName} is rejected: {e.Message}", e);
        }
    }

    private static List<DemoTranscript> ReadChats(string name) =>
        [.. Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "Demo", name), "*.md").Order(StringComparer.Ordinal)
            .Select(f => DemoTranscript.Parse(File.ReadAllText(f), Path.GetFileName(f)))];

    private async Task StoreAsync(ChatDbContext db, Guid userId, List<DemoTranscript> chats, CancellationToken ct)
    {
        var ledger = new List<UsageRecord>();
        foreach (var chat in chats)
        {
            Add(db, userId, chat, ledger);
        }
        db.UsageRecords.AddRange(ledger);
        db.UserUsage.Add(new UserUsage
        {
            UserId = userId,
            PromptTokens = ledger.Sum(r => r.PromptTokens),
            CompletionTokens = ledger.Sum(r => r.CompletionTokens),
            TotalTokens = ledger.Sum(r => r.PromptTokens + r.CompletionTokens),
            RequestCount = ledger.Count,
            CreatedAt = ledger.Min(r => r.CreatedAt),
            UpdatedAt = ledger.Max(r => r.CreatedAt),
        });
        await db.SaveChangesAsync(ct);
    }

    private void Add(ChatDbContext db, Guid userId, DemoTranscript chat, List<UsageRecord> ledger)
    {
        var times = DemoTimes.Of(chat, clock.Now());
        var id = Guid.CreateVersion7(times[0].Begin);
        var session = new ChatSession
        {
            Id = id,
            UserId = userId,
            ThreadId = ChatSession.OwnThreadId(id),
            Title = chat.Title,
            Persona = personas.Require(chat.Persona),
            Pinned = chat.Pinned,
            CreatedAt = times[0].Begin,
            UpdatedAt = times[0].Begin,
            LastActivityAt = times[0].Begin,
        };
        db.Sessions.Add(session);
        var history = new List<ChatMessage>();
        foreach (var (message, (begin, end)) in chat.Messages.Zip(times))
        {
            var stored = session.Append(message.Role, message.Text, begin);
            stored.UpdatedAt = end;
            if (message.Role == MessageRole.Assistant)
            {
                ledger.Add(Charge(stored, personas.Get(session.Persona), history, end));
            }
            history.Insert(0, stored);
            db.Messages.Add(stored);
            session.Touch(end);
        }
    }

    // As if the reply came from a model that reports no usage.
    private static UsageRecord Charge(ChatMessage reply, Persona persona, List<ChatMessage> history, DateTimeOffset end)
    {
        var prompt = PromptBuilder.Build(persona, history, contextWindow: 128_000, tools: []);
        var (promptTokens, completionTokens) = (TokenEstimator.Estimate(prompt.Messages, []), TokenEstimator.Count(reply.Content));
        (reply.Model, reply.PromptTokens, reply.CompletionTokens, reply.UsageEstimated) = (Model, promptTokens, completionTokens, true);
        return new UsageRecord
        {
            Id = Guid.CreateVersion7(end),
            UserId = reply.UserId,
            SessionId = reply.SessionId,
            MessageId = reply.Id,
            Purpose = UsagePurpose.Reply,
            Provider = Model,
            Model = Model,
            PromptTokens = promptTokens,
            CompletionTokens = completionTokens,
            Estimated = true,
            DurationMilliseconds = (int)(end - reply.CreatedAt).TotalMilliseconds,
            CreatedAt = end,
        };
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Created the demo account {Name} with {Count} sessions")]
    private partial void LogCreated(string name, int count);
}
