using ChatApp.Domain.Chat.Ports;
using ChatApp.Domain.Errors;
using ChatApp.Domain.Personas;
using ChatApp.Domain.Time;
using ChatApp.Domain.Usage;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Domain.Chat;

/// <summary>What it takes to ask a model.</summary>
public sealed record PreparedReply(Prompt Prompt, Persona Persona, ChatModel Model, IReadOnlyList<ChatTool> Tools);

/// <summary>Prepares the prompt of an answer from what is stored.</summary>
public sealed class ReplyPreparation(IChatDb db, IModelCatalog models, PersonaCatalog personas, TimeProvider clock)
{
    /// <summary>What a model is asked when an answer that was cut off is to be continued; the last message of its prompt then.</summary>
    public const string GoOn = "Your last message was cut off. Go on exactly where it stops: repeat nothing, comment on nothing.";

    public async Task<PreparedReply> PrepareAsync(ReplyJob job, IReadOnlyList<ChatTool> tools, CancellationToken ct)
    {
        var (reply, persona, model) = (job.Reply, personas.Get(job.Persona), models.Get(job.Reply.Model));
        persona = persona with { Temperature = job.Options?.Temperature ?? persona.Temperature, MaxTokens = job.Options?.MaxTokens ?? persona.MaxTokens };
        // More messages than tokens cannot fit.
        var history = await db.Messages.AsNoTracking().InSession(reply.SessionId).Live()
            .Where(m => m.Seq < reply.Seq && m.Content != "")
            .OrderByDescending(m => m.Seq).Take(model.ContextWindow / PromptSize.TokensPerMessage).ToListAsync(ct);
        if (job.IsContinued)
        {
            history.Insert(0, reply);
            history.Insert(0, new ChatMessage { Role = MessageRole.User, Content = GoOn, Seq = reply.Seq + 1 });
        }
        // Half a small window is for the prompt: a model that is asked for a longer answer than it has room for refuses.
        persona = persona with { MaxTokens = Math.Min(persona.MaxTokens, model.ContextWindow / 2) };
        return new(PromptBuilder.Build(persona, history, model.ContextWindow, tools), persona, model, tools);
    }

    /// <summary>The draft of an answer whose process has died: its text, and what it must have cost as far as it came.</summary>
    public async Task<ReplyDraft> RecoverAsync(ChatMessage reply, string text, CancellationToken ct)
    {
        var persona = await db.Sessions.Where(s => s.Id == reply.SessionId).Select(s => s.Persona).SingleAsync(ct);
        var job = new ReplyJob(reply, persona, new LiveReply(reply.Id, reply.UserId, text, clock));
        var draft = new ReplyDraft(job);
        try
        {
            var prepared = await PrepareAsync(job, [], ct);
            var sent = PromptSize.Estimate(prepared.Prompt.Messages, []);
            // Before the answer's own there was a call for each of its tool rounds.
            foreach (var round in draft.ToolCalls.GroupBy(c => c.Round))
            {
                Charge(UsagePurpose.Tool, sent, round.Sum(c => TokenEstimator.Count(c.Arguments.GetRawText())));
                sent += round.Sum(c => TokenEstimator.Count(c.Arguments.GetRawText()) + TokenEstimator.Count(c.Result ?? ""));
            }
            Charge(UsagePurpose.Answer, sent, TokenEstimator.Count(text[reply.Content.Length..]));

            void Charge(UsagePurpose purpose, int prompt, int completion) => draft.Charge(new(
                Guid.CreateVersion7(clock.Now()), purpose, prepared.Model.Provider, prepared.Model.Name, new(prompt, completion, Estimated: true),
                (int)Math.Clamp((clock.Now() - reply.UpdatedAt).TotalMilliseconds, 0, int.MaxValue)));
        }
        catch (InvalidException)
        {
            // Its model is not configured any more: nothing to estimate a prompt for.
        }
        return draft;
    }
}
