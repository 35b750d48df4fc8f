using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;

namespace ChatApp.Tests.Support;

/// <summary>Counts the open requests for one path.</summary>
internal sealed class OpenRequests(string path) : IStartupFilter
{
    private int _count;

    public int Count => Volatile.Read(ref _count);

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use(async (context, following) =>
        {
            var isCounted = context.Request.Path == path;
            Interlocked.Add(ref _count, isCounted ? 1 : 0);
            try
            {
                await following(context);
            }
            finally
            {
                Interlocked.Add(ref _count, isCounted ? -1 : 0);
            }
        });
        next(app);
    };
}
