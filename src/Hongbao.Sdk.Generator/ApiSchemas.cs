using System.Text.Json;
using System.Text.Json.Nodes;

namespace Hongbao.Sdk.Generator;

/// <summary>The document's named schemas, and what can be made of them.</summary>
internal sealed class ApiSchemas(JsonObject schemas)
{
    private const string Prefix = "#/components/schemas/";
    private const string NumberPattern = "^[1-9][0-9]{0,18}$";

    /// <summary>True for a list of words.</summary>
    public bool IsChoice(string name) => Find(name, name).ContainsKey("enum");

    public ApiChoice Choice(string name)
    {
        var schema = Find(name, name);
        Knows(schema, name, "enum", "type", "description");
        if (schema["type"]?.ToString() != "string" || schema["enum"] is not JsonArray { Count: > 0 } words)
        {
            throw new UnknownShapeException(name, "a choice is a list of words");
        }

        return new ApiChoice(Naming.Identifier(name, name), DescriptionOf(schema), [.. words.Select(w => Naming.Word(Text(w, name), name))]);
    }

    public ApiShape Shape(string name)
    {
        var schema = Find(name, name);
        if (schema["properties"] is not JsonObject properties)
        {
            throw new UnknownShapeException(name, "an object has properties");
        }

        Knows(schema, name, "type", "properties", "required", "description");
        var required = (schema["required"] as JsonArray ?? []).Select(r => Text(r, name)).ToHashSet(StringComparer.Ordinal);
        return new ApiShape(Naming.Identifier(name, name), DescriptionOf(schema), [.. properties.Select(p =>
        {
            var at = $"{name}.{p.Key}";
            var field = Present(p.Value as JsonObject ?? throw new UnknownShapeException(at, "a field has a schema"), at);
            return new ApiField(Naming.Identifier(p.Key, at), DescriptionOf(field), Type(field, at), required.Contains(p.Key));
        })]);
    }

    /// <summary>What a value of the schema is.</summary>
    /// <exception cref="UnknownShapeException">That is not known here.</exception>
    public ApiType Type(JsonObject schema, string at)
    {
        if (schema.ContainsKey("$ref"))
        {
            Knows(schema, at, "$ref", "description");
            var name = ReferenceIn(schema, at);
            var named = Find(name, at);
            return named.ContainsKey("properties") || named.ContainsKey("enum") ? new ApiType(ApiKind.Named, name) : Type(named, at);
        }

        if (TypeIn(schema) == "number")
        {
            Knows(schema, at, "type", "exclusiveMinimum", "maximum", "description");
            return (schema["exclusiveMinimum"]?.ToString(), schema["maximum"]?.ToString()) == ("0", "1")
                ? new ApiType(ApiKind.Part)
                : throw new UnknownShapeException(at, $"type {schema.ToJsonString()}");
        }

        Knows(schema, at, "type", "format", "pattern", "items", "description");
        if (schema["pattern"] is not null)
        {
            return IsNumber(schema) ? new ApiType(ApiKind.Number) : throw new UnknownShapeException(at, $"a text of the pattern {schema["pattern"]}");
        }

        return (TypeIn(schema), schema["format"]?.ToString(), schema["items"]) switch
        {
            ("string", "date-time", null) => new ApiType(ApiKind.Moment),
            ("string", null, null) => new ApiType(ApiKind.Text),
            ("integer", "int32", null) => new ApiType(ApiKind.Int),
            ("integer", "int64", null) => new ApiType(ApiKind.Long),
            ("boolean", null, null) => new ApiType(ApiKind.Flag),
            ("array", null, JsonObject items) => new ApiType(ApiKind.List, Items: Type(items, at)),
            _ => throw new UnknownShapeException(at, $"type {schema.ToJsonString()}"),
        };
    }

    /// <summary>True for the number of a thing: a text of that one pattern.</summary>
    public static bool IsNumber(JsonObject schema) =>
        TypeIn(schema) == "string" && schema["format"] is null && schema["items"] is null && schema["pattern"]?.ToString() == NumberPattern;

    public static string ReferenceIn(JsonObject schema, string at) =>
        schema["$ref"] is { } reference && Text(reference, at) is var text && text.StartsWith(Prefix, StringComparison.Ordinal)
            ? text[Prefix.Length..]
            : throw new UnknownShapeException(at, "an object is a named schema");

    public static string DescriptionOf(JsonObject node) => node["description"] is { } description ? Text(description, "a description") : "";

    /// <summary>The text of a node.</summary>
    /// <exception cref="UnknownShapeException">It is none.</exception>
    public static string Text(JsonNode? node, string at) =>
        node is JsonValue value && value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : throw new UnknownShapeException(at, "a text is missing");

    /// <summary>Refuses what says more than is known here.</summary>
    public static void Knows(JsonObject node, string at, params ReadOnlySpan<string> names)
    {
        foreach (var (name, _) in node)
        {
            if (!names.Contains(name))
            {
                throw new UnknownShapeException(at, $"'{Naming.OneLine(name)}'");
            }
        }
    }

    /// <summary>The schema of a field's value when there is one: the document says "or null" of every field that may be absent.</summary>
    private static JsonObject Present(JsonObject schema, string at)
    {
        if (schema["oneOf"] is not { } either)
        {
            return schema;
        }

        Knows(schema, at, "oneOf", "description");
        var others = (either as JsonArray ?? []).OfType<JsonObject>().Where(s => s["type"]?.ToString() != "null").ToList();
        return either is JsonArray { Count: 2 } && others.Count == 1 ? others[0] : throw new UnknownShapeException(at, $"one of {either.ToJsonString()}");
    }

    /// <summary>The type beside null; null when it is not one.</summary>
    private static string? TypeIn(JsonObject schema) => schema["type"] switch
    {
        JsonArray several => several.Select(t => t?.ToString()).Where(t => t != "null").ToList() is [{ } only] ? only : null,
        { } one => one.ToString(),
        null => null,
    };

    private JsonObject Find(string name, string at) => schemas[name] as JsonObject ?? throw new UnknownShapeException(at, $"{Naming.OneLine(name)} is not in the document");
}
