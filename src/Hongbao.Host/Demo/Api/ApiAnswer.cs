using System.Text.Json;
using System.Text.Json.Serialization;

namespace Hongbao.Host.Demo.Api;

/// <summary>An answer of the server.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Body">What came with it.</param>
internal sealed record ApiAnswer(int Status, byte[] Body)
{
    private const int BusyRetryMs = 300;
    private const int BusyMaxPolls = 10;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        NumberHandling = JsonNumberHandling.AllowReadingFromString,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseUpper, allowIntegerValues: false) },
    };

    private sealed record Problem
    {
        public string? Code { get; init; }

        public string? Detail { get; init; }

        public int? RetryAfterMs { get; init; }

        public int? MaxPolls { get; init; }
    }

    private readonly Lazy<Problem> _problem = new(() =>
    {
        try
        {
            return JsonSerializer.Deserialize<Problem>(Body, Json) ?? new Problem();
        }
        catch (JsonException)
        {
            return new Problem();
        }
    });

    /// <summary>When a server that refuses for now wants to be asked again, by its header; zero when it does not say.</summary>
    public TimeSpan ComeAgainAfter { get; init; }

    public bool IsOk => Status is >= 200 and < 300;

    /// <summary>The problem's code; empty for a success or an answer that is no problem document.</summary>
    public string Code => IsOk ? "" : _problem.Value.Code ?? "";

    /// <summary>How long to wait before asking a busy packet again.</summary>
    public TimeSpan RetryAfter => TimeSpan.FromMilliseconds(Math.Clamp(_problem.Value.RetryAfterMs ?? BusyRetryMs, 1, 5000));

    /// <summary>How often a busy packet may be asked again.</summary>
    public int MaxPolls => _problem.Value.MaxPolls ?? BusyMaxPolls;

    /// <summary>For messages.</summary>
    public string Summary => IsOk ? $"{Status}" : $"{Status} {Code} {_problem.Value.Detail}".TrimEnd();

    /// <summary>The body as an object of the contract.</summary>
    /// <exception cref="DemoStoppedException">It is none.</exception>
    public T Read<T>()
    {
        try
        {
            return JsonSerializer.Deserialize<T>(Body, Json) ?? throw new JsonException("it is empty");
        }
        catch (JsonException e)
        {
            throw new DemoStoppedException($"The server does not answer like a hongbao server ({typeof(T).Name}: {e.Message}).");
        }
    }
}
