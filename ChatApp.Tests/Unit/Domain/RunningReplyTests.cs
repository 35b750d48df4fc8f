using ChatApp.Domain.Chat;
using ChatApp.Domain.Chat.Replies;
using ChatApp.Domain.Usage;

namespace ChatApp.Tests.Unit.Domain;

internal sealed class RunningReplyTests
{
    private static readonly ReplyEnd End = new(MessageStatus.Complete, new TokenUsage(1, 2, false), null, null);

    [Test]
    public async Task Read_SubscriberBeforeTheText_GetsItAsItArrives()
    {
        var reply = NewReply();
        await using var events = reply.ReadAsync(0, default).GetAsyncEnumerator();

        var first = events.MoveNextAsync();
        reply.Append("Hel");
        Assert.That(await first, Is.True);
        Assert.That(events.Current, Is.EqualTo(new ReplyText("Hel", 3)));

        var second = events.MoveNextAsync();
        reply.Append("lo");
        Assert.That(await second, Is.True);
        Assert.That(events.Current, Is.EqualTo(new ReplyText("lo", 5)));
    }

    [Test]
    public async Task Read_SubscriberAfterTheEnd_GetsAllAtOnce()
    {
        var reply = NewReply();
        reply.Append("Hel");
        reply.Append("lo");
        reply.Finish(End);

        Assert.That(await ReadAsync(reply, 0), Is.EqualTo(new ReplyEvent[] { new ReplyText("Hello", 5), End }));
    }

    [Test]
    public async Task Read_ResumedAtEveryPosition_GetsExactlyTheRest()
    {
        const string text = "A reply of some words, and some 🎉.";
        for (var position = 0; position <= text.Length; position++)
        {
            // Part of the text exists already, the rest arrives during the subscription.
            var reply = NewReply();
            reply.Append(text[..12]);
            var reading = ReadAsync(reply, position);
            reply.Append(text[12..20]);
            reply.Append(text[20..]);
            reply.Finish(End);

            var events = await reading;

            // A position beyond the text so far came from another instance: nothing is repeated.
            var received = string.Concat(events.OfType<ReplyText>().Select(e => e.Content));
            Assert.That(received, Is.EqualTo(text[position..]), $"from {position}");
            Assert.That(events[^1], Is.EqualTo(End));
            Assert.That(events.OfType<ReplyText>().LastOrDefault()?.End ?? text.Length, Is.EqualTo(text.Length));
        }
    }

    [Test]
    public async Task Read_FinishedReplyAtEveryPosition_IsExactlyTheRest()
    {
        const string text = "A reply of some words, and some 🎉.";
        var reply = NewReply();
        reply.Append(text);
        reply.Finish(End);
        for (var position = -1; position <= text.Length + 1; position++)
        {
            var events = await ReadAsync(reply, position);

            Assert.That(string.Concat(events.OfType<ReplyText>().Select(e => e.Content)), Is.EqualTo(text[Math.Clamp(position, 0, text.Length)..]), $"from {position}");
        }
    }

    [Test]
    public async Task Read_ManySubscribersWhileItGrows_AllGetTheSame()
    {
        var reply = NewReply();
        var subscribers = Enumerable.Range(0, 50).Select(_ => Task.Run(() => ReadAsync(reply, 0))).ToList();
        for (var i = 0; i < 1000; i++)
        {
            reply.Append($"word {i} ");
        }
        reply.Finish(End);

        foreach (var events in await Task.WhenAll(subscribers))
        {
            Assert.That(string.Concat(events.OfType<ReplyText>().Select(e => e.Content)), Is.EqualTo(reply.Text));
            Assert.That(events.Count(e => e is ReplyEnd), Is.EqualTo(1));
        }
    }

    [Test]
    public async Task Finish_Twice_FirstEndCounts()
    {
        var reply = NewReply();
        reply.Finish(End);
        reply.Finish(End with { Status = MessageStatus.Failed });

        Assert.That(await ReadAsync(reply, 0), Is.EqualTo(new ReplyEvent[] { End }));
    }

    [Test]
    public async Task Read_Cancelled_EndsTheSubscriptionOnly()
    {
        var reply = NewReply();
        using var cancel = new CancellationTokenSource();
        var reading = ReadAsync(reply, 0, cancel.Token);

        await cancel.CancelAsync();

        await Assert.ThatAsync(() => reading, Throws.InstanceOf<OperationCanceledException>());
        reply.Append("still growing");
        Assert.That(reply.Text, Is.EqualTo("still growing"));
    }

    private static RunningReply NewReply() => new(Guid.CreateVersion7(), Guid.CreateVersion7());

    private static async Task<List<ReplyEvent>> ReadAsync(RunningReply reply, int position, CancellationToken ct = default)
    {
        var events = new List<ReplyEvent>();
        await foreach (var e in reply.ReadAsync(position, ct))
        {
            events.Add(e);
        }
        return events;
    }
}
