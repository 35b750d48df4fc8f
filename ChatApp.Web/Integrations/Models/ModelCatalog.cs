using ChatApp.Domain.Errors;
using ChatApp.Domain.Models;
using ChatApp.Web.Integrations.Anthropic;
using ChatApp.Web.Integrations.BuiltIn;
using ChatApp.Web.Integrations.OpenAi;

namespace ChatApp.Web.Integrations.Models;

/// <summary>The models of this installation: those of the configured servers, otherwise those of a local Ollama, and always the built-in assistant.</summary>
/// <param name="settings">The configuration.</param>
/// <param name="builtIn">The built-in assistant, which needs no model.</param>
/// <param name="clock">For the servers' timeouts.</param>
public sealed class ModelCatalog(ModelSettings settings, BuiltInClient builtIn, TimeProvider clock) : IModelCatalog, IDisposable
{
    /// <summary>The built-in assistant's name.</summary>
    public const string BuiltInName = "built-in";

    // The built-in assistant searches the user's sessions and uses little of its prompt.
    private const int BuiltInWindow = 32_000;

    private readonly List<ModelServer> _configured = [.. settings.Servers.Select(s => Connect(s, clock))];

    /// <summary>A local Ollama, which is looked for if nothing is configured.</summary>
    public ModelServer? Local { get; } = settings.Local is { } local ? Connect(local, clock) : null;

    // Once the local one has listed models it stays, even while it is unavailable: its sessions must not silently switch to another model.
    private IEnumerable<ModelServer> Servers => Local is { List.Models.Count: > 0 } ? _configured.Append(Local) : _configured;

    /// <summary>The default server; null for the built-in assistant.</summary>
    private ModelServer? First => _configured.FirstOrDefault() ?? (Local is { List: { Problem: null, Models.Count: > 0 } } ? Local : null);

    /// <summary>The model with this name; the default one for null. Only models that are offered: any other name would be charged to the operator's key.</summary>
    /// <exception cref="InvalidException">The name is not valid, or no server offers such a model.</exception>
    public ChatModel Get(string? name)
    {
        if (name is not null && ModelName.Problem(name) is { } problem)
        {
            throw new InvalidException("model", problem);
        }
        var wanted = name is null or ChatModel.Default ? DefaultName : name;
        var (server, model) = Find(wanted);
        if (server is not null && model is not null && !IsOffered(server, model))
        {
            throw new InvalidException("model", server.List.IsComplete ? "There is no such model. GET /models lists those that there are."
                : $"There is no such model, or {server.Name} cannot list it at the moment. GET /models lists those that there are.");
        }
        return server is null
            ? new(BuiltInName, BuiltInName, builtIn, BuiltInWindow, SupportsTools: false) { IsLanguageModel = false }
            : server.Get(model, model is null ? NameOf(server, server.DefaultModel) : wanted);
    }

    public async Task<ChatModel> FindAsync(string? name, CancellationToken ct)
    {
        try
        {
            return Get(name);
        }
        catch (InvalidException) when (name is not null && ModelName.Problem(name) is null)
        {
            await RefreshAsync().WaitAsync(ct);
            return Get(name);
        }
    }

    public async Task<IReadOnlyList<ModelInfo>> ListAsync(CancellationToken ct)
    {
        await RefreshAsync().WaitAsync(ct);
        return [.. Servers.SelectMany(Describe), BuiltInInfo];
    }

    public IReadOnlyList<ModelInfo> Known()
    {
        _ = RefreshAsync(); // for the next call
        return [.. Servers.SelectMany(Describe), BuiltInInfo];
    }

    /// <summary>Refreshes the outdated lists of all servers. It does not throw and completes within seconds.</summary>
    public Task RefreshAsync() => Task.WhenAll(_configured.Append(Local).OfType<ModelServer>().Select(s => s.RefreshAsync()));

    public void Dispose()
    {
        _configured.ForEach(s => s.Dispose());
        Local?.Dispose();
    }

    private string DefaultName => settings.Model is { } model && (First is not null || model == BuiltInName) ? model
        : First is { } server ? NameOf(server, server.DefaultModel)
        : BuiltInName;

    private ModelInfo BuiltInInfo => new(BuiltInName, "Built-in assistant", BuiltInName, BuiltInWindow, DefaultName == BuiltInName, SupportsTools: false, Problem: null);

    // A model's own name, unless another server's model has the same name.
    private string NameOf(ModelServer server, string? model)
    {
        if (model is null)
        {
            // Used until the server has listed its models: getting a model must not wait for the network.
            return server == First ? ChatModel.Default : $"{server.Name}/{ChatModel.Default}";
        }
        return Find(model) is var (found, same) && found == server && same == model ? model : $"{server.Name}/{model}";
    }

    private bool IsOffered(ModelServer server, string model) =>
        server.Has(model) || settings.Named.Any(name => Find(name) is var (owner, named) && owner == server && named == model);

    // A null server is the built-in assistant, a null model the server's first.
    private (ModelServer? Server, string? Model) Find(string name)
    {
        if (name == BuiltInName)
        {
            return (null, null);
        }
        if (name != ChatModel.Default && Servers.FirstOrDefault(s => s.Has(name)) is { } owner)
        {
            return (owner, name);
        }
        if (Servers.FirstOrDefault(s => name.StartsWith(s.Name + '/', StringComparison.Ordinal)) is { } named && name[(named.Name.Length + 1)..] is { Length: > 0 } rest)
        {
            return (named, rest == ChatModel.Default ? null : rest);
        }
        var server = Servers.FirstOrDefault(s => s.MatchesNaming(name)) ?? First ?? Servers.FirstOrDefault();
        return server is null
            ? throw new InvalidException("model", $"There is no such model. Available: {BuiltInName}.")
            : (server, name == ChatModel.Default ? null : name);
    }

    private IEnumerable<ModelInfo> Describe(ModelServer server)
    {
        var models = server.Offered.ToList();
        if (settings.Model is { } wanted && First is not null && Find(wanted) is var (owner, model) && owner == server && model is not null && models.All(m => m.Id != model))
        {
            models.Insert(0, server.Find(model) ?? new(model));
        }
        else if (server.DefaultModel is { } own && models.All(m => m.Id != own))
        {
            models.Insert(0, server.Find(own) ?? new(own));
        }
        var defaultName = DefaultName;
        if (models.Count == 0)
        {
            var name = NameOf(server, null);
            return [new(name, $"First model of {server.Name}", server.Name, server.WindowOf(null), name == defaultName, SupportsTools: true, server.List.Problem?.Message)];
        }
        return models.DistinctBy(m => m.Id, StringComparer.Ordinal).Select(m => (Model: m, Name: NameOf(server, m.Id))).Where(m => ModelName.Problem(m.Name) is null)
            .Select(m => new ModelInfo(
                m.Name, m.Model.Title ?? m.Model.Id, server.Name, server.WindowOf(m.Model), m.Name == defaultName, server.SupportsTools(m.Model), Problem(server, m.Model.Id)));
    }

    private static string? Problem(ModelServer server, string model) =>
        server.List.Problem?.Message ?? (!server.List.IsComplete || server.Lists(model) ? null : "The server does not have this model at the moment.");

    private static ModelServer Connect(ServerSettings server, TimeProvider clock) => server.Kind switch
    {
        ServerKind.OpenAi => new OpenAiServer(server, clock),
        ServerKind.Ollama => new OllamaServer(server, clock),
        ServerKind.Anthropic => new AnthropicServer(server, clock),
    };
}
