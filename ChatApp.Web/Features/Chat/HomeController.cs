using ChatApp.Web.Features.Shared;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace ChatApp.Web.Features.Chat;

/// <summary>The root address.</summary>
[Authorize, Route("/")]
public sealed class HomeController : Controller
{
    [HttpGet]
    public IActionResult Index() => Redirect(Links.Chat);
}
