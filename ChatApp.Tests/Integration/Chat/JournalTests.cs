using ChatApp.Data.Replies;
using ChatApp.Domain.Chat;
using ChatApp.Domain.Chat.Ports;
using ChatApp.Domain.Chat.Replies;
using ChatApp.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace ChatApp.Tests.Integration.Chat;

internal sealed class JournalTests : ChatFixture
{
    private readonly HeldJournal _journal = new();

    protected override void Adjust(WebApplicationBuilder builder)
    {
        base.Adjust(builder);
        builder.Services.AddSingleton<IReplyJournal>(s =>
        {
            _journal.Real = ActivatorUtilities.CreateInstance<ReplyJournal>(s);
            return _journal;
        });
    }

    [Test]
    public async Task Reply_EndsWhileItsTextIsJournalled_LeavesNothingInTheJournal()
    {
        var user = await App.RegisterAsync();
        var call = Model.Hold("journalled");
        using var stream = await EventStream.PostAsync(user.Client, new { message = "journalled" });
        var reply = (await stream.NextAsync())!.Data.GetProperty("message_id").GetGuid();
        _journal.Hold();
        call.Say("text");
        await _journal.Held;

        var running = App.Services.GetRequiredService<RunningReplies>().FindLocal(reply)!;
        call.End();
        // The delta that is being written is not confirmed, so there is none to take only once the journal is closed: the end is about to be stored.
        await Eventually.TrueAsync(() => running.TakeUnjournalled() is null, "the journal is closed");
        Assert.That((await StoredMessageAsync(reply)).Status, Is.EqualTo(MessageStatus.Generating), "its end waits for the delta");
        _journal.Release();

        Assert.That((await stream.RestAsync())[^1].Type, Is.EqualTo("done"));
        await _journal.Appended;
        Assert.That(await App.WithDb(db => db.ReplyDeltas.CountAsync(d => d.MessageId == reply)), Is.Zero);
        Assert.That(await StoredMessageAsync(reply), Has.Property("Content").EqualTo("text").And.Property("Status").EqualTo(MessageStatus.Complete));
    }

    /// <summary>The journal, which a test can pause while it writes.</summary>
    private sealed class HeldJournal : IReplyJournal, IDisposable
    {
        private readonly TaskCompletionSource _held = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _appended = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly ManualResetEventSlim _open = new(true);

        public ReplyJournal Real { get; set; } = null!;

        public Task Held => _held.Task.WaitAsync(Eventually.Patience);

        public Task Appended => _appended.Task.WaitAsync(Eventually.Patience);

        public void Hold() => _open.Reset();

        public void Release() => _open.Set();

        public void Dispose() => _open.Dispose();

        public async Task AppendAsync(IReadOnlyCollection<ReplyDelta> deltas, CancellationToken ct)
        {
            if (!_open.IsSet)
            {
                _held.TrySetResult();
                _open.Wait(ct); // blocks the thread, as if it were not scheduled
                await Real.AppendAsync(deltas, ct);
                _appended.TrySetResult();
                return;
            }
            await Real.AppendAsync(deltas, ct);
        }
    }
}
