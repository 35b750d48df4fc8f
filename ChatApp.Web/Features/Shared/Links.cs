using Microsoft.AspNetCore.Mvc;

namespace ChatApp.Web.Features.Shared;

/// <summary>Addresses of the pages.</summary>
public static class Links
{
    public const string Archive = "/sessions/archive";
    public const string Chat = "/chat-ui";
    public const string Login = "/login";
    public const string Search = "/search-ui";
    public const string Sessions = "/sessions";
    public const string Trash = "/sessions/trash";

    /// <summary>Where the two-factor code is entered.</summary>
    public static string LoginCode(string returnUrl) => $"/login/code?returnUrl={Uri.EscapeDataString(returnUrl)}";

    public static string Session(Guid id) => $"{Chat}/{id}";

    /// <summary>A message in its session, on the page of history that has it.</summary>
    public static string Message(Guid sessionId, Guid id) => $"{Session(sessionId)}?message={id}#m-{id}";

    extension(IUrlHelper url)
    {
        /// <summary>The return address of the request if it is local, or else another one.</summary>
        public string LocalOr(string? returnUrl, string otherwise) => url.IsLocalUrl(returnUrl) ? returnUrl! : otherwise;
    }
}
