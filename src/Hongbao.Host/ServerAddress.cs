using System.CommandLine.Parsing;

namespace Hongbao.Host;

/// <summary>The address of a running server as it is given on the command line.</summary>
internal static class ServerAddress
{
    /// <summary>Refuses what is no address.</summary>
    public static void Check(OptionResult result)
    {
        if (result.Tokens is [var token] && TryParse(token.Value) is null)
        {
            result.AddError("--url must be an absolute http or https address, such as http://127.0.0.1:8080.");
        }
    }

    /// <summary>The address with a slash at its end, so that paths can be added; null when it is not acceptable.</summary>
    public static Uri? TryParse(string text) =>
        Uri.TryCreate(text.EndsWith('/') ? text : text + "/", UriKind.Absolute, out var url) && url.Scheme is "http" or "https" && url.Query.Length == 0 && url.Fragment.Length == 0
            ? url
            : null;
}
