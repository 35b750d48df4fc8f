using ChatApp.Tests.Support;

namespace ChatApp.Tests.Contract;

/// <summary>A request, ready to be sent.</summary>
internal sealed record RouteCall(string Path, object? Body = null);

/// <summary>A valid call of a route, on data of the world's owner.</summary>
/// <param name="Route">The route, as in the app and the document.</param>
/// <param name="Status">The owner's response.</param>
/// <param name="Call">Creates the data of the call and then its request.</param>
internal sealed record RouteEntry(string Route, int Status, Func<World, Task<RouteCall>> Call)
{
    /// <summary>For routes that require a signed-in user.</summary>
    public bool KeysMayNot { get; init; }

    /// <summary>For the administrators' routes.</summary>
    public bool AdministratorsOnly { get; init; }

    /// <summary>For streams that last until the caller leaves.</summary>
    public bool IsEndless { get; init; }

    public HttpMethod Method => new(Route.Split(' ')[0]);

    /// <summary>Every route of the API.</summary>
    public static IReadOnlyList<RouteEntry> All { get; } =
    [
        .. Accounts(), .. Chat(), .. Sessions(), .. LiveState(), .. Reading(),
    ];

    /// <summary>The status that a caller must get.</summary>
    public int Expected(Caller caller, ApiRoute route) => caller switch
    {
        _ when route.IsOpen => Status,
        Caller.Anonymous or Caller.Disabled => 401,
        Caller.ApiKey when KeysMayNot || AdministratorsOnly => 403,
        Caller.Owner or Caller.Stranger when AdministratorsOnly => 403,
        Caller.Stranger or Caller.Administrator when route.NamesSomething && !AdministratorsOnly => 404,
        _ => Status,
    };

    private static RouteEntry Of(string route, int status, Func<World, Task<RouteCall>> call) => new(route, status, call);

    private static RouteEntry Of(string route, int status, object? body = null, string query = "") =>
        new(route, status, _ => Task.FromResult(new RouteCall(route.Split(' ')[1] + query, body)));

    private static IEnumerable<RouteEntry> Accounts() =>
    [
        Of("POST /auths/register", 201, w => At("/auths/register", Account(w.New("newcomer")))),
        Of("POST /auths/login", 200, w => At("/auths/login", TestApp.Form(w.Owner.Name, TestUser.Password))),
        Of("POST /auths/refresh", 200, async w => new("/auths/refresh", new { refresh_token = await w.RefreshTokenAsync() })),
        Of("POST /auths/logout", 204) with { KeysMayNot = true },
        Of("GET /users/me", 200),
        Of("GET /users/me/download", 200) with { KeysMayNot = true },
        Of("POST /users/me/deletion", 400, new { password = "" }) with { KeysMayNot = true }, // AccountDeletionTests delete accounts
        Of("GET /users/me/sign-ins", 200) with { KeysMayNot = true },
        Of("DELETE /users/me/sign-ins/{id}", 204, async w => new($"/users/me/sign-ins/{await w.SignInAsync()}")) with { KeysMayNot = true },
        Of("GET /users/me/api-keys", 200) with { KeysMayNot = true },
        Of("POST /users/me/api-keys", 201, new { name = "contract", scopes = new[] { "read" }, expires_in_days = 1 }) with { KeysMayNot = true },
        Of("DELETE /users/me/api-keys/{id}", 204, async w => new($"/users/me/api-keys/{await w.ApiKeyAsync()}")) with { KeysMayNot = true },
    ];

    private static IEnumerable<RouteEntry> Chat() =>
    [
        Of("POST /chat", 200, new { message = "Hello" }),
        Of("POST /chat/stream", 200, new { message = "Hello" }),
        Of("GET /chat/events", 200) with { IsEndless = true },
        Of("GET /chat/history", 200, query: "?limit=2"),
        Of("DELETE /chat/history", 200),
        Of("GET /chat/messages/{id}/stream", 200, async w => new($"/chat/messages/{(await w.ExchangeAsync()).Reply}/stream")),
        Of("POST /chat/messages/{id}/continue", 200, async w => new($"/chat/messages/{await w.InterruptedReplyAsync()}/continue")),
        Of("POST /chat/messages/{id}/retry", 200, async w => new($"/chat/messages/{await w.InterruptedReplyAsync()}/retry")),
        Of("POST /chat/messages/{id}/tools/{callId}", 200, async w =>
        {
            var (reply, call) = await w.AskingToolAsync();
            return new($"/chat/messages/{reply}/tools/{call}", new { decision = "once" });
        }),
    ];

