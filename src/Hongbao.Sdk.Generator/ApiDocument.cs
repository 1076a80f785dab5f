using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Hongbao.Sdk.Generator;

/// <summary>Reads the document that the gateway makes. Whatever it says in a way that is not known here stops the generator: nothing is guessed, and nothing left out but what is named here.</summary>
internal static partial class ApiDocument
{
    private static readonly string[] TagsOfUsers = ["Packets", "Claims", "Me", "Campaigns", "Cashier", "Development"];

    // What apps' packages, finance, operators and load balancers call is no part of these SDKs.
    private static readonly string[] TagsOfOthers = ["Apps", "Callbacks", "Operators", "Process"];

    // It gives a page, not an answer.
    private static readonly string[] OperationsOfBrowsers = ["showCashier"];
    private static readonly string[] Methods = ["get", "post", "put", "delete"];

    /// <exception cref="UnknownShapeException">Something in it is not known here.</exception>
    public static Api Read(ReadOnlySpan<byte> document)
    {
        if (JsonNode.Parse(document) is not JsonObject root)
        {
            throw new UnknownShapeException(SdkFiles.Document, "a document is an object");
        }

        var schemas = new ApiSchemas(Object(Object(root, "components", SdkFiles.Document)["schemas"], "components.schemas"));
        var operations = Object(root, "paths", SdkFiles.Document).SelectMany(p => OperationsOf(p.Key, Object(p.Value, p.Key), schemas)).ToList();
        Naming.Distinct(operations.Select(o => o.Name), SdkFiles.Document);

        // Only what these need, found from them.
        var shapes = new SortedDictionary<string, ApiShape>(StringComparer.Ordinal);
        var choices = new SortedDictionary<string, ApiChoice>(StringComparer.Ordinal);
        var open = new Queue<string>(operations.SelectMany(o => new[] { o.Body, o.Answer }).OfType<string>());
        while (open.TryDequeue(out var name))
        {
            if (shapes.ContainsKey(name) || choices.ContainsKey(name))
            {
                continue;
            }

            if (schemas.IsChoice(name))
            {
                choices[name] = schemas.Choice(name);
                continue;
            }

            var shape = schemas.Shape(name);
            shapes[name] = shape;
            foreach (var inside in shape.Fields.Select(f => f.Type.Named).OfType<string>())
            {
                open.Enqueue(inside);
            }
        }

        return new Api(operations, [.. shapes.Values], [.. choices.Values]);
    }

    private static IEnumerable<ApiOperation> OperationsOf(string path, JsonObject methods, ApiSchemas schemas)
    {
        foreach (var (method, node) in methods)
        {
            var at = $"{method.ToUpperInvariant()} {path}";
            if (!Methods.Contains(method))
            {
                throw new UnknownShapeException(at, "no method of an operation");
            }

            var operation = Object(node, at);
            var tags = (operation["tags"] as JsonArray ?? []).Select(t => ApiSchemas.Text(t, at)).ToList();
            if (tags.Count != 1 || !TagsOfUsers.Concat(TagsOfOthers).Contains(tags[0]))
            {
                throw new UnknownShapeException(at, $"tag '{string.Join(", ", tags)}'");
            }

            if (TagsOfUsers.Contains(tags[0]) && !OperationsOfBrowsers.Contains(ApiSchemas.Text(operation["operationId"], at)))
            {
                yield return ReadOperation(path, method.ToUpperInvariant(), operation, schemas, at);
            }
        }
    }

    private static ApiOperation ReadOperation(string path, string method, JsonObject node, ApiSchemas schemas, string at)
    {
        ApiSchemas.Knows(node, at, "tags", "summary", "operationId", "parameters", "requestBody", "responses", "security");
        var name = Naming.Identifier(ApiSchemas.Text(node["operationId"], at), at);
        var parameters = (node["parameters"] as JsonArray ?? []).Select(p => Object(p, at)).ToList();
        var places = parameters.Select(p => ApiSchemas.Text(p["in"], at)).ToList();
        if (places.Find(p => p is not ("path" or "query")) is { } place)
        {
            throw new UnknownShapeException(at, $"a parameter in '{place}'");
        }

        List<string> numbers = [.. parameters.Where((_, i) => places[i] == "path").Select(p => ReadNumber(p, at))];
        if (!PathForm().IsMatch(path) || !PathParameter().Matches(path).Select(m => m.Groups[1].Value).SequenceEqual(numbers))
        {
            throw new UnknownShapeException(at, $"the path with the parameters {string.Join(", ", numbers)}");
        }

        List<ApiField> query = [.. parameters.Where((_, i) => places[i] == "query").Select(p => ReadParameter(p, schemas, at))];
        Naming.Distinct([.. numbers, .. query.Select(q => q.Name), "body", "query", "options", "cancellationToken"], at);
        var (answer, codes) = ReadResponses(Object(node, "responses", at), at);
        return new ApiOperation(
            name, Naming.Sentence(ApiSchemas.Text(node["summary"], at), ""), method, path, numbers, query, ReadBody(node, at), answer, TakesToken(node, at), codes,
            node["requestBody"] is JsonObject sent && sent["required"]?.GetValue<bool>() != true);
    }

