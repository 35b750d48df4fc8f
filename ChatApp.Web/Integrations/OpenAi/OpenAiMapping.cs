using Microsoft.Extensions.AI;
using OpenAI.Chat;
using AiFinish = Microsoft.Extensions.AI.ChatFinishReason;
using AiMessage = Microsoft.Extensions.AI.ChatMessage;
using OpenAiFinish = OpenAI.Chat.ChatFinishReason;
using OpenAiMessage = OpenAI.Chat.ChatMessage;

namespace ChatApp.Web.Integrations.OpenAi;

/// <summary>
/// Translates between Microsoft.Extensions.AI and the OpenAI library. <see cref="ChatOptions.AdditionalProperties"/> are never sent: they are for in-process clients.
/// </summary>
internal static class OpenAiMapping
{
    public static ChatCompletionOptions ToOpenAi(this ChatOptions? options, bool hasNewLimitName)
    {
        var result = new ChatCompletionOptions { Temperature = options?.Temperature, TopP = options?.TopP };
        if (options?.MaxOutputTokens is { } limit && hasNewLimitName)
        {
            result.MaxOutputTokenCount = limit;
        }
        else if (options?.MaxOutputTokens is { } oldLimit)
        {
#pragma warning disable SCME0001 // experimental, but the only way to send the field's old name
            result.Patch.Set("$.max_tokens"u8, oldLimit);
#pragma warning restore SCME0001
        }
        foreach (var stop in options?.StopSequences ?? [])
        {
            result.StopSequences.Add(stop);
        }
        foreach (var tool in options?.Tools?.OfType<AIFunctionDeclaration>() ?? [])
        {
            result.Tools.Add(ChatTool.CreateFunctionTool(tool.Name, tool.Description, BinaryData.FromString(ToolCalls.Parameters(tool).ToJsonString())));
        }
        if (result.Tools.Count > 0)
        {
            result.ToolChoice = options?.ToolMode?.ToOpenAi();
            result.AllowParallelToolCalls = options?.AllowMultipleToolCalls;
        }
        return result;
    }

    public static void WithoutTools(this ChatCompletionOptions options)
    {
        options.Tools.Clear();
        options.ToolChoice = null;
        options.AllowParallelToolCalls = null;
    }

    /// <summary>Converts one message to one, except that each tool result becomes a message of its own.</summary>
    public static IEnumerable<OpenAiMessage> ToOpenAi(this AiMessage message) =>
        message.Role == ChatRole.System ? [new SystemChatMessage(message.Text)]
        : message.Role == ChatRole.Assistant ? [ToAssistant(message)]
        : message.Role == ChatRole.Tool ? message.Contents.OfType<FunctionResultContent>().Select(ToToolResult)
        : [ToUser(message)];

    public static UsageDetails ToAi(this ChatTokenUsage usage) => new()
    {
        InputTokenCount = usage.InputTokenCount,
        OutputTokenCount = usage.OutputTokenCount,
        TotalTokenCount = usage.TotalTokenCount,
        CachedInputTokenCount = usage.InputTokenDetails?.CachedTokenCount,
        ReasoningTokenCount = usage.OutputTokenDetails?.ReasoningTokenCount,
    };

    public static AiFinish ToAi(this OpenAiFinish reason) => reason switch
    {
        OpenAiFinish.Length => AiFinish.Length,
        OpenAiFinish.ContentFilter => AiFinish.ContentFilter,
        OpenAiFinish.ToolCalls or OpenAiFinish.FunctionCall => AiFinish.ToolCalls,
        _ => AiFinish.Stop,
    };

    // The default is left out: some servers do not know the parameter.
    private static ChatToolChoice? ToOpenAi(this ChatToolMode mode) => mode switch
    {
        NoneChatToolMode => ChatToolChoice.CreateNoneChoice(),
        RequiredChatToolMode { RequiredFunctionName: { } name } => ChatToolChoice.CreateFunctionChoice(name),
        RequiredChatToolMode => ChatToolChoice.CreateRequiredChoice(),
        _ => null,
    };

    private static AssistantChatMessage ToAssistant(AiMessage message)
    {
        var calls = message.Contents.OfType<FunctionCallContent>()
            .Select(c => ChatToolCall.CreateFunctionToolCall(c.CallId, c.Name, BinaryData.FromObjectAsJson(c.Arguments ?? new Dictionary<string, object?>())))
            .ToList();
        if (calls.Count == 0)
        {
            return new(message.Text);
        }
        var result = new AssistantChatMessage(calls);
        if (message.Text.Length > 0)
        {
            result.Content.Add(ChatMessageContentPart.CreateTextPart(message.Text));
        }
        return result;
    }

    private static ToolChatMessage ToToolResult(FunctionResultContent result) => new(result.CallId, ToolCalls.ResultText(result));

    // Plain text is sent as a string: many compatible servers do not accept content parts.
    private static UserChatMessage ToUser(AiMessage message) =>
        message.Contents.All(c => c is TextContent)
            ? new(message.Text)
            : new(message.Contents.Select(c => c switch
            {
                TextContent text => ChatMessageContentPart.CreateTextPart(text.Text),
                DataContent image when image.HasTopLevelMediaType("image") =>
                    ChatMessageContentPart.CreateImagePart(BinaryData.FromBytes(image.Data), image.MediaType),
                _ => null,
            }).OfType<ChatMessageContentPart>());
}