    private static IEnumerable<RouteEntry> Sessions() =>
    [
        Of("GET /chat/sessions", 200, query: "?limit=2"),
        Of("POST /chat/sessions", 201, new { title = "New", metadata = new { colour = "red" } }),
        Of("GET /chat/sessions/{key}", 200, async w => new($"/chat/sessions/{await w.SessionAsync()}")),
        Of("PUT /chat/sessions/{key}", 200, async w => new($"/chat/sessions/{await w.SessionAsync()}", new { pinned = true, archived = true })),
        Of("DELETE /chat/sessions/{key}", 200, async w => new($"/chat/sessions/{await w.SessionAsync()}")),
        Of("POST /chat/sessions/{key}/restore", 200, async w => new($"/chat/sessions/{await w.TrashedSessionAsync()}/restore")),
        Of("GET /chat/sessions/{key}/messages", 200, async w => new($"/chat/sessions/{(await w.ExchangeAsync()).Session}/messages?limit=1")),
        Of("POST /chat/sessions/{key}/messages", 201, async w => new($"/chat/sessions/{await w.SessionAsync()}/messages", new { content = "Hello" })),
        Of("DELETE /chat/sessions/{key}/messages/{id}", 200, async w =>
        {
            var (session, message, _) = await w.ExchangeAsync();
            return new($"/chat/sessions/{session}/messages/{message}");
        }),
        Of("POST /chat/sessions/{key}/messages/{id}/restore", 200, async w =>
        {
            var (session, message) = await w.DeletedMessageAsync();
            return new($"/chat/sessions/{session}/messages/{message}/restore");
        }),
    ];

    private static IEnumerable<RouteEntry> LiveState() =>
    [
        Of("GET /api/state", 200),
        Of("POST /api/chat", 200, new { message = "Hello" }),
        Of("GET /api/chat/stream", 200) with { IsEndless = true },
        Of("POST /api/interrupt", 200, new { session_id = "contract" }),
        Of("POST /api/system", 200, new { message = "Be brief." }),
        Of("POST /api/mcp-command", 200, new { command = "list_servers" }),
        Of("POST /api/mcp-approvals/{id}", 200, async w => new($"/api/mcp-approvals/{await w.PendingCommandAsync()}", new { decision = "once" })),
    ];

    private static IEnumerable<RouteEntry> Reading() =>
    [
        Of("GET /personas", 200),
        Of("POST /api/session/create", 200, new { user_id = "Ada", persona = "technical_support" }),
        Of("GET /api/sessions", 200, query: "?limit=2"),
        Of("GET /api/session/{key}/history", 200, async w => new($"/api/session/{(await w.ExchangeAsync()).Session}/history")),
        Of("GET /health", 200),
        Of("GET /health/live", 200),
        Of("GET /models", 200),
        Of("GET /v1/models", 200),
        Of("POST /v1/chat/completions", 200, new { messages = new[] { new { role = "user", content = "Hello" } } }),
        Of("GET /analytics/{key}", 200, async w => new($"/analytics/{(await w.ExchangeAsync()).Session}")),
        Of("GET /analytics/usage", 200),
        Of("GET /export", 200),
        .. new[] { "json", "markdown", "txt", "html", "pdf" }.Select(format =>
            Of($"GET /export/{{key}}/{format}", 200, async w => new($"/export/{(await w.ExchangeAsync()).Session}/{format}"))),
        Of("GET /search", 200, query: "?query=question"),
        Of("GET /search/{key}", 200, async w => new($"/search/{(await w.ExchangeAsync()).Session}?query=question")),
    ];

    private static Task<RouteCall> At(string path, object body) => Task.FromResult(new RouteCall(path, body));

    private static object Account(string name) => new { username = name, email = $"{name}@example.com", password = TestUser.Password };
}
