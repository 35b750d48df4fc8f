using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace ChatApp.Tests.Support;

/// <summary>Speaks OpenAI's chat completions and what Ollama has besides.</summary>
internal sealed class ScriptedOllamaServer : ScriptedOpenAiServer
{
    /// <summary>The models that are there.</summary>
    public IReadOnlyList<OllamaModel> Installed { get; set; } = [new("llama3.2:latest")];

    /// <summary>How often models were asked for what they can do.</summary>
    public int ShowRequests { get; private set; }

    /// <summary>Whether every connection is broken off.</summary>
    public bool IsAway { get; set; }

    public static async Task<ScriptedOllamaServer> StartAsync()
    {
        var server = new ScriptedOllamaServer();
        await server.ListenAsync([], server.Map);
        return server;
    }

    protected override void Map(WebApplication app)
    {
        app.Use((context, next) =>
        {
            if (IsAway)
            {
                context.Abort();
                return Task.CompletedTask;
            }
            return next(context);
        });
        base.Map(app);
        app.MapGet("/api/tags", () => Results.Json(new { models = Installed.Select(m => new { name = m.Name, digest = m.Name }) }));
        app.MapGet("/api/ps", () => Results.Json(new { models = Installed.Where(m => m.Loaded > 0).Select(m => new { name = m.Name, context_length = m.Loaded }) }));
        app.MapPost("/api/show", (JsonElement request) =>
        {
            ShowRequests++;
            var model = Installed.Single(m => m.Name == request.Text("model"));
            return Results.Json(new { parameters = model.Parameters, capabilities = model.Can });
        });
    }
}

/// <summary>A model of an Ollama.</summary>
/// <param name="Name">With its tag.</param>
/// <param name="Parameters">Its settings, a line each.</param>
/// <param name="Loaded">The tokens that it has been loaded with; 0: it is not loaded.</param>
internal sealed record OllamaModel(string Name, string? Parameters = null, int Loaded = 0)
{
    public string[]? Can { get; init; } = ["completion", "tools"];
}
