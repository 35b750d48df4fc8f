using System.Collections.Concurrent;
using ChatApp.Domain.Chat.Ports;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace ChatApp.Tests.Support;

/// <summary>Tools that a test controls.</summary>
internal sealed class ScriptedTools : IToolSource
{
    public const string Source = "Workshop";

    private readonly ConcurrentDictionary<string, ChatTool> _tools = new();
    private readonly ConcurrentQueue<string> _calls = new();

    /// <summary>The names of the called tools, in the order of their start.</summary>
    public IReadOnlyList<string> Calls => [.. _calls];

    public void AddTo(WebApplicationBuilder builder) => builder.Services.AddSingleton<IToolSource>(this);

    /// <summary>Adds a tool with one string argument.</summary>
    public void Add(string name, Func<string, CancellationToken, Task<object?>> run, bool asksFirst = false)
    {
        var function = AIFunctionFactory.Create(
            (string input, CancellationToken ct) =>
            {
                _calls.Enqueue(name);
                return run(input, ct);
            },
            name, $"Does {name}.");
        _tools[name] = new(function, Source, $"Doing {name}…", asksFirst);
    }

    public void Add(string name, string result, bool asksFirst = false) => Add(name, (_, _) => Task.FromResult<object?>(result), asksFirst);

    public Task<IReadOnlyList<ChatTool>> ListAsync(CancellationToken ct) => Task.FromResult<IReadOnlyList<ChatTool>>([.. _tools.Values.OrderBy(t => t.Name)]);
}
