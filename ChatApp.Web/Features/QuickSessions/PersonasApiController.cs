using ChatApp.Domain.Personas;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace ChatApp.Web.Features.QuickSessions;

/// <summary>The personas.</summary>
[ApiController, Authorize, Route("personas")]
public sealed class PersonasApiController(PersonaCatalog personas) : ControllerBase
{
    /// <summary>All personas, the default one first.</summary>
    [HttpGet]
    public PersonasResponse List() => new([.. personas.All.Select(p => p.ToResponse())]);
}
