using System.Text;
using ChatApp.Domain.Chat;
using ChatApp.Domain.Models;
using Microsoft.Extensions.AI;

namespace ChatApp.Web.Integrations;

/// <summary>Assembles the tool calls that a model streams in pieces.</summary>
internal sealed class ToolCallAssembler
{
    // Limits the memory that a looping model can take.
    private const int MaxCalls = 100;
    private const int MaxCharacters = 1_000_000;

    private readonly List<Call> _calls = [];
    private int _characters;

    /// <summary>Adds a piece.</summary>
    /// <param name="index">The provider's index of the call. Some providers always send 0, so another id with a name begins another call.</param>
    /// <param name="id">The call's id, if the piece has it.</param>
    /// <param name="name">The tool's name, if the piece has it.</param>
    /// <param name="arguments">The next part of the arguments' JSON.</param>
    /// <exception cref="ModelException">There are more calls or longer arguments than any sensible reply has.</exception>
    public void Add(int index, string? id, string? name, string? arguments)
    {
        var call = _calls.FindLast(c => c.Index == index);
        if (call is null || (!string.IsNullOrEmpty(id) && !string.IsNullOrEmpty(name) && call.Id.Length > 0 && call.Id != id))
        {
            _calls.Add(call = new Call(index));
        }
        call.Id = call.Id.Length > 0 ? call.Id : id ?? "";
        call.Name = call.Name.Length > 0 ? call.Name : name ?? "";
        call.Arguments.Append(arguments);
        _characters += arguments?.Length ?? 0;
        if (_calls.Count > MaxCalls || _characters > MaxCharacters)
        {
            throw new ModelException(ReplyErrorCode.InvalidResponse, "The model kept calling tools and was stopped.");
        }
    }

    /// <summary>Removes and returns the calls, in order. Those without an id get one, by which their results are matched.</summary>
    /// <param name="now">For the ids.</param>
    public IReadOnlyList<FunctionCallContent> Take(DateTimeOffset now)
    {
        var calls = _calls.ConvertAll(c => ToolCalls.Parse(c.Id.Length > 0 ? c.Id : $"call_{Guid.CreateVersion7(now):N}", c.Name, c.Arguments.ToString()));
        _calls.Clear();
        return calls;
    }

    private sealed class Call(int index)
    {
        public int Index => index;

        public string Id { get; set; } = "";

        public string Name { get; set; } = "";

        public StringBuilder Arguments { get; } = new();
    }
}
