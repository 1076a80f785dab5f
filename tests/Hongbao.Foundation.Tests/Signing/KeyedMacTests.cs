using System.Security.Cryptography;
using Hongbao.Foundation.Signing;

namespace Hongbao.Foundation.Tests.Signing;

public sealed class KeyedMacTests
{
    [Fact]
    public void A_mac_is_the_librarys_however_keys_take_turns()
    {
        var chance = new Random(7);
        var keys = Enumerable.Range(0, 3).Select(_ => new byte[32]).ToArray();
        Array.ForEach(keys, chance.NextBytes);
        var message = new byte[16];
        var mac = new byte[32];

        for (var i = 0; i < 2000; i++)
        {
            chance.NextBytes(message);
            var key = keys[chance.Next(keys.Length)];
            KeyedMac.Compute(key, message, mac);
            Assert.Equal(HMACSHA256.HashData(key, message), mac);
        }
    }
}
