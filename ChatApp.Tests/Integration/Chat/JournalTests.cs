using ChatApp.Data.Replies;
using ChatApp.Domain.Chat;
using ChatApp.Domain.Chat.Ports;
using ChatApp.Domain.Chat.Replies;
using ChatApp.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

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

    [Test]
    public async Task Append_WhileTheReplyIsBeingClosed_WaitsAndAddsNothing()
    {
        var (user, reply, call) = await StartAsync("closing");
        await using var closer = new NpgsqlConnection(App.ConnectionString);
        await closer.OpenAsync();
        await using var transaction = await closer.BeginTransactionAsync();
        await using (var close = new NpgsqlCommand("UPDATE messages SET status = 'complete' WHERE user_id = $1 AND id = $2", closer, transaction))
        {
            close.Parameters.Add(new() { Value = user.Id });
            close.Parameters.Add(new() { Value = reply });
            await close.ExecuteNonQueryAsync();
        }

        var appended = _journal.Real.AppendAsync([new() { UserId = user.Id, MessageId = reply, Position = 100, Content = "late" }], CancellationToken.None);
        await Eventually.TrueAsync(() => IsBlockingAsync(closer.ProcessID), "the journal waits for the transaction");
        await transaction.CommitAsync();
        await appended;

        Assert.That(await App.WithDb(db => db.ReplyDeltas.CountAsync(d => d.MessageId == reply)), Is.Zero);
        await App.WithDb(db => db.Messages.Where(m => m.Id == reply).ExecuteUpdateAsync(m => m.SetProperty(x => x.Status, MessageStatus.Generating)));
        call.End();
        await EndedAsync(reply);
    }

    [Test]
    public async Task Journal_OfAReplyThatHasEnded_IsRemovedByTheNextInstance()
    {
        var (user, reply, call) = await StartAsync("left behind");
        call.End();
        await EndedAsync(reply);
        await App.WithDb(async db =>
        {
            db.ReplyDeltas.Add(new() { UserId = user.Id, MessageId = reply, Position = 0, Content = "late" });
            return await db.SaveChangesAsync();
        });

        await using var other = await TestApp.StartAsync(connectionString: App.ConnectionString);

        await Eventually.TrueAsync(() => App.WithDb(db => db.ReplyDeltas.AllAsync(d => d.MessageId != reply)), "the recovery has removed it");
    }

    private async Task<(TestUser User, Guid Reply, ModelCall Call)> StartAsync(string question)
    {
        var user = await App.RegisterAsync();
        var call = Model.Hold(question);
        using var stream = await EventStream.PostAsync(user.Client, new { message = question });
        return (user, (await stream.NextAsync())!.Data.GetProperty("message_id").GetGuid(), call.Say("text"));
    }

    private Task<bool> IsBlockingAsync(int process) => App.WithDb(db => db.Database
        .SqlQuery<bool>($"SELECT EXISTS (SELECT FROM pg_stat_activity WHERE {process} = ANY (pg_blocking_pids(pid))) AS \"Value\"").SingleAsync());

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
