using System.Text.Json.Nodes;

namespace Hongbao.Sdk.Generator;

/// <summary>Reads the document that the gateway makes. Whatever it says in a way that is not known here stops the generator: nothing is guessed.</summary>
internal static class ApiDocument
{
    // What operators, finance and load balancers call is no part of an app's SDK.
    private static readonly string[] TagsOfUsers = ["Packets", "Claims", "Me", "Cashier", "Development"];
    private const string SchemaPrefix = "#/components/schemas/";

    /// <exception cref="UnknownShapeException">Something in it is not known here.</exception>
    public static Api Read(ReadOnlySpan<byte> document)
    {
        var root = JsonNode.Parse(document)!.AsObject();
        var schemas = root["components"]!["schemas"]!.AsObject();
        var operations = root["paths"]!.AsObject()
            .SelectMany(path => path.Value!.AsObject().Select(o => (path.Key, Method: o.Key.ToUpperInvariant(), Node: o.Value!)))
            .Where(o => TagsOfUsers.Contains(o.Node["tags"]![0]!.GetValue<string>()) && AnswerOf(o.Node) is not null)
            .Select(o => ReadOperation(o.Key, o.Method, o.Node)).ToList();

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

            var schema = schemas[name]!;
            if (schema["enum"] is JsonArray words)
            {
                choices[name] = new ApiChoice(name, DescriptionOf(schema), [.. words.Select(w => w!.GetValue<string>())]);
                continue;
            }

            var shape = ReadShape(name, schema, schemas);
            shapes[name] = shape;
            foreach (var field in shape.Fields)
            {
                open.Enqueue(NamedIn(field.Type) ?? name);
            }
        }

        return new Api(operations, [.. shapes.Values], [.. choices.Values]);
    }

    private static ApiOperation ReadOperation(string path, string method, JsonNode node)
    {
        var name = node["operationId"]!.GetValue<string>();
        var parameters = (node["parameters"]?.AsArray() ?? []).Select(p => p!).ToList();
        var codes = node["responses"]!.AsObject().Where(r => r.Value!["content"]?["application/problem+json"] is not null)
            .SelectMany(r => DescriptionOf(r.Value!).Split(", "));
        return new ApiOperation(
            name,
            node["summary"]!.GetValue<string>(),
            method,
            path,
            [.. parameters.Where(p => PlaceOf(p) == "path").Select(p => p["name"]!.GetValue<string>())],
            [.. parameters.Where(p => PlaceOf(p) == "query").Select(p => ReadParameter(p, name))],
            node["requestBody"] is { } body ? ReferenceIn(body["content"]!["application/json"]!["schema"]!, name) : null,
            AnswerOf(node)!,
            node["security"] is JsonArray { Count: > 0 },
            [.. codes.Distinct()]);
    }

    private static string PlaceOf(JsonNode parameter) => parameter["in"]!.GetValue<string>();

    private static ApiField ReadParameter(JsonNode parameter, string operation)
    {
        var name = parameter["name"]!.GetValue<string>();
        var schema = parameter["schema"]!;
        var range = (schema["minimum"], schema["maximum"]) is ({ } least, { } most) ? $"{least} to {most}" : "";
        var usual = schema["default"] is { } value ? $"{value} when absent" : "";
        var description = string.Join("; ", new[] { DescriptionOf(schema).TrimEnd('.'), range, usual }.Where(t => t.Length > 0));

        // Parameters say "integer" without a width; all are small.
        var type = schema["type"]!.GetValue<string>() == "integer" ? new ApiType(ApiKind.Int) : ReadType(schema, [], $"{operation}.{name}");
        return new ApiField(name, description.Length == 0 ? "" : description + ".", type, IsRequired: false);
    }

    private static string? AnswerOf(JsonNode operation) =>
        operation["responses"]!["200"]?["content"]?["application/json"]?["schema"] is { } schema ? ReferenceIn(schema, "an answer") : null;

    private static ApiShape ReadShape(string name, JsonNode schema, JsonObject schemas)
    {
        if (schema["properties"] is not JsonObject properties)
        {
            throw new UnknownShapeException(name, "an object has properties");
        }

        var required = (schema["required"]?.AsArray() ?? []).Select(r => r!.GetValue<string>()).ToHashSet(StringComparer.Ordinal);
        return new ApiShape(name, DescriptionOf(schema), [.. properties.Select(p =>
        {
            var field = Present(p.Value!);
            return new ApiField(p.Key, DescriptionOf(field), ReadType(field, schemas, $"{name}.{p.Key}"), required.Contains(p.Key));
        })]);
    }

    /// <summary>The schema of a field's value when there is one: the document says "or null" of every field that may be absent.</summary>
    private static JsonNode Present(JsonNode schema) => schema["oneOf"] is JsonArray { Count: 2 } either ? either.Single(s => s!["type"]?.ToString() != "null")! : schema;

    private static ApiType ReadType(JsonNode schema, JsonObject schemas, string at)
    {
        if (schema["$ref"] is not null)
        {
            var name = ReferenceIn(schema, at);
            var named = schemas[name] ?? throw new UnknownShapeException(at, $"{name} is not in the document");
            return named["properties"] is null && named["enum"] is null ? ReadType(named, schemas, at) : new ApiType(ApiKind.Named, name);
        }

        var type = schema["type"] is JsonArray several ? several.Select(t => t!.GetValue<string>()).Single(t => t != "null") : schema["type"]?.GetValue<string>();
        return (type, schema["format"]?.GetValue<string>()) switch
        {
            ("string", "date-time") => new ApiType(ApiKind.Moment),
            ("string", null) => new ApiType(schema["pattern"] is null ? ApiKind.Text : ApiKind.Number),
            ("integer", "int32") => new ApiType(ApiKind.Int),
            ("integer", "int64") => new ApiType(ApiKind.Long),
            ("boolean", null) => new ApiType(ApiKind.Flag),
            ("array", null) when schema["items"] is { } items => new ApiType(ApiKind.List, Items: ReadType(items, schemas, at)),
            _ => throw new UnknownShapeException(at, $"type {schema.ToJsonString()}"),
        };
    }

    private static string ReferenceIn(JsonNode schema, string at) =>
        schema["$ref"]?.GetValue<string>() is { } reference && reference.StartsWith(SchemaPrefix, StringComparison.Ordinal)
            ? reference[SchemaPrefix.Length..]
            : throw new UnknownShapeException(at, "an object is a named schema");

    private static string? NamedIn(ApiType type) => type.Kind switch
    {
        ApiKind.Named => type.Name,
        ApiKind.List => NamedIn(type.Items!),
        _ => null,
    };

    private static string DescriptionOf(JsonNode node) => node["description"]?.GetValue<string>() ?? "";
}

/// <summary>The document says something that the SDKs have no form for.</summary>
internal sealed class UnknownShapeException(string at, string what) : Exception($"{SdkFiles.Document}: {at}: {what}: the generator knows no form for it.");
