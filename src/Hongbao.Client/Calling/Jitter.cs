using System.Security.Cryptography;

namespace Hongbao.Client.Calling;

/// <summary>Chance for waits.</summary>
internal static class Jitter
{
    private const int Steps = 1 << 20;

    /// <summary>At least 0, less than 1.</summary>
    public static double Next() => RandomNumberGenerator.GetInt32(Steps) / (double)Steps;
}
