using ChatApp.Domain.Errors;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Data.Accounts;

/// <summary>Fills in what user names look like, for accounts that a previous version has created.</summary>
public sealed class NameSkeletons(ChatDbContext db)
{
    private const int Batch = 500;

    /// <summary>An account that looks like an older one keeps its name; no name can be equal to what it gets instead.</summary>
    public async Task FillInAsync(CancellationToken ct)
    {
        while (await db.Users.Where(u => u.NameSkeleton == null).OrderBy(u => u.CreatedAt).Take(Batch).Select(u => new { u.Id, u.UserName }).ToListAsync(ct) is { Count: > 0 } users)
        {
            foreach (var user in users)
            {
                try
                {
                    await SetAsync(user.Id, NameSkeleton.Of(user.UserName!), ct);
                }
                catch (Exception e) when (e.Violates(AppUser.NameSkeletonIndex))
                {
                    await SetAsync(user.Id, $": {user.Id}", ct);
                }
            }
        }
    }

    private Task<int> SetAsync(Guid userId, string skeleton, CancellationToken ct) =>
        db.Users.Where(u => u.Id == userId && u.NameSkeleton == null).ExecuteUpdateAsync(u => u.SetProperty(x => x.NameSkeleton, skeleton), ct);
}
