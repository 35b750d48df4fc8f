using System.Runtime.CompilerServices;
using System.Text;
using ChatApp.Web.Infrastructure;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace ChatApp.Tests.Unit;

internal sealed class EventStreamResultTests
{
    [Test]
    public async Task Execute_DatabaseUnavailable_CutsTheConnectionSoThatTheClientResumes()
    {
        var (text, isAborted) = await RunAsync(new NpgsqlException("broken", new IOException()));

        Assert.That(text, Does.Contain("{\"n\":1}").And.Not.Contain("error"));
        Assert.That(isAborted, Is.True);
    }

    [Test]
    public async Task Execute_OtherFailure_EndsWithAnError()
    {
        var (text, isAborted) = await RunAsync(new InvalidOperationException());

        Assert.That(text, Does.Contain("{\"n\":1}").And.Contain("\"type\":\"error\""));
        Assert.That(isAborted, Is.False);
    }

    private static async Task<(string Text, bool IsAborted)> RunAsync(Exception failure)
    {
        await using var services = new ServiceCollection().AddLogging().AddSingleton(TimeProvider.System).AddSingleton<OpenStreams>().BuildServiceProvider();
        using var body = new MemoryStream();
        var lifetime = new Lifetime();
        var http = new DefaultHttpContext { RequestServices = services };
        http.Features.Set<IHttpRequestLifetimeFeature>(lifetime);
        http.Response.Body = body;

        await new EventStreamResult(EventsAsync(failure)).ExecuteResultAsync(new ActionContext { HttpContext = http });

        return (Encoding.UTF8.GetString(body.ToArray()), lifetime.IsAborted);
    }

    private static async IAsyncEnumerable<ServerEvent> EventsAsync(Exception failure, [EnumeratorCancellation] CancellationToken ct = default)
    {
        yield return new(new { n = 1 });
        await Task.Yield();
        ct.ThrowIfCancellationRequested();
        throw failure;
    }

    private sealed class Lifetime : IHttpRequestLifetimeFeature
    {
        public bool IsAborted { get; private set; }

        public CancellationToken RequestAborted { get; set; }

        public void Abort() => IsAborted = true;
    }
}
