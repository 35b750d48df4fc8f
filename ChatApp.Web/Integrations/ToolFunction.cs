using System.Text.Json;
using ChatApp.Domain.Chat.Ports;
using Microsoft.Extensions.AI;

namespace ChatApp.Web.Integrations;

/// <summary>A method of ours as models call it. Arguments that do not fit are told to the model, which can do better then.</summary>
internal sealed class ToolFunction(Delegate method, string name, string description)
    : DelegatingAIFunction(AIFunctionFactory.Create(method, name, description))
{
    protected override async ValueTask<object?> InvokeCoreAsync(AIFunctionArguments arguments, CancellationToken cancellationToken)
    {
        try
        {
            return await base.InvokeCoreAsync(arguments, cancellationToken);
        }
        catch (Exception e) when (e is ArgumentException or JsonException)
        {
            throw new ToolException("The arguments do not fit the tool's schema.", e);
        }
    }
}
