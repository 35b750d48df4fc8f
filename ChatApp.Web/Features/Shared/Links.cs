using Microsoft.AspNetCore.Mvc;

namespace ChatApp.Web.Features.Shared;

/// <summary>Addresses of the pages.</summary>
public static class Links
{
    public const string Chat = "/chat-ui";
    public const string Login = "/login";
    public const string Search = "/search-ui";
    public const string Sessions = "/sessions";
    public const string Trash = "/sessions/trash";

    public static string Session(Guid id) => $"{Chat}/{id}";

    /// <summary>A message in its session, also if it is an old one.</summary>
    public static string Message(Guid sessionId, Guid id) => $"{Session(sessionId)}?message={id}#m-{id}";

    extension(IUrlHelper url)
    {
        /// <summary>Where to go on: the address that came with the request if it is one of this app, or else another one.</summary>
        public string LocalOr(string? returnUrl, string otherwise) => url.IsLocalUrl(returnUrl) ? returnUrl! : otherwise;
    }
}