    private static string ReadNumber(JsonObject parameter, string at)
    {
        ApiSchemas.Knows(parameter, at, "name", "in", "required", "schema");
        var name = Naming.Identifier(ApiSchemas.Text(parameter["name"], at), at);
        return ApiSchemas.IsNumber(Object(parameter, "schema", at)) ? name : throw new UnknownShapeException($"{at}: {name}", "a part of a path is the number of a thing");
    }

    private static ApiField ReadParameter(JsonObject parameter, ApiSchemas schemas, string at)
    {
        ApiSchemas.Knows(parameter, at, "name", "in", "schema");
        var name = Naming.Identifier(ApiSchemas.Text(parameter["name"], at), at);
        var schema = Object(parameter, "schema", at);
        ApiSchemas.Knows(schema, $"{at}: {name}", "type", "description", "minimum", "maximum", "maxLength", "default");
        var range = (schema["minimum"], schema["maximum"]) is ({ } least, { } most) ? $"{least} to {most}" : "";
        var usual = schema["default"] is { } value ? $"{value} when absent" : "";
        var description = string.Join("; ", new[] { ApiSchemas.DescriptionOf(schema).TrimEnd('.'), range, usual }.Where(t => t.Length > 0));
        return new ApiField(name, description.Length == 0 ? "" : description + ".", ParameterType(schema, schemas, $"{at}: {name}"), IsRequired: false);
    }

    // Integers have no width in parameters, but an end.
    private static ApiType ParameterType(JsonObject schema, ApiSchemas schemas, string at)
    {
        if (schema["type"]?.ToString() != "integer")
        {
            return schemas.Type(new JsonObject { ["type"] = schema["type"]?.DeepClone() }, at);
        }

        return int.TryParse(schema["minimum"]?.ToString(), out _) && int.TryParse(schema["maximum"]?.ToString(), out _)
            ? new ApiType(ApiKind.Int)
            : throw new UnknownShapeException(at, "an integer of a query has a least and a greatest, of 32 bits");
    }

    private static string? ReadBody(JsonObject operation, string at)
    {
        if (operation["requestBody"] is null)
        {
            return null;
        }

        var body = Object(operation, "requestBody", at);
        ApiSchemas.Knows(body, at, "content", "required");
        return ReadContent(body, "application/json", $"{at}: the body");
    }

    /// <summary>The one shape of a success, and the codes of everything else.</summary>
    private static (string Answer, IReadOnlyList<string> Codes) ReadResponses(JsonObject responses, string at)
    {
        string? answer = null;
        var codes = new List<string>();
        foreach (var (status, node) in responses)
        {
            var place = $"{at}: {status}";
            var response = Object(node, place);
            ApiSchemas.Knows(response, place, "description", "content", "headers");
            if (status is "200" or "201")
            {
                var shape = ReadContent(response, "application/json", place);
                answer = answer is null || answer == shape ? shape : throw new UnknownShapeException(place, "another answer than that of the other success");
            }
            else if (status.Length == 3 && status[0] is '4' or '5')
            {
                ReadContent(response, "application/problem+json", place);
                var said = ApiSchemas.DescriptionOf(response).Split(", ");
                codes.AddRange(said.All(c => CodeForm().IsMatch(c)) ? said : throw new UnknownShapeException(place, "a refusal is described by its codes"));
            }
            else
            {
                throw new UnknownShapeException(place, "an answer of this status");
            }
        }

        return (answer ?? throw new UnknownShapeException(at, "an operation without an answer"), [.. codes.Distinct()]);
    }

    private static string ReadContent(JsonObject holder, string type, string at)
    {
        var content = Object(holder, "content", at);
        return content.Count == 1 && content[type] is JsonObject only
            ? ApiSchemas.ReferenceIn(Object(only, "schema", at), at)
            : throw new UnknownShapeException(at, $"content {string.Join(", ", content.Select(c => c.Key))}");
    }

    private static bool TakesToken(JsonObject operation, string at)
    {
        if (operation["security"] is not { } security)
        {
            return false;
        }

        return security is JsonArray ways && ways.Any(w => w is JsonObject way && way.ContainsKey("bearer"))
            ? true
            : throw new UnknownShapeException(at, $"security {security.ToJsonString()}");
    }

    private static JsonObject Object(JsonObject parent, string name, string at) => Object(parent[name], $"{at}: {name}");

    private static JsonObject Object(JsonNode? node, string at) => node as JsonObject ?? throw new UnknownShapeException(at, "an object is missing");

    [GeneratedRegex(@"^(/([A-Za-z0-9._~-]+|\{[A-Za-z0-9]+\}))+\z")]
    private static partial Regex PathForm();

    [GeneratedRegex(@"\{([A-Za-z0-9]+)\}")]
    private static partial Regex PathParameter();

    [GeneratedRegex(@"^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*\z")]
    private static partial Regex CodeForm();
}
