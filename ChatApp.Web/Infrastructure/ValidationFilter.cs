using System.Text.Json;
using FluentValidation;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;
using Microsoft.AspNetCore.Mvc.Infrastructure;
using Microsoft.AspNetCore.Mvc.ModelBinding;

namespace ChatApp.Web.Infrastructure;

/// <summary>Runs each argument's validator. In the API, binding and validation errors get the same response; pages show their form again.</summary>
public sealed class ValidationFilter(ProblemDetailsFactory problems) : IAsyncActionFilter
{
    private const string InvalidJson = "This is not valid JSON of the expected type.";

    public async Task OnActionExecutionAsync(ActionExecutingContext context, ActionExecutionDelegate next)
    {
        foreach (var argument in context.ActionArguments.Values.OfType<object>())
        {
            if (context.HttpContext.RequestServices.GetService(typeof(IValidator<>).MakeGenericType(argument.GetType())) is IValidator validator)
            {
                var result = await validator.ValidateAsync(new ValidationContext<object>(argument), context.HttpContext.RequestAborted);
                result.Errors.ForEach(e => context.ModelState.AddModelError(e.PropertyName, e.ErrorMessage));
            }
        }
        if (context.ModelState.IsValid || !context.HttpContext.IsApi)
        {
            await next();
            return;
        }
        await ThrowIfTooLargeAsync(context.HttpContext.Request);
        var problem = problems.CreateValidationProblemDetails(context.HttpContext, Readable(context), StatusCodes.Status400BadRequest);
        context.Result = new BadRequestObjectResult(problem) { ContentTypes = { "application/problem+json" } };
    }

    // For a form that is too large, the binder only reports that it cannot be read. Reading it again throws the original exception.
    private static async Task ThrowIfTooLargeAsync(HttpRequest request)
    {
        try
        {
            _ = request.HasFormContentType ? await request.ReadFormAsync() : null;
        }
        catch (Exception e) when (e is InvalidDataException || (e is IOException and not BadHttpRequestException))
        {
            // Malformed or incomplete, which the binder has reported.
        }
    }

    // The binder's keys are C# names or JSON paths, and its messages can quote types and positions.
    private static ModelStateDictionary Readable(ActionExecutingContext context)
    {
        var body = context.ActionDescriptor.Parameters.FirstOrDefault(p => p.BindingInfo?.BindingSource == BindingSource.Body)?.Name;
        var readable = new ModelStateDictionary();
        foreach (var (key, entry) in context.ModelState)
        {
            foreach (var error in entry.Errors)
            {
                var isJson = key.StartsWith('$') || error.Exception is JsonException;
                var field = key == body ? "" : JsonNamingPolicy.SnakeCaseLower.ConvertName(key.TrimStart('$').TrimStart('.'));
                if (field.Length > 0)
                {
                    readable.AddModelError(field, isJson ? InvalidJson : error.ErrorMessage);
                }
                else if (!readable.ContainsKey("body"))
                {
                    readable.AddModelError("body", isJson ? InvalidJson : body is null ? "The form cannot be read." : "A JSON body is required.");
                }
            }
        }
        // An unreadable body is also reported as a missing argument; only the first is helpful.
        if (readable.Count > 1 && context.ModelState.Keys.Any(k => k.StartsWith('$')))
        {
            readable.Remove("body");
        }
        return readable;
    }
}
