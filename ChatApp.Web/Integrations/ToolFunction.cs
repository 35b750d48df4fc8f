using System.Text.Json;
using ChatApp.Domain.Chat.Ports;
using Microsoft.Extensions.AI;

namespace ChatApp.Web.Integrations;

/// <summary>A .NET method as a tool. The model is told of invalid arguments, so that it can correct them.</summary>
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
            throw new ToolException("The arguments do not match the tool's schema.", e);
        }
    }
}
