using Microsoft.Extensions.DependencyInjection;

namespace ChatApp.Domain;

/// <summary>For what outlives a request: services with a database context are had for one use at a time, so that nothing holds one while it waits.</summary>
internal static class ShortScopes
{
    extension(IServiceScopeFactory scopes)
    {
        /// <summary>Uses a service in a scope of its own.</summary>
        public async Task<TResult> UseAsync<TService, TResult>(Func<TService, Task<TResult>> use)
            where TService : notnull
        {
            await using var scope = scopes.CreateAsyncScope();
            return await use(scope.ServiceProvider.GetRequiredService<TService>());
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
