using Hongbao.Foundation.Outside;
using Microsoft.Extensions.Options;

namespace Hongbao.Foundation.Alerts;

/// <summary>Where alerts are sent. Section <c>Alerts</c>; without a webhook they are only logged and stored.</summary>
public sealed class AlertOptions
{
    /// <summary>Name of the section.</summary>
    public const string Section = "Alerts";

    /// <summary>Address of a Feishu or Lark custom bot; empty for none. It is a secret.</summary>
    public string FeishuUrl { get; set; } = "";

    /// <summary>The bot's signing secret; empty when signing is off at the bot.</summary>
    public string FeishuSecret { get; set; } = "";

    /// <summary>Address of a generic webhook; empty for none.</summary>
    public string WebhookUrl { get; set; } = "";

    /// <summary>Key of the generic webhook's signature in base64, at least 32 bytes.</summary>
    public string WebhookKey { get; set; } = "";

    /// <summary>For how long after sending a repeat only counts, in minutes, 0 to 10,080. Default 10.</summary>
    public int QuietMinutes { get; set; } = 10;

    internal bool HasWebhook() => FeishuUrl.Length > 0 || WebhookUrl.Length > 0;
}

/// <summary>Finds every fault of the section <c>Alerts</c> at once and names the settings.</summary>
public sealed class AlertOptionsValidation : IValidateOptions<AlertOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, AlertOptions options)
    {
        var faults = new List<string>();
        if (options.FeishuUrl.Length > 0)
        {
            OutboundSettings.CheckUrl("Alerts:FeishuUrl", options.FeishuUrl, faults);
        }
        else if (options.FeishuSecret.Length > 0)
        {
            faults.Add("Alerts:FeishuSecret is set without Alerts:FeishuUrl.");
        }

        if (options.WebhookUrl.Length > 0)
        {
            OutboundSettings.CheckUrl("Alerts:WebhookUrl", options.WebhookUrl, faults);
            OutboundSettings.CheckKey("Alerts:WebhookKey", options.WebhookKey, faults);
        }
        else if (options.WebhookKey.Length > 0)
        {
            faults.Add("Alerts:WebhookKey is set without Alerts:WebhookUrl.");
        }

        if (options.QuietMinutes is < 0 or > 10_080)
        {
            faults.Add($"Alerts:QuietMinutes must be between 0 and 10080, not {options.QuietMinutes}.");
        }

        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}
