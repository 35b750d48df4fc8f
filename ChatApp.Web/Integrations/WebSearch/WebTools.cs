using System.ComponentModel;
using ChatApp.Domain.Chat.Ports;
using ChatApp.Domain.Models;
using ChatApp.Web.Integrations.Outgoing;
using Microsoft.Extensions.AI;

namespace ChatApp.Web.Integrations.WebSearch;

/// <summary>
/// Tools to search the web and read pages. Pages that a search in the same session has found are read without approval. Any other address requires it,
/// because an address can leak the content of the chat.
/// </summary>
public sealed class WebTools : IToolSource, IDisposable
{
    private const int SnippetMaxLength = 500;

    private readonly FoundPages _found = new();
    private readonly OutgoingClient? _searches;
    private readonly OutgoingClient? _pages;
    private readonly WebSearchClient? _search;
    private readonly PageReader? _reader;
    private readonly IReadOnlyList<ChatTool> _tools = [];

    /// <param name="settings">The search service; null if the tools are disabled.</param>
    /// <param name="allowed">Hosts that may have private addresses.</param>
    /// <param name="network">Resolves names and decides which addresses are public.</param>
    /// <param name="clock">For timeouts.</param>
    public WebTools(WebSearchSettings? settings, AllowedHosts allowed, OutgoingNetwork network, TimeProvider clock)
    {
        (Settings, Health) = (settings, new(clock));
        if (settings is null)
        {
            return;
        }
        _searches = new(allowed.With(settings.Address), network, clock);
        _pages = new(allowed, network, clock); // without the service's own host
        (_search, _reader) = (new(settings, _searches), new(_pages));
        _tools =
        [
            new(new ToolFunction(SearchAsync, "web_search", "Searches the web. Returns titles, addresses and snippets of pages."), settings.Name, "Searching the web…", RequiresApproval: false),
            new(new ToolFunction(ReadAsync, "web_read_page", "Reads a page that web_search has found in this chat. Long pages come in parts."), settings.Name, "Reading a page…", RequiresApproval: false),
            new(new ToolFunction(OpenAsync, "web_open_page", "Reads any web page, for example one that the user has named. Use web_read_page for pages that web_search has found."),
                settings.Name, "Opening a page…", settings.OpeningRequiresApproval),
        ];
    }

    public WebSearchSettings? Settings { get; }

    public ToolHealth Health { get; }

    public Task<IReadOnlyList<ChatTool>> ListAsync(CancellationToken ct) => Task.FromResult(_tools);

    public void Dispose()
    {
        _searches?.Dispose();
        _pages?.Dispose();
    }

    private async Task<string> SearchAsync([Description("What to search for")] string query, AIFunctionArguments arguments, CancellationToken ct)
    {
        var results = await Health.WatchAsync(_search!.SearchAsync(query, ct));
        _found.Add(SessionOf(arguments), results.Select(r => r.Address));
        return results.Count == 0 ? "No results." : string.Join('\n', results.Select((r, i) => $"{i + 1}. {r.Title}\n{r.Address.AbsoluteUri}\n{ToolText.Line(r.Snippet, SnippetMaxLength)}"));
    }

    private Task<string> ReadAsync(
        [Description("An address from web_search")] string address, AIFunctionArguments arguments, CancellationToken ct, [Description("The part of a long page, from 1")] int part = 1)
    {
        var page = Read(address);
        return _found.Contains(SessionOf(arguments), page)
            ? _reader!.ReadAsync(page, part, ct)
            : throw new ToolException("No search in this chat has found this page. Use web_open_page, which the user has to approve.");
    }

    private Task<string> OpenAsync([Description("The page's address")] string address, CancellationToken ct, [Description("The part of a long page, from 1")] int part = 1) =>
        _reader!.ReadAsync(Read(address), part, ct);

    private static Uri Read(string address) =>
        Uri.TryCreate(address, UriKind.Absolute, out var page) ? page : throw new ToolException("This is not a valid address. It must begin with https:// or http://.");

    private static Guid SessionOf(AIFunctionArguments arguments) =>
        arguments.Context?.TryGetValue(typeof(ChatCaller), out var caller) == true ? ((ChatCaller)caller!).SessionId : Guid.Empty;
}
