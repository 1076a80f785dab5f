using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Hongbao.Foundation.Subsidies;

/// <summary>What Campaign and Core have to have in common about subsidies. Section <c>Subsidies</c>, the same in every process.</summary>
public sealed class SubsidyOptions
{
    /// <summary>Name of the section.</summary>
    public const string Section = "Subsidies";

    /// <summary>
    /// Keys of subsidies' tokens. The first one makes new tokens, all of them open them. To change keys: add the new one at the end everywhere, then put it first, and take the old one away when its
    /// last token has expired.
    /// </summary>
    public List<SubsidyKeyOptions> TokenKeys { get; set; } = [];

    internal IEnumerable<string> Faults()
    {
        if (TokenKeys.Count == 0)
        {
            yield return $"{Section}:TokenKeys must name at least one key.";
        }

        for (var i = 0; i < TokenKeys.Count; i++)
        {
            var (id, key) = (TokenKeys[i].Id, TokenKeys[i].Key);
            if (!SubsidyTokens.IsKeyId(id) || TokenKeys.FindIndex(k => k.Id == id) != i)
            {
                yield return $"{Section}:TokenKeys:{i}:Id must be 1 to {SubsidyTokens.KeyIdMax} letters, digits, - or _, and no other key's.";
            }

            if (!TryReadKey(key, out _))
            {
                yield return $"{Section}:TokenKeys:{i}:Key must be base64 of {SubsidyTokens.KeyBytes} bytes (openssl rand -base64 {SubsidyTokens.KeyBytes}).";
            }
        }
    }

    internal static bool TryReadKey(string text, out byte[] key)
    {
        key = new byte[SubsidyTokens.KeyBytes];
        return Convert.TryFromBase64String(text, key, out var length) && length == key.Length;
    }
}

/// <summary>One key of subsidies' tokens.</summary>
public sealed class SubsidyKeyOptions
{
    /// <summary>Its name, which stands in the tokens: 1 to 16 letters, digits, <c>-</c> or <c>_</c>.</summary>
    public string Id { get; set; } = "";

    /// <summary>Base64 of 32 bytes. Who has it can make tokens that look genuine; they are used up to their funding, which asks the campaign's record.</summary>
    public string Key { get; set; } = "";
}

/// <summary>Adds what is about subsidies to a host.</summary>
public static class SubsidyServices
{
    /// <summary>Registers <see cref="SubsidyTokens"/> by the section <c>Subsidies</c>, checked at the host's start.</summary>
    public static IServiceCollection AddSubsidies(this IServiceCollection services)
    {
        services.AddOptions<SubsidyOptions>().BindConfiguration(SubsidyOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<SubsidyOptions>, SubsidyOptionsValidation>();
        services.AddSingleton(static provider => new SubsidyTokens(provider.GetRequiredService<IOptions<SubsidyOptions>>().Value));
        return services;
    }
}

/// <summary>What single settings cannot say about themselves.</summary>
internal sealed class SubsidyOptionsValidation : IValidateOptions<SubsidyOptions>
{
    public ValidateOptionsResult Validate(string? name, SubsidyOptions options)
    {
        var faults = options.Faults().ToList();
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}
