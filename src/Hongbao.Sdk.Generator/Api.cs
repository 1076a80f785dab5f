namespace Hongbao.Sdk.Generator;

/// <summary>What the SDKs offer of the HTTP interface, in the order of the document.</summary>
/// <param name="Operations">What users can ask for.</param>
/// <param name="Shapes">The objects that travel there.</param>
/// <param name="Choices">The closed lists of words in them.</param>
internal sealed record Api(IReadOnlyList<ApiOperation> Operations, IReadOnlyList<ApiShape> Shapes, IReadOnlyList<ApiChoice> Choices)
{
    /// <summary>Every code that an operation can fail with, in order.</summary>
    public IEnumerable<string> Codes => Operations.SelectMany(o => o.Codes).Distinct().Order(StringComparer.Ordinal);

    /// <summary>True for a request that carries its own number: sent again under it, it is the same request.</summary>
    public bool HasOwnNumber(string shape) =>
        Operations.Any(o => o.Body == shape) && Shapes.Single(s => s.Name == shape).Fields.Any(f => f.IsOwnNumber);

    /// <summary>The shapes of answers and of what is in them.</summary>
    public IReadOnlySet<string> Answered => Within(Operations.Select(o => o.Answer));

    /// <summary>The shapes of bodies and of what is in them.</summary>
    public IReadOnlySet<string> Sent => Within(Operations.Select(o => o.Body).OfType<string>());

    private HashSet<string> Within(IEnumerable<string> first)
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        var open = new Queue<string>(first);
        while (open.TryDequeue(out var name))
        {
            if (Shapes.FirstOrDefault(s => s.Name == name) is { } shape && found.Add(name))
            {
                foreach (var inside in shape.Fields.Select(f => f.Type.Named).OfType<string>())
                {
                    open.Enqueue(inside);
                }
            }
        }

        return found;
    }
}

/// <summary>One request and its answer.</summary>
/// <param name="Name">In lower camel case, such as createPacket.</param>
/// <param name="Summary">What it does.</param>
/// <param name="Method">GET, POST, PUT or DELETE.</param>
/// <param name="Path">With its numbers in braces.</param>
/// <param name="Numbers">The names in braces.</param>
/// <param name="Query">What can stand behind the question mark.</param>
/// <param name="Body">The shape that is sent; null without one.</param>
/// <param name="Answer">The shape of a success.</param>
/// <param name="TakesToken">True when a token is needed or makes a difference.</param>
/// <param name="Codes">How it can fail.</param>
/// <param name="BodyIsOptional">True when the body can be left away.</param>
internal sealed record ApiOperation(
    string Name, string Summary, string Method, string Path, IReadOnlyList<string> Numbers, IReadOnlyList<ApiField> Query, string? Body, string Answer, bool TakesToken,
    IReadOnlyList<string> Codes, bool BodyIsOptional = false);

/// <summary>An object.</summary>
internal sealed record ApiShape(string Name, string Description, IReadOnlyList<ApiField> Fields);

/// <summary>A field of an object, or a parameter of a query.</summary>
/// <param name="Name">In lower camel case.</param>
/// <param name="Description">For people; may be empty.</param>
/// <param name="Type">What it holds.</param>
/// <param name="IsRequired">True when it is always there.</param>
internal sealed record ApiField(string Name, string Description, ApiType Type, bool IsRequired)
{
    /// <summary>True for the client's own number of a request.</summary>
    public bool IsOwnNumber => Name == "requestId";
}

/// <summary>A closed list of words.</summary>
internal sealed record ApiChoice(string Name, string Description, IReadOnlyList<string> Words);

/// <summary>What a field holds.</summary>
/// <param name="Kind">The sort of thing.</param>
/// <param name="Name">With <see cref="ApiKind.Named"/>: the shape or choice.</param>
/// <param name="Items">With <see cref="ApiKind.List"/>: what is in it.</param>
internal sealed record ApiType(ApiKind Kind, string Name = "", ApiType? Items = null)
{
    /// <summary>The shape or choice that it holds, alone or in a list; null when it holds none.</summary>
    public string? Named => Kind switch
    {
        ApiKind.Named => Name,
        ApiKind.List => Items!.Named,
        _ => null,
    };
}

/// <summary>The sorts of things that fields hold.</summary>
internal enum ApiKind
{
    /// <summary>Text.</summary>
    Text,

    /// <summary>The number of a thing: a decimal string, 63 bits.</summary>
    Number,

    /// <summary>A time, RFC 3339 UTC.</summary>
    Moment,

    /// <summary>An integer of 32 bits.</summary>
    Int,

    /// <summary>An integer of 64 bits, such as an amount.</summary>
    Long,

    /// <summary>A part of one, such as a probability: above 0, at most 1.</summary>
    Part,

    /// <summary>true or false.</summary>
    Flag,

    /// <summary>A shape or choice of the document.</summary>
    Named,

    /// <summary>A list.</summary>
    List,
}
