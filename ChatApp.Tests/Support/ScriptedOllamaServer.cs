using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace ChatApp.Tests.Support;

/// <summary>Implements OpenAI's chat completions and Ollama's own API.</summary>
internal sealed class ScriptedOllamaServer : ScriptedOpenAiServer
{
    /// <summary>The models of the server.</summary>
    public IReadOnlyList<OllamaModel> Installed { get; set; } = [new("llama3.2:latest")];

    /// <summary>The number of requests for details of models.</summary>
    public int ShowRequests { get; private set; }

    /// <summary>Whether every connection is reset.</summary>
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

/// <summary>A model of an Ollama server.</summary>
/// <param name="Name">The name, with its tag.</param>
/// <param name="Parameters">Its settings, one per line.</param>
/// <param name="Loaded">The context length it is loaded with; 0 if it is not loaded.</param>
internal sealed record OllamaModel(string Name, string? Parameters = null, int Loaded = 0)
{
    public string[]? Can { get; init; } = ["completion", "tools"];
}
