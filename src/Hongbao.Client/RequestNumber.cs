using System.Security.Cryptography;

namespace Hongbao.Client;

/// <summary>The client's own numbers of requests that must not be carried out twice.</summary>
public static class RequestNumber
{
    /// <summary>A fresh number, 128 random bits: keep it with what you are about to send, and send that again only under it.</summary>
    public static string New() => RandomNumberGenerator.GetHexString(32, lowercase: true);
}
