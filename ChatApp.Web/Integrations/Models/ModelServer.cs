using ChatApp.Domain.Chat;
using ChatApp.Domain.Models;
using Microsoft.Extensions.AI;

namespace ChatApp.Web.Integrations.Models;

/// <summary>
/// A model server. It owns the connections, so there is one instance per configured server, for as long as the app runs. It caches the server's list of
/// models, so that only listing them waits for the server.
/// </summary>
/// <param name="settings">Its configuration.</param>
/// <param name="clock">For the age of the list and for timeouts.</param>
public abstract class ModelServer(ServerSettings settings, TimeProvider clock) : IDisposable
{
    private static readonly TimeSpan ListLifetime = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan FetchTimeout = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private ModelList _list = ModelList.Unknown;
    private Task<ModelList>? _refreshing;

    /// <summary>The name that usage is recorded under, and the prefix of model names that several servers share.</summary>
    public string Name => settings.Name;

    public Uri Endpoint => settings.Endpoint;

    /// <summary>The most recent list.</summary>
    public ModelList List => Volatile.Read(ref _list);

    /// <summary>The default model; null if the server has not listed its models yet, of which the first will be the default.</summary>
    public string? DefaultModel => settings.DefaultModel ?? Offered.FirstOrDefault()?.Id;

    /// <summary>The configured models, or those that the server lists.</summary>
    public IEnumerable<ListedModel> Offered => settings.Models.Count == 0 ? List.Models : settings.Models.Select(name => Find(name) ?? new(name));

    /// <summary>Whether the name follows the naming of this server's models, even if the server does not list it.</summary>
    public virtual bool MatchesNaming(string model) => false;

    /// <summary>Whether the server lists the model, by this name or another.</summary>
    public virtual bool Lists(string model) => Find(model) is not null;

    /// <summary>The listed model with this name; null if there is none.</summary>
    public ListedModel? Find(string model) => List.Models.FirstOrDefault(m => IsSame(m.Id, model));

    /// <summary>Whether the model is configured, or the server lists it and none are configured: only such a model is ever called.</summary>
    public bool Has(string model) => settings.DefaultModel == model || settings.Models.Contains(model) || (settings.Models.Count == 0 && Lists(model));

    /// <summary>Gets a model.</summary>
    /// <param name="model">The server's name for it; null for the first that the server lists.</param>
    /// <param name="name">The app's name for it.</param>
    public ChatModel Get(string? model, string name)
    {
        var listed = (model ?? DefaultModel) is { } known ? Find(known) ?? new(known) : null;
        return new(name, Name, CreateClient(model, listed), WindowOf(listed), listed is null || SupportsTools(listed));
    }

    /// <summary>The context window in tokens, prompt and reply together.</summary>
    public int WindowOf(ListedModel? model) => settings.ContextWindow ?? model?.ContextWindow ?? ContextWindows.Of(model?.Id);

    /// <summary>Whether the model can call tools, as far as is known.</summary>
    public virtual bool SupportsTools(ListedModel model) => model.SupportsTools ?? true;

    /// <summary>Refreshes the list if it is outdated. It does not throw and completes within seconds.</summary>
    public Task<ModelList> RefreshAsync()
    {
        lock (_lock)
        {
            var age = clock.GetUtcNow() - _list.At;
            return age < (_list.Problem is null ? ListLifetime : RetryInterval) ? Task.FromResult(_list) : _refreshing ??= Task.Run(FetchOnceAsync);
        }
    }

    /// <summary>The first model that the server lists.</summary>
    /// <exception cref="ModelException">The server cannot be reached or lists no models.</exception>
    internal async Task<string> FindFirstAsync(CancellationToken ct)
    {
        if (DefaultModel is { } known)
        {
            return known;
        }
        var list = await RefreshAsync().WaitAsync(ct);
        return DefaultModel ?? throw list.Problem ?? new ModelException(ReplyErrorCode.ProviderRefused, list.IsComplete
            ? "The model server has no models. Ask your administrator to load one, or to set Chat:Model."
            : "The model server does not list its models. Ask your administrator to set Chat:Model.");
    }

    /// <summary>Discards the list, because a listed model is no longer there.</summary>
    internal void InvalidateList()
    {
        lock (_lock)
        {
            _list = ModelList.Unknown;
        }
    }

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    protected abstract void Dispose(bool disposing);

    protected abstract IChatClient CreateClient(string? model, ListedModel? listed);

    /// <summary>Requests the list from the server. It may throw any exception; see <see cref="Describe"/>.</summary>
    /// <returns>Null if the server does not list its models.</returns>
    protected abstract Task<IReadOnlyList<ListedModel>?> FetchAsync(CancellationToken ct);

    /// <summary>Describes the failure for users.</summary>
    protected abstract ModelException? Describe(Exception error);

    protected virtual bool IsSame(string listed, string wanted) => listed == wanted;

    private async Task<ModelList> FetchOnceAsync()
    {
        using var timeout = new CancellationTokenSource(FetchTimeout, clock);
        ModelList list;
        try
        {
            var models = await FetchAsync(timeout.Token).WaitAsync(timeout.Token);
            list = new([.. (models ?? []).Where(m => ModelName.Problem(m.Id) is null)], null, clock.GetUtcNow(), IsComplete: models is not null);
        }
        catch (Exception e)
        {
            // Keeps the previous models, which may still be there.
            list = new(List.Models, Describe(e) ?? ProviderErrors.InvalidResponse(), clock.GetUtcNow(), IsComplete: false);
        }
        lock (_lock)
        {
            _refreshing = null;
            _list = list;
        }
        return list;
    }
}

/// <summary>A server's models, as it listed them.</summary>
/// <param name="Models">In the server's order.</param>
/// <param name="Problem">Why the last refresh failed; the models are from the one before.</param>
/// <param name="At">When it was refreshed.</param>
/// <param name="IsComplete">Whether the server has no other models.</param>
public sealed record ModelList(IReadOnlyList<ListedModel> Models, ModelException? Problem, DateTimeOffset At, bool IsComplete)
{
    /// <summary>The list before the first refresh.</summary>
    public static ModelList Unknown { get; } = new([], null, DateTimeOffset.MinValue, false);
}

/// <summary>A model as its server lists it; null where the server does not tell.</summary>
/// <param name="Id">The server's name for it.</param>
/// <param name="Title">Its display name.</param>
/// <param name="ContextWindow">The context window in tokens, prompt and reply together.</param>
/// <param name="MaxOutput">The maximum number of output tokens.</param>
/// <param name="SupportsTools">Whether it can call tools.</param>
public sealed record ListedModel(string Id, string? Title = null, int? ContextWindow = null, int? MaxOutput = null, bool? SupportsTools = null);
