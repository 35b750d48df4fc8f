using ChatApp.Domain.Chat;
using ChatApp.Domain.Chat.Ports;
using Microsoft.Extensions.AI;

namespace ChatApp.Web.Integrations.Models;

/// <summary>
/// A server of models. It holds the connections, so there is one for each configured server, for as long as the app runs. It keeps in mind which models
/// the server lists, so that nothing but the listing itself waits for it.
/// </summary>
/// <param name="settings">Where it is.</param>
/// <param name="clock">Tells how old the list is.</param>
public abstract class ModelServer(ServerSettings settings, TimeProvider clock) : IDisposable
{
    // How long a list is good, how soon a server that gave none is asked again, and how long it may take.
    private static readonly TimeSpan GoodFor = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan BadFor = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private ModelList _list = ModelList.Unknown;
    private Task<ModelList>? _asking;

    /// <summary>What usage is booked under, and what models are named after where two servers have one of the same name.</summary>
    public string Name => settings.Name;

    public Uri Endpoint => settings.Endpoint;

    /// <summary>What the server listed last.</summary>
    public ModelList List => Volatile.Read(ref _list);

    /// <summary>The model to ask if nobody names one; null: nobody knows yet, the first that the server lists.</summary>
    public string? DefaultModel => settings.DefaultModel ?? Offered.FirstOrDefault()?.Id;

    /// <summary>The models that the operator wants offered, else those that the server lists.</summary>
    public IEnumerable<ListedModel> Offered => settings.Models.Count == 0 ? List.Models : settings.Models.Select(name => Find(name) ?? new(name));

    /// <summary>Whether a model's name says that it is one of this server's, also if the server does not list it.</summary>
    public virtual bool IsNamedLikeMine(string model) => false;

    /// <summary>Whether a model that the server does not list can be there all the same.</summary>
    public virtual bool MayHave(string model) => !List.IsComplete;

    /// <summary>What the server is known to have under this name.</summary>
    public ListedModel? Find(string model) => List.Models.FirstOrDefault(m => IsSame(m.Id, model));

    /// <summary>Whether the server is known to have such a model.</summary>
    public bool Has(string model) => settings.DefaultModel == model || settings.Models.Contains(model) || (settings.Models.Count == 0 && Find(model) is not null);

    /// <summary>The way to a model.</summary>
    /// <param name="model">Its name; null: the first that the server lists.</param>
    /// <param name="name">What the app calls it.</param>
    public ChatModel Get(string? model, string name)
    {
        var listed = (model ?? DefaultModel) is { } known ? Find(known) ?? new(known) : null;
        return new(name, Name, CreateClient(model, listed), WindowOf(listed), listed is null || TakesTools(listed));
    }

    /// <summary>Tokens that prompt and answer may have together.</summary>
    public int WindowOf(ListedModel? model) => settings.ContextWindow ?? model?.ContextWindow ?? ContextWindows.Of(model?.Id);

    /// <summary>Whether the model can call tools, as far as is known.</summary>
    public virtual bool TakesTools(ListedModel model) => model.SupportsTools ?? true;

    /// <summary>What the server lists, asked now unless that was just done. It does not throw and is done within seconds.</summary>
    public Task<ModelList> AskAsync()
    {
        lock (_lock)
        {
            var age = clock.GetUtcNow() - _list.At;
            return age < (_list.Problem is null ? GoodFor : BadFor) ? Task.FromResult(_list) : _asking ??= Task.Run(FetchOnceAsync);
        }
    }

    /// <summary>The first model that the server lists.</summary>
    /// <exception cref="ModelException">The server cannot be reached or lists nothing.</exception>
    internal async Task<string> FindFirstAsync(CancellationToken ct)
    {
        if (DefaultModel is { } known)
        {
            return known;
        }
        var list = await AskAsync().WaitAsync(ct);
        return DefaultModel ?? throw list.Problem ?? new ModelException(ReplyErrorCode.ProviderRefused, list.IsComplete
            ? "The model's server offers no models. Load one there, or name one with Chat:Model."
            : "The model's server cannot list its models. Name one with Chat:Model.");
    }

    /// <summary>Has the models listed again: one of them is not there any more.</summary>
    internal void Forget()
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

    /// <summary>Asks the server for its models. It may throw whatever the way there throws; see <see cref="Explain"/>.</summary>
    /// <returns>Null: the server does not list any.</returns>
    protected abstract Task<IReadOnlyList<ListedModel>?> FetchAsync(CancellationToken ct);

    /// <summary>What went wrong, for people.</summary>
    protected abstract ModelException? Explain(Exception error);

    protected virtual bool IsSame(string listed, string wanted) => listed == wanted;

    private async Task<ModelList> FetchOnceAsync()
    {
        using var timeout = new CancellationTokenSource(Patience, clock);
        ModelList list;
        try
        {
            var models = await FetchAsync(timeout.Token).WaitAsync(timeout.Token);
            list = new([.. (models ?? []).Where(m => ModelName.Problem(m.Id) is null)], null, clock.GetUtcNow(), IsComplete: models is not null);
        }
        catch (Exception e)
        {
            // What was there before may still be: a call will tell.
            list = new(List.Models, Explain(e) ?? ProviderErrors.Nonsense(), clock.GetUtcNow(), IsComplete: false);
        }
        lock (_lock)
        {
            _asking = null;
            _list = list;
        }
        return list;
    }
}

/// <summary>A server's models, as it listed them.</summary>
/// <param name="Models">In its order.</param>
/// <param name="Problem">Why it could not be asked the last time; the models are those of before then.</param>
/// <param name="At">When it was asked.</param>
/// <param name="IsComplete">Whether these are all that it has.</param>
public sealed record ModelList(IReadOnlyList<ListedModel> Models, ModelException? Problem, DateTimeOffset At, bool IsComplete)
{
    /// <summary>Nobody has asked yet.</summary>
    public static ModelList Unknown { get; } = new([], null, DateTimeOffset.MinValue, false);
}

/// <summary>A model as its server lists it; null where it does not say.</summary>
/// <param name="Id">What the server calls it.</param>
/// <param name="Title">Its name for people.</param>
/// <param name="ContextWindow">Tokens that prompt and answer may have together.</param>
/// <param name="MaxOutput">Tokens that an answer may have.</param>
/// <param name="SupportsTools">Whether it can call tools.</param>
public sealed record ListedModel(string Id, string? Title = null, int? ContextWindow = null, int? MaxOutput = null, bool? SupportsTools = null);
