using ChatApp.Domain.Errors;
using Microsoft.Extensions.DependencyInjection;

namespace ChatApp.Domain;

/// <summary>For work that outlives a request: a scope for each use of a service, so that nothing holds a database context while it waits.</summary>
internal static class ShortScopes
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    extension(IServiceScopeFactory scopes)
    {
        /// <summary>Uses a service in its own scope.</summary>
        public async Task<TResult> UseAsync<TService, TResult>(Func<TService, Task<TResult>> use)
            where TService : notnull
        {
            await using var scope = scopes.CreateAsyncScope();
            return await use(scope.ServiceProvider.GetRequiredService<TService>());
        }

        /// <summary>The same, retried for as long as the database is unavailable.</summary>
        public async Task<TResult> UseWithRetryAsync<TService, TResult>(Func<TService, Task<TResult>> use, TimeProvider clock, CancellationToken ct)
            where TService : notnull
        {
            while (true)
            {
                try
                {
                    return await scopes.UseAsync(use);
                }
                catch (Exception e) when (e.IsDatabaseUnavailable)
                {
                    await Task.Delay(Interval, clock, ct);
                }
            }
        }

        /// <inheritdoc cref="UseAsync{TService,TResult}"/>
        public async Task UseAsync<TService>(Func<TService, Task> use)
            where TService : notnull
        {
            await using var scope = scopes.CreateAsyncScope();
            await use(scope.ServiceProvider.GetRequiredService<TService>());
        }
    }
}
