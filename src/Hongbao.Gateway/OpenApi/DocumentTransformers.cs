using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Hongbao.Contracts;
using Hongbao.Gateway.Auth;
using Hongbao.Gateway.Json;
using Hongbao.Gateway.Problems;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Hongbao.Gateway.OpenApi;

/// <summary>Adds to the generated document what the endpoints say in their metadata; bodies come by <see cref="BodyDescriptions"/>.</summary>
internal static partial class DocumentTransformers
{
    private const string NumberPattern = "^[1-9][0-9]{0,18}$";
    private const string BearerScheme = "bearer";
    private const string TicketScheme = "ticket";

    public static void Configure(OpenApiOptions options)
    {
        options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
        options.AddDocumentTransformer(DescribeDocumentAsync);
        options.AddOperationTransformer(DescribeOperationAsync);
        options.AddSchemaTransformer(DescribeSchemaAsync);
    }

    private static Task DescribeDocumentAsync(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
    {
        document.Info = new OpenApiInfo
        {
            Title = "Hongbao",
            Version = OpenApiDocumentCache.Name,
            Description = "Red packets. Numbers of things are decimal strings, amounts are integers in minor units, times are RFC 3339 UTC. "
                + "Errors are problem documents; programs look at their code.",
        };
        document.Servers = [];
        document.Components ??= new OpenApiComponents();
        document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
        {
            [BearerScheme] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", BearerFormat = "JWT" },
            [TicketScheme] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.ApiKey,
                In = ParameterLocation.Query,
                Name = "ticket",
                Description = "From POST /api/v1/me/tickets: single use, 60 seconds.",
            },
        };
        return Task.CompletedTask;
    }

    private static async Task DescribeOperationAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        AddParameters(operation, context.Description.RelativePath ?? "", metadata.OfType<QueryParameters>().SelectMany(q => q.Names));
        var rule = metadata.OfType<AccessRule>().Last();
        if (rule.Access != Access.Anyone)
        {
            operation.Security = [Requirement(context, BearerScheme)];
            if (rule.Access == Access.AnyoneOrUser)
            {
                // An empty requirement: none of them is needed.
                operation.Security.Insert(0, []);
            }

            if (rule.Tickets != TicketUse.None)
            {
                operation.Security.Add(Requirement(context, TicketScheme));
            }
        }

        var kinds = CodesOf(rule, metadata.OfType<ProblemCodes>().SelectMany(p => p.Codes)).Distinct().Select(ProblemTable.Of);
        if (metadata.OfType<BinaryShape>().LastOrDefault() is { } binary)
        {
            AddBinary(operation, binary.ContentType);
            kinds = kinds.Append(ProblemTable.OfStatus(StatusCodes.Status415UnsupportedMediaType));
        }

