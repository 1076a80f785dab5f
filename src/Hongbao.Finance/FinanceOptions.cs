using Hongbao.Finance.Callbacks;
using Microsoft.Extensions.Options;

namespace Hongbao.Finance;

/// <summary>The reference finance. Section <c>Finance</c>.</summary>
public sealed class FinanceOptions
{
    /// <summary>Name of the section that the host binds.</summary>
    public const string Section = "Finance";

    /// <summary>
    /// Absolute http or https address that takes callbacks, such as <c>http://127.0.0.1:8080/callbacks/finance</c>. Empty
    /// (default): the address that the host gives to <see cref="CallbackTarget"/>.
    /// </summary>
    public string CallbackUrl { get; set; } = "";

    /// <summary>Key that signs callbacks, base64 of at least 32 bytes; shared with the receiver. The embedded profile generates one.</summary>
    public string CallbackKey { get; set; } = "";
}

/// <summary>Refuses settings that could not work, with what to do about them.</summary>
internal sealed class FinanceOptionsValidation : IValidateOptions<FinanceOptions>
{
    private const int KeyBytesMin = 32;

    public ValidateOptionsResult Validate(string? name, FinanceOptions options)
    {
        var failures = new List<string>();
        if (options.CallbackUrl.Length > 0 && !(Uri.TryCreate(options.CallbackUrl, UriKind.Absolute, out var url) && CallbackTarget.IsAcceptable(url)))
        {
            failures.Add("Finance:CallbackUrl must be an absolute http or https address, or empty.");
        }

        var key = new byte[options.CallbackKey.Length];
        if (!Convert.TryFromBase64String(options.CallbackKey, key, out var length) || length < KeyBytesMin)
        {
            failures.Add($"Finance:CallbackKey must be base64 of at least {KeyBytesMin} bytes (openssl rand -base64 32).");
        }

        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }
}
