namespace ChatApp.Web.Features.Shared;

/// <summary>What the next page shows as a toast, by its key in TempData.</summary>
public static class Notice
{
    /// <summary>The cookie that carries it.</summary>
    public const string Cookie = "chatapp-notice";

    /// <summary>The id of the session that went to the trash.</summary>
    public const string Deleted = "deleted";

    /// <summary>The id of the session that was archived.</summary>
    public const string Archived = "archived";

    /// <summary>What was done, as a text.</summary>
    public const string Done = "done";
}
