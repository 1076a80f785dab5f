using Hongbao.Contracts;

namespace Hongbao.Gateway.OpenApi;

/// <summary>Metadata: the endings, other than success, that an endpoint can have beside those that all have.</summary>
internal sealed record ProblemCodes(IReadOnlyList<ResultCode> Codes);

/// <summary>Metadata: the shape of the request's body, and whether there must be one.</summary>
internal sealed record BodyShape(Type Type, bool IsRequired = true);

/// <summary>Metadata: the parameters in the query.</summary>
internal sealed record QueryParameters(IReadOnlyList<string> Names);

/// <summary>Metadata: body and answer are bytes of this content type, and no other body is taken.</summary>
internal sealed record BinaryShape(string ContentType);
