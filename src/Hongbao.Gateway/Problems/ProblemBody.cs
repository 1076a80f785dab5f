using Hongbao.Gateway.Json;

namespace Hongbao.Gateway.Problems;

/// <summary>An error as RFC 9457 writes it.</summary>
internal sealed record ProblemBody
{
    /// <summary>A URN of the code.</summary>
    public required string Type { get; init; }

    /// <summary>The HTTP status.</summary>
    public required int Status { get; init; }

    /// <summary>The same for every occurrence of the code.</summary>
    public required string Title { get; init; }

    /// <summary>What happened, for people.</summary>
    public required string Detail { get; init; }

    /// <summary>What happened, for programs.</summary>
    public required string Code { get; init; }

    /// <summary>Finds the request in the service's traces and logs.</summary>
    public required string TraceId { get; init; }

    /// <summary>With VALIDATION_FAILED: each field at fault and what is accepted.</summary>
    public Dictionary<string, List<string>>? Errors { get; init; }

    /// <summary>With CLAIM_BUSY: how long to wait before asking again, milliseconds. With PACKET_NOT_ACTIVE of a packet that opens later: until then, an hour at most.</summary>
    public int? RetryAfterMs { get; init; }

    /// <summary>With CLAIM_BUSY: how often to ask again at most.</summary>
    public int? MaxPolls { get; init; }

    /// <summary>After a wrong password: how often another may be said. 0 with LIMIT_EXCEEDED: none is taken from this user any more.</summary>
    public int? TriesLeft { get; init; }
}

/// <summary>Metadata of endpoints that people see in a browser: their problems are pages.</summary>
internal interface IProblemPage
{
    /// <summary>True when this request wants a page.</summary>
    bool IsWanted(HttpContext http);

    Task WriteAsync(HttpContext http, ProblemKind kind);
}
