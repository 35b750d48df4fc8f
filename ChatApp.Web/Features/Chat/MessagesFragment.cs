namespace ChatApp.Web.Features.Chat;

/// <summary>A chat's messages as a part of its page.</summary>
/// <param name="Page">The page that they are on.</param>
/// <param name="After">The <c>seq</c> up to which the script has the messages: of those it gets only the ids, so that it can remove deleted ones.</param>
public sealed record MessagesFragment(ConversationPage Page, long After)
{
    /// <summary>Whether the script has the message.</summary>
    public bool IsKnown(MessageView message) => message.Seq <= After;
}
