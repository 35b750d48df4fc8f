using ChatApp.Web.Features.Sessions;
using ChatApp.Web.Infrastructure;
using Microsoft.AspNetCore.Mvc;

namespace ChatApp.Web.Features.Shared.Components.Sidebar;

/// <summary>The sidebar: the way to everything else.</summary>
public sealed class SidebarViewComponent(SessionLists lists, CurrentUser user) : ViewComponent
{
    public async Task<IViewComponentResult> InvokeAsync(Guid? current) =>
        View(await lists.SidebarAsync(user.Id, Request.Query["q"], current, HttpContext.RequestAborted));
}
