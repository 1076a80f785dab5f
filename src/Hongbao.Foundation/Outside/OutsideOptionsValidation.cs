using Microsoft.Extensions.Options;

namespace Hongbao.Foundation.Outside;

/// <summary>Finds every fault of the section <c>Outside</c> at once and names the settings.</summary>
public sealed class OutsideOptionsValidation : IValidateOptions<OutsideOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, OutsideOptions options)
    {
        var faults = new List<string>();
        Check("Relations", options.Relations, faults, "file", "http");
        Check("Profiles", options.Profiles, faults, "file", "http");
        Check("Moderation", options.Moderation, faults, "file", "http");
        Check("Risk", options.Risk, faults, "file", "http", RiskRules.Allow);
        Check("Conditions", options.Conditions, faults, "file", "http", ShareRules.Allow);
        if (options.Moderation.OnFailure is not ("closed" or "open"))
        {
            faults.Add($"Outside:Moderation:OnFailure must be 'closed' or 'open', not '{options.Moderation.OnFailure}'.");
        }

        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    private static void Check(string port, OutsidePortOptions options, List<string> faults, params string[] kinds)
    {
        var prefix = $"{OutsideOptions.Section}:{port}";
        if (!kinds.Contains(options.Kind))
        {
            faults.Add($"{prefix}:Kind must be {string.Join(", ", kinds[..^1].Select(k => $"'{k}'"))} or '{kinds[^1]}', not '{options.Kind}'.");
        }

        switch (options.Kind)
        {
            case "file":
                if (options.File.Length > 0 && !File.Exists(options.File))
                {
                    faults.Add($"{prefix}:File names a file that does not exist: '{options.File}'. Leave it empty for the built-in demo data.");
                }

                break;
            case "http":
                OutboundSettings.CheckUrl($"{prefix}:Url", options.Url, faults);
                OutboundSettings.CheckKey($"{prefix}:Key", options.Key, faults);
                break;
        }

        CheckRange($"{prefix}:TimeoutMs", options.TimeoutMs, 10, 10_000, faults);
        CheckRange($"{prefix}:CacheEntries", options.CacheEntries, 0, 1_000_000, faults);
        CheckRange($"{prefix}:CacheSeconds", options.CacheSeconds, 0, 86_400, faults);
    }

    private static void CheckRange(string setting, int value, int from, int to, List<string> faults)
    {
        if (value < from || value > to)
        {
            faults.Add($"{setting} must be between {from} and {to}, not {value}.");
        }
    }
}
