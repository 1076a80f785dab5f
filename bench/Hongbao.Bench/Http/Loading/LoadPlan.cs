namespace Hongbao.Bench.Http.Loading;

/// <summary>What the load process is to do; one line of JSON on its standard input.</summary>
internal sealed record LoadPlan
{
    public required string Url { get; init; }

    /// <summary>What <see cref="PacketNos"/> are numbers of: <c>packets</c>, or <c>campaigns</c>.</summary>
    public string Collection { get; init; } = "packets";

    /// <summary>Last part of the address below a packet or campaign: <c>claims</c>, <c>rounds/1/draws</c>, or an endpoint that does nothing.</summary>
    public required string Endpoint { get; init; }

    /// <summary>H1, H2 or H3: how packets are chosen.</summary>
    public required string Load { get; init; }

    public required long[] PacketNos { get; init; }

    /// <summary>Who asks; no user asks twice for a packet where <see cref="IsOnceEach"/>.</summary>
    public required int Users { get; init; }

    /// <summary>Users before this one do not ask.</summary>
    public int FirstUser { get; init; }

    /// <summary>The server's key, Base64.</summary>
    public required string TokenKey { get; init; }

    public required int Connections { get; init; }

    public double WarmUpSeconds { get; init; }

    public double Seconds { get; init; }

    /// <summary>Claims a second that are planned for, whatever becomes of those before; 0: every connection asks again as soon as it is answered.</summary>
    public double Rate { get; init; }

    /// <summary>Ends after so many requests; 0: by time.</summary>
    public long Requests { get; init; }

    /// <summary>Whether a (user, packet) is asked for once at most. Refusals may be repeated.</summary>
    public bool IsOnceEach { get; init; } = true;
}

/// <summary>What came of a plan; one line of JSON on standard output. Counts are those of the measured time, durations milliseconds.</summary>
internal sealed record LoadResult
{
    public required double Seconds { get; init; }
    public required long Taken { get; init; }
    public required long Refused { get; init; }
    public required long Busy { get; init; }

    /// <summary>Of the taken, those that said an amount: all claims, and the draws that won.</summary>
    public required long Won { get; init; }
    public required double P50 { get; init; }
    public required double P99 { get; init; }
    public required double P999 { get; init; }

    /// <summary>All shares given or draws answered, warm-up and end included, and what was won with them.</summary>
    public required long TakenInAll { get; init; }
    public required WinTotals WonInAll { get; init; }

    /// <summary>All that was told to ask again; what became of it nobody here knows.</summary>
    public required long BusyInAll { get; init; }

    /// <summary>CPU time of the load process itself while measuring, seconds.</summary>
    public required double LoadCpuSeconds { get; init; }

    /// <summary>The first answer that no claim should get, if any.</summary>
    public string? Error { get; init; }
}
