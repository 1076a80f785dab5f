using Hongbao.Foundation.Chance;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Hongbao.Foundation.Messaging;

/// <summary>Messages between modules. Section <c>Messaging</c>.</summary>
public sealed class MessagingOptions
{
    /// <summary>Name of the section.</summary>
    public const string Section = "Messaging";

    /// <summary>How messages misbehave, for trying the whole out in one process. Default: not at all.</summary>
    public MessageFaultOptions Faults { get; set; } = new();

    internal IEnumerable<string> CrossFaults()
    {
        if (Faults.DelayMsMax is < 0 or > 60_000)
        {
            yield return $"{Section}:Faults:DelayMsMax must be between 0 and 60000.";
        }

        if (Faults.RepeatPermille is < 0 or > 1000)
        {
            yield return $"{Section}:Faults:RepeatPermille must be between 0 and 1000.";
        }
    }
}

/// <summary>How messages misbehave.</summary>
public sealed class MessageFaultOptions
{
    /// <summary>Each message is held up once for a random time up to this, milliseconds; later ones overtake it. Default 0.</summary>
    public int DelayMsMax { get; set; }

    /// <summary>So many of 1,000 messages come again although everybody has them. Default 0.</summary>
    public int RepeatPermille { get; set; }

    /// <summary>True when any of it is wanted.</summary>
    public bool AreOn => DelayMsMax > 0 || RepeatPermille > 0;
}

/// <summary>Adds the bus to a host.</summary>
public static class MessagingServices
{
    /// <summary>Registers <see cref="MessageBus"/> by the section <c>Messaging</c>, checked at the host's start.</summary>
    public static IServiceCollection AddMessaging(this IServiceCollection services)
    {
        services.AddOptions<MessagingOptions>().BindConfiguration(MessagingOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<MessagingOptions>, MessagingOptionsValidation>();
        services.AddSingleton(static provider =>
        {
            var faults = provider.GetRequiredService<IOptions<MessagingOptions>>().Value.Faults;
            return new MessageBus { Faults = faults.AreOn ? new MessageFaults(faults, provider.GetRequiredService<IRandomSource>()) : null };
        });
        return services;
    }
}

/// <summary>What single settings cannot say about themselves.</summary>
internal sealed class MessagingOptionsValidation : IValidateOptions<MessagingOptions>
{
    public ValidateOptionsResult Validate(string? name, MessagingOptions options)
    {
        var faults = options.CrossFaults().ToList();
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}
