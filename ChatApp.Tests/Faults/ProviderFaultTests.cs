using System.Collections.Concurrent;
using System.Net;
using System.Text;
using ChatApp.Data.Checks;
using ChatApp.Domain.Chat;
using ChatApp.Domain.Usage;
using ChatApp.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace ChatApp.Tests.Faults;

/// <summary>Every fault of a provider, from the first byte to the stored end of the reply.</summary>
internal sealed class ProviderFaultTests
{
    private const string Reply = "Half of it, grüße 🌍, and the rest.";

    private readonly ConcurrentQueue<string> _received = new();
    private RawModelServer _model = null!;
    private TestApp _patient = null!;
    private TestApp _impatient = null!;
    private TestUser _user = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _model = new RawModelServer();
        var settings = new Dictionary<string, string> { ["OPENAI_BASE_URL"] = $"{_model.Endpoint}", ["OPENAI_API_KEY"] = ProviderFault.Key, ["Chat:Model"] = "some-model" };
        _patient = await TestApp.StartAsync(settings);
        _impatient = await TestApp.StartAsync(new(settings) { ["Chat:ReplyTimeout"] = "00:00:03" }, _patient.ConnectionString);
        _user = await _patient.RegisterAsync();
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await using (var connection = new NpgsqlConnection(_patient.ConnectionString))
        {
            await connection.OpenAsync();
            Assert.That(await DatabaseCheck.RunAsync(connection, CancellationToken.None), Is.Empty);
            Assert.That(await TablesWithAsync(connection, ProviderFault.Key), Is.Empty, "the key is in no row");
            Assert.That(await TablesWithAsync(connection, "some-model"), Is.SupersetOf(new[] { "messages", "usage_records" }), "searching for it works");
        }
        Assert.That(_patient.Log.Text + _impatient.Log.Text, Does.Not.Contain(ProviderFault.Key).And.Contain("failed at the provider"));
        Assert.That(_received, Has.None.Contains(ProviderFault.Key).And.Some.Contains("check the API key"));
        await _impatient.DisposeAsync();
        await _patient.DisposeAsync();
        await _model.DisposeAsync();
    }

    [TestCaseSource(typeof(ProviderFault), nameof(ProviderFault.Ending))]
    public async Task Provider_Fails_ReplyEndsWithThePartialText(ProviderFault fault) => await CheckAsync(_user.Client, fault);

    [TestCaseSource(typeof(ProviderFault), nameof(ProviderFault.Endless))]
    public async Task Provider_NeverEnds_IsAbandonedAfterTheTimeout(ProviderFault fault)
    {
        using var client = _impatient.WithToken(_user.AccessToken);
        await CheckAsync(client, fault);
    }

    [Test]
    public async Task Provider_CutAtAnyByte_KeepsThePartialText()
    {
        var whole = RawModelServer.Http(200, "text/event-stream", string.Concat(Reply.Split(' ').Select(w => RawModelServer.Delta(w + " "))) + RawModelServer.Finish());
        var finished = Encoding.UTF8.GetString(whole).IndexOf("finish_reason", StringComparison.Ordinal);
        for (var at = 0; at < whole.Length; at += 41)
        {
            _model.Script([RawModelServer.Cut(whole, at)]);
            var (reply, events) = await AskAsync(_user.Client, await CreateAsync(_user.Client));

            Assert.That(reply.Content, Is.EqualTo(events.Tokens()), $"cut at {at}");
            Assert.That(reply.Content, Is.EqualTo((Reply + " ")[..reply.Content.Length]), $"cut at {at}");
            if (reply.Status == MessageStatus.Failed)
            {
                Assert.That(MessageDetails.From(reply.Metadata).ErrorCode, Is.EqualTo(ReplyErrorCode.ProviderUnavailable), $"cut at {at}");
            }
            else
            {
                Assert.That((reply.Status, at > finished, reply.Content), Is.EqualTo((MessageStatus.Complete, true, Reply + " ")), $"cut at {at}");
            }
        }
    }

    [Test]
    public async Task Provider_FiftyMegabytes_AreTruncatedAtTheLimit()
    {
        var kilobyte = Encoding.ASCII.GetBytes(RawModelServer.Delta(new string('x', 1000)));
        _model.Script([async (connection, end) =>
        {
            await connection.WriteAsync(RawModelServer.Http(200, "text/event-stream", "", length: 50_000_000), end);
            for (var sent = 0; sent < 50_000_000; sent += kilobyte.Length)
            {
                await connection.WriteAsync(kilobyte, end);
            }
        }]);

        var (reply, events) = await AskAsync(_user.Client, await CreateAsync(_user.Client));

        Assert.That((reply.Status, reply.Content.Length), Is.EqualTo((MessageStatus.Complete, ChatMessage.ReplyMaxLength)));
        Assert.That(MessageDetails.From(reply.Metadata).Truncated, Is.True);
        Assert.That(events.Tokens() == reply.Content, Is.True);
    }

    [TestCase(200, "text/event-stream", "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"", "\"}}]}\n\n")]
    [TestCase(200, "text/html", "<html>", "</html>")]
    [TestCase(500, "application/json", "{\"error\": \"", "\"}")]
    public async Task Provider_FiftyMegabytesInOneDelta_EndTheReply(int status, string type, string beginning, string end)
    {
        var (megabyte, rest) = (Encoding.ASCII.GetBytes(new string('x', 1_000_000)), Encoding.ASCII.GetBytes(end + RawModelServer.Finish()));
        _model.Script([async (connection, ct) =>
        {
            await connection.WriteAsync(RawModelServer.Http(status, type, beginning, length: beginning.Length + 50 * megabyte.Length + rest.Length), ct);
            for (var i = 0; i < 50; i++)
            {
                await connection.WriteAsync(megabyte, ct);
            }
            await connection.WriteAsync(rest, ct);
        }]);
        var session = await CreateAsync(_user.Client);

        var (reply, _) = await AskAsync(_user.Client, session);

        var details = MessageDetails.From(reply.Metadata);
        Assert.That((reply.Content.Length, details.Truncated, details.ErrorCode), Is.AnyOf(
            (ChatMessage.ReplyMaxLength, true, (string?)null), (0, false, ReplyErrorCode.InvalidResponse), (0, false, ReplyErrorCode.ProviderUnavailable)));
        await AssertUsableAsync(_user.Client, session);
    }

    private async Task CheckAsync(HttpClient client, ProviderFault fault)
    {
        var (session, before) = (await CreateAsync(client), _model.Requests);
        _model.Script(fault.Behaviours);

        var (reply, events) = await AskAsync(client, session);
        var requests = _model.Requests - before;

        var details = MessageDetails.From(reply.Metadata);
        var ledger = await LedgerAsync(reply);
        using (Assert.EnterMultipleScope())
        {
            Assert.That((reply.Status, details.ErrorCode), Is.EqualTo((fault.Code is null ? MessageStatus.Complete : MessageStatus.Failed, fault.Code)));
            Assert.That((reply.Content, events.Tokens()), Is.EqualTo((fault.Text, fault.Text)));
            Assert.That(requests, Is.EqualTo(Math.Max(fault.Behaviours.Length, fault.Text == RawModelServer.SuccessReply ? 2 : 1)));
            Assert.That(ledger, Has.Count.EqualTo(requests), "each call has its row");
            Assert.That(reply.PromptTokens, fault.IsRefusal ? Is.Zero : Is.Positive);
            Assert.That(reply.CompletionTokens, fault.Text.Length > 0 ? Is.Positive : fault.Code == ReplyErrorCode.EmptyReply ? Is.EqualTo(7) : Is.Zero);
            Assert.That((reply.PromptTokens, reply.CompletionTokens), Is.EqualTo((ledger.Sum(r => r.PromptTokens), ledger.Sum(r => r.CompletionTokens))));
            if (fault.Code is not null)
            {
                Assert.That((events[^1].Type, events[^1].Data.Text("code"), events[^1].Data.Text("content")), Is.EqualTo(("error", fault.Code, details.Error)));
                Assert.That(details.Error, Does.Match("^[A-Z][^{}<>]+[.?]$").And.Not.Contain("Exception"), "a text for people");
            }
        }
        await AssertUsableAsync(client, session);
    }

    private static async Task<string> CreateAsync(HttpClient client) => (await client.SendJsonAsync(HttpMethod.Post, "/chat/sessions", new { }, HttpStatusCode.Created)).Text("id");

    private async Task<(ChatMessage Reply, List<ServerEvent> Events)> AskAsync(HttpClient client, string session)
    {
        using var stream = await EventStream.PostAsync(client, new { message = "question", thread_id = session });
        var events = await stream.RestAsync();
        stream.Lines.ToList().ForEach(_received.Enqueue);
        var id = events[0].Data.GetProperty("message_id").GetGuid();
        return (await _patient.WithDb(db => db.Messages.AsNoTracking().SingleAsync(m => m.Id == id)), events);
    }

    private static async Task AssertUsableAsync(HttpClient client, string session)
    {
        var response = await client.SendJsonAsync(HttpMethod.Post, "/chat", new { message = "and now?", thread_id = session });
        Assert.That(response.Text("response"), Is.EqualTo(RawModelServer.SuccessReply));
    }

    private Task<List<UsageRecord>> LedgerAsync(ChatMessage reply) =>
        _patient.WithDb(db => db.UsageRecords.AsNoTracking().Where(r => r.MessageId == reply.Id).OrderBy(r => r.Id).ToListAsync());

    // Every row of every table, as text.
    private static async Task<List<string>> TablesWithAsync(NpgsqlConnection connection, string text)
    {
        await using var command = new NpgsqlCommand("""
            SELECT table_name FROM information_schema.tables
            WHERE table_schema = 'public' AND table_type = 'BASE TABLE'
                AND (xpath('/row/c/text()', query_to_xml(format('SELECT count(*) AS c FROM %I t WHERE t::text LIKE %L', table_name, '%' || $1 || '%'), false, true, '')))[1]::text <> '0'
            """, connection);
        command.Parameters.Add(new() { Value = text });
        await using var reader = await command.ExecuteReaderAsync();
        var tables = new List<string>();
        while (await reader.ReadAsync())
        {
            tables.Add(reader.GetString(0));
        }
        return tables;
    }
}
