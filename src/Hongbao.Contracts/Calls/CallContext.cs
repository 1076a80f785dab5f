namespace Hongbao.Contracts;

/// <summary>Travels with every call between modules and is kept in every outbox row.</summary>
public sealed record CallContext
{
    /// <summary>The host application (tenant); <c>default</c> when there is one.</summary>
    public string App { get; set; } = DefaultApp;

    /// <summary>The user on whose behalf the call is made; 0 when the platform itself acts.</summary>
    public long Uid { get; set; }

    /// <summary>When the caller stops waiting, in Unix milliseconds; 0 means no deadline.</summary>
    public long DeadlineMs { get; set; }

    /// <summary>Identifies the request across processes, in W3C trace id form; empty outside a request.</summary>
    public string TraceId { get; set; } = "";

    /// <summary>Marks stress-test traffic, which never meets real money.</summary>
    public bool Shadow { get; set; }

    /// <summary>Language of texts for users, a BCP 47 tag such as <c>zh-CN</c>; empty means the default.</summary>
    public string Locale { get; set; } = "";

    /// <summary>The app of installations that serve only one.</summary>
    public const string DefaultApp = "default";

    /// <summary>A context for work that the platform does by itself.</summary>
    public static CallContext ForSystem(string app) => new() { App = app };
}
