using System.Text;
using ChatApp.Domain.Chat;
using ChatApp.Domain.Chat.Ports;
using Microsoft.Extensions.AI;

namespace ChatApp.Web.Integrations;

/// <summary>Puts the pieces together in which a model streams its tool calls.</summary>
internal sealed class ToolCallPieces
{
    // A model that goes round in circles must not fill the memory.
    private const int MaxCalls = 100;
    private const int MaxCharacters = 1_000_000;

    private readonly List<Call> _calls = [];
    private int _characters;

    /// <summary>Takes a piece.</summary>
    /// <param name="index">The call's place, as the provider counts. Some call everything 0: another id with a name begins another call all the same.</param>
    /// <param name="id">The call's id, where the piece has it.</param>
    /// <param name="name">The tool's name, where the piece has it.</param>
    /// <param name="arguments">More of the arguments' JSON.</param>
    /// <exception cref="ModelException">That is more than a model can reasonably want.</exception>
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
            throw new ModelException(ReplyErrorCode.InvalidAnswer, "The model called tools without end.");
        }
    }

    /// <summary>The calls, in order, which are taken out. Those without an id get one: results are matched to calls by it.</summary>
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
