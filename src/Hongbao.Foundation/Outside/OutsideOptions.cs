namespace Hongbao.Foundation.Outside;

/// <summary>Where the host app's answers come from. Section <c>Outside</c>; see docs/outside.md.</summary>
public sealed class OutsideOptions
{
    /// <summary>Name of the section.</summary>
    public const string Section = "Outside";

    /// <summary>The follow graph. Defaults: 300 ms, 100,000 answers for 10 s.</summary>
    public OutsidePortOptions Relations { get; set; } = new() { TimeoutMs = 300, CacheEntries = 100_000, CacheSeconds = 10 };

    /// <summary>Names and pictures. Defaults: 200 ms, 100,000 answers for 60 s.</summary>
    public OutsidePortOptions Profiles { get; set; } = new() { TimeoutMs = 200, CacheEntries = 100_000, CacheSeconds = 60 };

    /// <summary>The text check. Defaults: 500 ms, 10,000 verdicts for 300 s, closed on failure.</summary>
    public ModerationPortOptions Moderation { get; set; } = new() { TimeoutMs = 500, CacheEntries = 10_000, CacheSeconds = 300 };

    /// <summary>Risk control. Defaults: 500 ms, no verdict kept.</summary>
    public OutsidePortOptions Risk { get; set; } = new() { TimeoutMs = 500 };

    /// <summary>What users shared. Defaults: 300 ms, 100,000 answers for 10 s.</summary>
    public OutsidePortOptions Conditions { get; set; } = new() { TimeoutMs = 300, CacheEntries = 100_000, CacheSeconds = 10 };
}

/// <summary>Settings that every outside port has.</summary>
public class OutsidePortOptions
{
    /// <summary><c>file</c> (default) or <c>http</c>; for risk control and conditions also <c>allow</c>, which asks nobody and allows everything.</summary>
    public string Kind { get; set; } = "file";

    /// <summary>The JSON file when Kind is <c>file</c>; empty means the built-in demo data.</summary>
    public string File { get; set; } = "";

    /// <summary>Absolute http or https address when Kind is <c>http</c>. Nothing is ever added to it.</summary>
    public string Url { get; set; } = "";

    /// <summary>Shared key in base64, at least 32 bytes, when Kind is <c>http</c>.</summary>
    public string Key { get; set; } = "";

    /// <summary>How long an answer may take, in milliseconds, 10 to 10,000. Only for <c>http</c>.</summary>
    public int TimeoutMs { get; set; }

    /// <summary>How many answers are kept, 0 to 1,000,000; 0 keeps none. Only for <c>http</c>.</summary>
    public int CacheEntries { get; set; }

    /// <summary>How long an answer is kept, in seconds, 0 to 86,400; 0 keeps none. Only for <c>http</c>.</summary>
    public int CacheSeconds { get; set; }
}

/// <summary>Settings of the text check.</summary>
public sealed class ModerationPortOptions : OutsidePortOptions
{
    /// <summary>What happens without an answer: <c>closed</c> (default) refuses with Degraded, <c>open</c> lets the text pass.</summary>
    public string OnFailure { get; set; } = "closed";
}
