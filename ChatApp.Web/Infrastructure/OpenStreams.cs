using System.Collections.Concurrent;
using System.Security.Claims;

namespace ChatApp.Web.Infrastructure;

/// <summary>The open event streams of this instance with the sign-ins that they belong to: a stream must end with its sign-in.</summary>
public sealed class OpenStreams
{
    private readonly ConcurrentDictionary<HttpContext, Guid> _logins = new();

    /// <summary>The sign-ins with open streams.</summary>
    public IReadOnlyCollection<Guid> Logins => [.. _logins.Values.Distinct()];

    public void Add(HttpContext stream)
    {
        if (Guid.TryParse(stream.User.FindFirstValue(CurrentUser.LoginIdClaim), out var login))
        {
            _logins[stream] = login;
        }
    }

    public void Remove(HttpContext stream) => _logins.TryRemove(stream, out _);

    /// <summary>Disconnects the streams of these sign-ins.</summary>
    public void End(IReadOnlySet<Guid> logins)
    {
        foreach (var (stream, login) in _logins)
        {
            if (logins.Contains(login))
            {
                stream.Abort();
            }
        }
    }
}
