namespace ChatApp.Web.Features.Shared;

/// <summary>What the next page tells, by its name in TempData.</summary>
public static class Notice
{
    /// <summary>The cookie that carries it.</summary>
    public const string Cookie = "chatapp-notice";

    /// <summary>The id of the session that went to the trash.</summary>
    public const string Deleted = "deleted";

    /// <summary>Something was done: a text.</summary>
    public const string Done = "done";
}
