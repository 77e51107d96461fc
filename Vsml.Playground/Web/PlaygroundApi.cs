using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Vsml.Data;
using Vsml.Playground.Rooms;

namespace Vsml.Playground.Web;

/// <summary>
/// Answers requests: GET / and its files, GET /api/ROOM for what there is to see, POST /api/ROOM/ACTION for what is done. Errors are
/// JSON with one line of text. One request is answered at a time.
/// </summary>
internal sealed class PlaygroundApi : IDisposable
{
    private const int MostSteps = 1000;
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web);
    private readonly Dictionary<string, Room> _rooms = new RoomKind[] { RoomKind.Draw, RoomKind.Plane, RoomKind.Table }.ToDictionary(kind => kind.Name, kind => new Room(kind));
    private readonly SemaphoreSlim _turn = new(1);

    /// <summary>Answers a request.</summary>
    public async Task Answer(HttpContext context, LocalGuard guard)
    {
        LocalGuard.Protect(context.Response.Headers);
        if (guard.Refusal(context.Request) is { } refusal)
        {
            await Fail(context, StatusCodes.Status403Forbidden, refusal);
            return;
        }
        try
        {
            if (context.Request.Path.StartsWithSegments("/api", out var rest)) await AnswerApi(context, rest.Value!.Split('/', StringSplitOptions.RemoveEmptyEntries));
            else await SendFile(context);
        }
        catch (Exception exception) when (exception is VsmlException or JsonException)
        {
            await Fail(context, StatusCodes.Status400BadRequest, exception is JsonException ? $"The request is no JSON of an action: {exception.Message}" : exception.Message);
        }
        catch (BadHttpRequestException exception)
        {
            await Fail(context, exception.StatusCode, exception.StatusCode == StatusCodes.Status413PayloadTooLarge
                ? $"This is more than the {PlaygroundServer.MostBodyBytes >> 20} MB that the playground takes; 'vsml test --data FILE' reads larger files."
                : exception.Message);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _turn.Dispose();

    private static async Task SendFile(HttpContext context)
    {
        if (PageFiles.Find(context.Request.Path.Value ?? "") is not { } file)
        {
            await Fail(context, StatusCodes.Status404NotFound, "There is nothing here.");
            return;
        }
        await using var content = file.Content;
        context.Response.ContentType = file.Type;
        await content.CopyToAsync(context.Response.Body);
    }

    private async Task AnswerApi(HttpContext context, string[] path)
    {
        var (method, action) = (context.Request.Method, path.Length == 2 ? path[1] : "");
        if (path.Length is < 1 or > 2 || !_rooms.TryGetValue(path[0], out var room))
        {
            await Fail(context, StatusCodes.Status404NotFound, "There is no such room.");
            return;
        }
        // Bodies are read before the turn is taken: a slow sender must not hold up others.
        var body = HttpMethods.IsPost(method) ? await ReadBody(context.Request) : [];
        await _turn.WaitAsync(context.RequestAborted);
        try
        {
            if (HttpMethods.IsGet(method) && action == "save") await Save(context, room);
            else if ((HttpMethods.IsGet(method) ? Look(context.Request.Query, room, action) : HttpMethods.IsPost(method) ? Act(context.Request.Query, room, action, body) : null) is { } result)
                await context.Response.WriteAsJsonAsync(result, result.GetType(), s_json);
            else await Fail(context, StatusCodes.Status404NotFound, $"There is no {method} '{action}' here.");
        }
        finally
        {
            _turn.Release();
        }
    }

    private static object? Look(IQueryCollection query, Room room, string what) => what switch
    {
        "" => RoomView.Of(room),
        "states" => StatesView.Of(room.Now.Classifier, query["of"] == "c", Number(query["entry"], -1)),
        "regions" when room.Kind == RoomKind.Plane => RegionsView.Of(room, Math.Clamp(Number(query["learner"], 0), 0, Rivals.Names.Count)),
        _ => null,
    };

    private static object? Act(IQueryCollection query, Room room, string action, byte[] body)
    {
        switch (action)
        {
            case "csv" when room.Kind == RoomKind.Table:
                room.Use(ReadCsv(query, body));
                break;
            case "load":
                room.Load(new MemoryStream(body));
                break;
            case "undo":
                room.Undo();
                break;
            case "clear":
                room.Clear();
                break;
            default:
                return Act(JsonSerializer.Deserialize<ActionRequest>(body, s_json) ?? new(), room, action);
        }
        return RoomView.Of(room);
    }

    private static object? Act(ActionRequest request, Room room, string action)
    {
        switch (action)
        {
            case "predict":
                return new { probabilities = room.Predict(request.GivenFeatures), messages = room.Look(request.GivenFeatures) };
            case "learn":
                room.Learn(new(request.GivenFeatures, request.GivenLabel));
                break;
            case "class":
                room.AddClass(request.GivenLabel);
                break;
            case "forget":
                room.Forget(request.GivenLabel);
                break;
            case "step":
                room.Step(Math.Clamp(request.Count, 1, MostSteps), request.Continues);
                break;
            case "choose":
                room.Choose(request.Theta ?? throw new VsmlException("The request names no theta."));
                break;
            case "stream":
                room.Use(BuiltIn(room, request.Source));
                break;
            default:
                return null;
        }
        return RoomView.Of(room);
    }

    private static ExampleStream BuiltIn(Room room, string? source) => (room.Kind.Name, source) switch
    {
        ("draw", "digits") => ExampleStream.Digits(),
        ("plane", "clouds") => ExampleStream.Clouds(),
        ("plane", "corners") => ExampleStream.Corners(),
        _ => throw new VsmlException($"There is no stream '{source}' here."),
    };

    private static ExampleStream ReadCsv(IQueryCollection query, byte[] body)
    {
        if (body is [0x1F, 0x8B, ..]) throw new VsmlException("This file is compressed; unpack it first.");
        var (name, label) = (query["name"].ToString(), query["label"].ToString());
        bool? header = query["header"].ToString() switch { "true" => true, "false" => false, _ => null };
        var data = CsvFile.Read(new MemoryStream(body), name.Length > 0 ? name : "table.csv", new CsvOptions(label.Length > 0 ? label : null, header));
        return ExampleStream.Of(data, isShuffled: query["shuffled"] != "false");
    }

    private static async Task Save(HttpContext context, Room room)
    {
        using var file = new MemoryStream();
        room.Save(file);
        context.Response.ContentType = "application/octet-stream";
        context.Response.Headers.ContentDisposition = $"attachment; filename={room.Kind.Name}.safetensors";
        context.Response.ContentLength = file.Length;
        file.Position = 0;
        await file.CopyToAsync(context.Response.Body);
    }

    private static async Task<byte[]> ReadBody(HttpRequest request)
    {
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body);
        return body.ToArray();
    }

    private static int Number(string? text, int otherwise) => int.TryParse(text, CultureInfo.InvariantCulture, out var number) ? number : otherwise;

    private static Task Fail(HttpContext context, int status, string message)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsJsonAsync(new { error = message.ReplaceLineEndings(" ") }, s_json);
    }
}
