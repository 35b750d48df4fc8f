using ChatApp.Domain.Chat.Ports;
using ChatApp.Domain.Personas;
using Microsoft.Extensions.AI;

namespace ChatApp.Web.Integrations;

public static class IntegrationServices
{
    public static void AddModels(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton<IModelCatalog, Temp>();
        services.AddSingleton(new PersonaCatalog([new("default", "Assistant", "x", "You are helpful", 0.7f, 1000, [])]));
    }

    private sealed class Temp : IModelCatalog, IChatClient
    {
        public ChatModel Get(string? name) => new("temp", "temp", this, 8000);

        public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            foreach (var word in ("You said: " + messages.Last().Text).Split(' '))
            {
                await Task.Delay(50, cancellationToken);
                yield return new ChatResponseUpdate(ChatRole.Assistant, word + " ");
            }
        }

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose()
        {
        }
    }
}