        AddProblems(operation, kinds, await SchemaOfAsync(context, typeof(ProblemBody), cancellationToken));
    }

    private static void AddParameters(OpenApiOperation operation, string path, IEnumerable<string> query)
    {
        operation.Parameters ??= [];
        foreach (Match match in PathParameter().Matches(path))
        {
            operation.Parameters.Add(new OpenApiParameter
            {
                Name = match.Groups[1].Value,
                In = ParameterLocation.Path,
                Required = true,
                Schema = new OpenApiSchema { Type = JsonSchemaType.String, Pattern = NumberPattern },
            });
        }

        foreach (var name in query)
        {
            operation.Parameters.Add(new OpenApiParameter { Name = name, In = ParameterLocation.Query, Schema = QuerySchemaOf(name) });
        }
    }

    private static OpenApiSchema QuerySchemaOf(string name) => name switch
    {
        "limit" => new OpenApiSchema { Type = JsonSchemaType.Integer, Minimum = "1", Maximum = "100", Default = JsonValue.Create(20) },
        "year" => new OpenApiSchema { Type = JsonSchemaType.Integer, Minimum = "2000", Maximum = "2999", Description = "Default: this year." },
        "cursor" => new OpenApiSchema { Type = JsonSchemaType.String, MaxLength = 512, Description = "next of the page before." },
        _ => new OpenApiSchema { Type = JsonSchemaType.String, MaxLength = 64 },
    };

    private static IEnumerable<ResultCode> CodesOf(AccessRule rule, IEnumerable<ResultCode> own)
    {
        var codes = own.Append(ResultCode.Overloaded).Append(ResultCode.Internal);
        return rule.Access == Access.Anyone ? codes : codes.Append(ResultCode.Unauthenticated);
    }

    private static void AddBinary(OpenApiOperation operation, string contentType)
    {
        static OpenApiMediaType Bytes() => new() { Schema = new OpenApiSchema { Type = JsonSchemaType.String, Format = "binary" } };
        operation.RequestBody = new OpenApiRequestBody { Required = true, Content = new Dictionary<string, OpenApiMediaType> { [contentType] = Bytes() } };
        operation.Responses ??= [];
        operation.Responses["200"] = new OpenApiResponse { Description = "OK", Content = new Dictionary<string, OpenApiMediaType> { [contentType] = Bytes() } };
    }

    private static void AddProblems(OpenApiOperation operation, IEnumerable<ProblemKind> kinds, IOpenApiSchema problem)
    {
        operation.Responses ??= [];
        foreach (var ofStatus in kinds.GroupBy(k => k.Status).OrderBy(g => g.Key))
        {
            var status = ofStatus.Key.ToString(CultureInfo.InvariantCulture);
            var response = new OpenApiResponse
            {
                Description = string.Join(", ", ofStatus.Select(k => k.Code)),
                Content = new Dictionary<string, OpenApiMediaType> { ["application/problem+json"] = new() { Schema = problem } },
            };
            if (ofStatus.Key is 429 or 503)
            {
                response.Headers = new Dictionary<string, IOpenApiHeader>
                {
                    ["Retry-After"] = new OpenApiHeader { Description = "Seconds.", Schema = new OpenApiSchema { Type = JsonSchemaType.Integer } },
                };
            }

            // An endpoint may answer a status itself, as readiness does.
            operation.Responses.TryAdd(status, response);
        }
    }

    private static OpenApiSecurityRequirement Requirement(OpenApiOperationTransformerContext context, string scheme) =>
        new() { [new OpenApiSecuritySchemeReference(scheme, context.Document)] = [] };

    /// <summary>A reference to the shape among the document's components, where it is put once.</summary>
    private static async Task<IOpenApiSchema> SchemaOfAsync(OpenApiOperationTransformerContext context, Type type, CancellationToken cancellationToken)
    {
        var schema = await context.GetOrCreateSchemaAsync(type, null, cancellationToken);
        context.Document!.AddComponent(type.Name, schema);
        return new OpenApiSchemaReference(type.Name, context.Document);
    }

    private static async Task DescribeSchemaAsync(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellationToken)
    {
        var type = Nullable.GetUnderlyingType(context.JsonTypeInfo.Type) ?? context.JsonTypeInfo.Type;
        if (type == typeof(Num))
        {
            schema.Type = JsonSchemaType.String;
            schema.Pattern = NumberPattern;
        }
        else if (type == typeof(Moment))
        {
            schema.Type = JsonSchemaType.String;
            schema.Format = "date-time";
        }
        else if (type == typeof(Ratio))
        {
            schema.Type = JsonSchemaType.Number;
            schema.ExclusiveMinimum = "0";
            schema.Maximum = "1";
        }
        else if (type.IsEnum)
        {
            // The generator lists the names and leaves the type open.
            schema.Type = JsonSchemaType.String;
        }
        else if (schema.Items is null && schema.Type is { } kind && kind.HasFlag(JsonSchemaType.Array) && context.JsonTypeInfo.ElementType is { } element)
        {
            // The generator leaves them out where the list may be absent. Numbers that may be absent, and maps, have an element type too.
            schema.Items = await context.GetOrCreateSchemaAsync(element, null, cancellationToken);
        }
    }

    [GeneratedRegex(@"\{(\w+)\}")]
    private static partial Regex PathParameter();
}
