using ChatApp.Domain.Sessions;
using Microsoft.AspNetCore.Mvc.ModelBinding;

namespace ChatApp.Web.Infrastructure;

/// <summary>
/// Binds ids and keys in paths as they are. MVC's own binder turns whitespace into null, which is an invalid request, but a blank id is a 404 like any
/// other unknown id.
/// </summary>
public sealed class KeyBinderProvider : IModelBinderProvider
{
    public IModelBinder? GetBinder(ModelBinderProviderContext context) =>
        context.Metadata.UnderlyingOrModelType == typeof(SessionKey) ? new KeyBinder<SessionKey>()
        : context.Metadata.UnderlyingOrModelType == typeof(EntityId) ? new KeyBinder<EntityId>()
        : null;

    private sealed class KeyBinder<T> : IModelBinder
        where T : struct, IParsable<T>
    {
        public Task BindModelAsync(ModelBindingContext bindingContext)
        {
            if (bindingContext.ValueProvider.GetValue(bindingContext.ModelName).FirstValue is { Length: > 0 } text && T.TryParse(text, null, out var key))
            {
                bindingContext.Result = ModelBindingResult.Success(key);
            }
            return Task.CompletedTask;
        }
    }
}
