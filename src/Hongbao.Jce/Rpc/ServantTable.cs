using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Hongbao.Jce.Rpc;

/// <summary>Servants and their functions, found by the bytes of their names. It does not change once the server runs.</summary>
internal sealed class ServantTable
{
    private readonly Dictionary<byte[], Entry> _servants = new(BytesComparer.Instance);

    public void Add(string name, RpcServant servant)
    {
        var functions = new Dictionary<byte[], int>(BytesComparer.Instance);
        for (var i = 0; i < servant.Functions.Count; i++)
        {
            functions.Add(Encoding.UTF8.GetBytes(servant.Functions[i].Name), i);
        }

        _servants.Add(Encoding.UTF8.GetBytes(name), new Entry(Encoding.UTF8.GetBytes(name), servant, functions));
    }

    public Entry? Find(ReadOnlySpan<byte> name) =>
        _servants.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(name, out var entry) ? entry : null;

    /// <summary>One servant.</summary>
    internal sealed class Entry(byte[] name, RpcServant servant, Dictionary<byte[], int> functions)
    {
        public ReadOnlySpan<byte> Name => name;

        public RpcServant Servant => servant;

        /// <summary>Index of a function; -1 when there is none of that name.</summary>
        public int Find(ReadOnlySpan<byte> name) =>
            functions.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(name, out var index) ? index : -1;
    }

    // Only we choose the keys, so nobody can make them collide.
    private sealed class BytesComparer : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
    {
        public static BytesComparer Instance { get; } = new();

        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode([DisallowNull] byte[] obj) => GetHashCode(obj.AsSpan());

        public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

        public int GetHashCode(ReadOnlySpan<byte> alternate)
        {
            var hash = alternate.Length;
            foreach (var each in alternate)
            {
                hash = unchecked((hash * 31) + each);
            }

            return hash;
        }

        public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();
    }
}
