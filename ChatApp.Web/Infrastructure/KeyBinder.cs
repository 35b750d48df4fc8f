using ChatApp.Domain.Sessions;
using Microsoft.AspNetCore.Mvc.ModelBinding;

namespace ChatApp.Web.Infrastructure;

/// <summary>Takes ids and keys as they stand in the address. MVC's own binder takes blanks for nothing at all, and nothing for an invalid request: a blank id names nothing, which is 404.</summary>
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
