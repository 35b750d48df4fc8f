using System.Net;
using ChatApp.Tests.Support;
using Microsoft.Extensions.AI;

namespace ChatApp.Tests.Integration.Tools;

// Tool results in the history.
internal sealed partial class ToolLoopTests
{
    [Test]
    public async Task Send_QuestionAboutAnEarlierReply_ShowsTheModelItsToolResults()
    {
        var session = await CreateSessionAsync(_user);
        var path = $"/chat/sessions/{session.Text("id")}/messages?wait=true";
        Model.Script("Which one?", ModelScript.Call(("look_up", new { input = "screw" })), ModelScript.Say("A P2."));
        await _user.Client.SendJsonAsync(HttpMethod.Post, path, new { content = "Which one?" }, HttpStatusCode.Created);
        var later = Model.Script("And why?", ModelScript.Say("Because."));

        await _user.Client.SendJsonAsync(HttpMethod.Post, path, new { content = "And why?" }, HttpStatusCode.Created);

        var turns = later.Asked.Single().Prompt.Skip(1).ToList();
        Assert.That(turns.Select(m => m.Role), Is.EqualTo([ChatRole.User, ChatRole.Assistant, ChatRole.Tool, ChatRole.Assistant, ChatRole.User]));
        var call = (FunctionCallContent)turns[1].Contents.Single();
        var result = (FunctionResultContent)turns[2].Contents.Single();
        Assert.That((call.Name, call.Arguments!["input"]!.ToString(), result.CallId, result.Result), Is.EqualTo(("look_up", "screw", call.CallId, "The screw is a P2.")));
        Assert.That(turns[3].Text, Is.EqualTo("A P2."));
    }
}
