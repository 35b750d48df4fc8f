using ChatApp.Domain.Errors;
using ChatApp.Domain.Sessions;
using ChatApp.Web.Features.Shared;
using ChatApp.Web.Infrastructure;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace ChatApp.Web.Features.Sessions;

/// <summary>The form for a new chat with a name and a persona; scripts show it in a dialog.</summary>
[Authorize, Route("sessions/new")]
public sealed class NewSessionController(SessionService sessions, CurrentUser user) : Controller
{
    [HttpGet]
    public IActionResult Show() => View("NewSession", new NewSessionForm());

    [HttpPost]
    public async Task<IActionResult> Create([FromForm] NewSessionForm form, CancellationToken ct)
    {
        try
        {
            return ModelState.IsValid ? Redirect(Links.Session((await sessions.CreateAsync(user.Id, form.ToNewSession(), ct)).Id)) : Again(form);
        }
        catch (InvalidException e)
        {
            ModelState.AddModelError(e.Field, e.Message);
            return Again(form);
        }
    }

    private ViewResult Again(NewSessionForm form)
    {
        Response.StatusCode = StatusCodes.Status400BadRequest;
        return View("NewSession", form);
    }
}
