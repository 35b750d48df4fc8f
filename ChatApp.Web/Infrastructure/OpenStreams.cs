using System.Collections.Concurrent;
using System.Security.Claims;

namespace ChatApp.Web.Infrastructure;

/// <summary>The event streams that are open here, and whose sign-in each belongs to: a stream must end with its sign-in.</summary>
public sealed class OpenStreams
{
    private readonly ConcurrentDictionary<HttpContext, Guid> _logins = new();

    /// <summary>How many there are.</summary>
    public int Count => _logins.Count;

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

    /// <summary>Cuts all streams off; clients connect again.</summary>
    public void EndAll() => End(_logins.Values.ToHashSet());

    /// <summary>Cuts the streams of these sign-ins off.</summary>
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
