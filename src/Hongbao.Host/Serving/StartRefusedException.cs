using System.Text.RegularExpressions;
using Hongbao.Foundation.Stores;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;

namespace Hongbao.Host.Serving;

/// <summary>The platform does not start; the message is for people and says what to do.</summary>
internal sealed partial class StartRefusedException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>All faults of the settings in one message.</summary>
    public static StartRefusedException ForSettings(IReadOnlyCollection<string> faults) => new(
        "These settings cannot work:\n" + string.Join('\n', faults.Select(f => "  - " + f))
        + "\nSettings come from --settings FILE, from the environment (HONGBAO_Section__Name) and from options; see hongbao serve --help.");

    /// <summary>What checks of settings found; null when it is something else that failed.</summary>
    public static IReadOnlyCollection<string>? FailuresOf(Exception exception) => exception switch
    {
        OptionsValidationException invalid => [.. invalid.Failures.Select(Plain)],
        AggregateException { InnerExceptions: var inner } when inner.All(static e => e is OptionsValidationException) =>
            [.. inner.Cast<OptionsValidationException>().SelectMany(static e => e.Failures).Select(Plain)],
        _ => null,
    };

    // Without the words that the framework puts around ours, which name the setting.
    private static string Plain(string failure) => AroundMessage().Match(failure) is { Success: true } around ? around.Groups[1].Value : failure;

    [GeneratedRegex("^DataAnnotation validation failed for '[^']*' members: '[^']*' with the error: '(.*)'\\.$")]
    private static partial Regex AroundMessage();

    /// <summary>What a failed start means; null for a fault of our own, which shows itself in full.</summary>
    public static StartRefusedException? For(Exception exception) => exception switch
    {
        StartRefusedException refused => refused,
        _ when FailuresOf(exception) is { } failures => ForSettings(failures),
        StoreException { Fault: StoreFault.Unavailable or StoreFault.SchemaTooNew or StoreFault.Transient } store => new(store.Message, store),
        IOException { InnerException: AddressInUseException } taken => new(
            $"{taken.Message} Stop the program that listens there, or choose another address with --urls http://127.0.0.1:8081", taken),
        IOException { InnerException: System.Net.Sockets.SocketException } address => new($"{address.Message} Choose another address with --urls.", address),
        System.Net.Sockets.SocketException socket => new($"Cannot listen: {socket.Message}. Choose another address with --urls.", socket),
        IOException io => new(io.Message, io),
        UnauthorizedAccessException denied => new(denied.Message, denied),
        _ => null,
    };
}
