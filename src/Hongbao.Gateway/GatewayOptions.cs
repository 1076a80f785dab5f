using System.ComponentModel.DataAnnotations;

namespace Hongbao.Gateway;

/// <summary>The HTTP entry. Section <c>Gateway</c>.</summary>
public sealed class GatewayOptions
{
    /// <summary>Keys that tokens may be signed with; at least one.</summary>
    public List<TokenKeyOptions> Keys { get; set; } = [];

    /// <summary>What a token's <c>aud</c> must hold. Default <c>hongbao</c>.</summary>
    [Required(ErrorMessage = "Gateway:Audience must not be empty.")]
    public string Audience { get; set; } = "hongbao";

    /// <summary>What a token's <c>iss</c> must be; empty means that it is not looked at.</summary>
    public string Issuer { get; set; } = "";

    /// <summary>Folder of the built H5 page; a relative one is below the content root. Default <c>web/dist</c>.</summary>
    [Required(ErrorMessage = "Gateway:WebRoot must not be empty.")]
    public string WebRoot { get; set; } = "web/dist";

    /// <summary>Verified tokens kept in memory, 2 to 1,000,000. Default 50,000 (about 200 bytes each).</summary>
    [Range(2, 1_000_000, ErrorMessage = "Gateway:TokensCached must be between 2 and 1000000.")]
    public int TokensCached { get; set; } = 50_000;

    /// <summary>Connections that are open at the same time, 1 to 1,000,000; further ones are closed at once. Default 20,000. A limit that the host sets itself goes first.</summary>
    [Range(1, 1_000_000, ErrorMessage = "Gateway:MaxConcurrentConnections must be between 1 and 1000000.")]
    public int MaxConcurrentConnections { get; set; } = 20_000;

    /// <summary>How long a call to a module may take before the caller is told to come again, milliseconds, 100 to 60,000. Default 5 s.</summary>
    [Range(100, 60_000, ErrorMessage = "Gateway:CallTimeoutMs must be between 100 and 60000.")]
    public int CallTimeoutMs { get; set; } = 5000;
}

/// <summary>A key that tokens may be signed with.</summary>
public sealed class TokenKeyOptions
{
    /// <summary>The <c>kid</c> that a token names it by, 1 to 64 characters, unique.</summary>
    public string Kid { get; set; } = "";

    /// <summary><c>HS256</c> or <c>ES256</c>; a token signed with this key must say the same.</summary>
    public string Algorithm { get; set; } = "";

    /// <summary>HS256: at least 32 random bytes in Base64.</summary>
    public string Key { get; set; } = "";

    /// <summary>ES256: a P-256 key in PEM; the public part is enough.</summary>
    public string Pem { get; set; } = "";
}
