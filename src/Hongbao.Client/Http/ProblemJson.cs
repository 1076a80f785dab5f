namespace Hongbao.Client.Http;

/// <summary>What an error's body can hold. Whatever is missing is missing: a proxy may have answered.</summary>
internal sealed record ProblemJson
{
    public string? Code { get; init; }

    public string? Detail { get; init; }

    public string? TraceId { get; init; }

    public Dictionary<string, List<string>>? Errors { get; init; }

    public int? RetryAfterMs { get; init; }

    public int? MaxPolls { get; init; }
}
