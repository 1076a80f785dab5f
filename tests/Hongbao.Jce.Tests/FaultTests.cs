using Hongbao.Jce.Tests.Vectors;

namespace Hongbao.Jce.Tests;

/// <summary>A fault tells what, where and in which field.</summary>
public sealed class FaultTests
{
    private const string Idl = """
        module M
        {
            struct Claim { 0 require long uid; 1 optional string name; };
            struct Packet { 0 require int id; 2 optional vector<Claim> claims; 3 optional map<string, Claim> byName; 4 optional vector<vector<int>> grid; };
            struct Batch { 1 optional vector<Packet> packets; 20 require unsigned byte level; };
        };
        """;

    private static readonly ICodec s_codec = InlineContract.Codec(Idl, "M.Batch");

    [Theory]
    // packets[0].id comes as text
    [InlineData("19 0001 0A 0600 0B F01405", JceFaultKind.WrongType, 5, 0, "packets[0].id")]
    // packets[1].claims[0] without its uid
    [InlineData("19 0002 0A 0C 0B 0A 0C 29 0001 0A 0B 0B F01405", JceFaultKind.Missing, 13, 0, "packets[1].claims[0].uid")]
    // packets[0].byName[0].name is not UTF-8
    [InlineData("19 0001 0A 0C 38 0001 060161 1A 0C 1601FF 0B 0B F01405", JceFaultKind.BadText, 16, 1, "packets[0].byName[0].name")]
    // a key twice
    [InlineData("19 0001 0A 0C 38 0002 060161 1A 0C 0B 060161 1A 0C 0B 0B F01405", JceFaultKind.DuplicateKey, 20, 0, "packets[0].byName[1]")]
    // a list in a list
    [InlineData("19 0001 0A 0C 49 0002 090C 09 0001 04 0B F01405", JceFaultKind.WrongType, 14, 0, "packets[0].grid[1][0]")]
    // level is missing, and out of range
    [InlineData("", JceFaultKind.Missing, 0, 20, "level")]
    [InlineData("F1140100", JceFaultKind.OutOfRange, 4, 20, "level")]
    // an unknown field is cut off: nobody has a name for it
    [InlineData("5600 66", JceFaultKind.Truncated, 3, 6, "")]
    public void A_fault_names_its_kind_offset_tag_and_path(string hex, JceFaultKind kind, int offset, int tag, string path)
    {
        var fault = s_codec.Read(Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal)), out _);
        Assert.Equal(new JceFault(kind, offset, tag, path), fault);
    }

    [Fact]
    public void The_exception_says_it_in_words()
    {
        var fault = s_codec.Read([0x19, 0x00, 0x01, 0x0A, 0x06, 0x00, 0x0B], out _);
        Assert.Equal("a type that does not fit the field at byte 5, field packets[0].id (tag 0)", new JceFormatException(fault).Message);
        Assert.Equal("no fault at byte 0", JceFault.None.ToString());
    }

    [Fact]
    public void The_first_fault_stays()
    {
        var reader = new JceReader([0x06]);
        var tag = -1;
        Assert.True(reader.Next(ref tag));
        Assert.Equal("", reader.ReadString());
        Assert.Equal(JceFaultKind.Truncated, reader.Fault.Kind);
        reader.Fail(JceFaultKind.OutOfRange);
        Assert.False(reader.Next(ref tag));
        Assert.Equal(0, reader.ReadInt64());
        Assert.Empty(reader.ReadBytes());
        Assert.Equal(JceFaultKind.Truncated, reader.Fault.Kind);
    }
}
