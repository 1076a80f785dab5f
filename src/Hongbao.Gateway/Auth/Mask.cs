namespace Hongbao.Gateway.Auth;

/// <summary>How users appear in logs: enough to tell two apart in one incident, too little to tell who they are.</summary>
internal static class Mask
{
    /// <summary>The first two digits, such as <c>10**</c>.</summary>
    public static string Uid(long uid)
    {
        var digits = uid.ToString(System.Globalization.CultureInfo.InvariantCulture);
        return digits.Length > 2 ? digits[..2] + "**" : "**";
    }
}
