using System.Text.Json;
using Hongbao.Contracts;
using Hongbao.Host.Idl;
using Hongbao.Host.Tests.Draws;
using Hongbao.Jce;
using Hongbao.Jce.Idl;
using Hongbao.Jce.Trees;

namespace Hongbao.Host.Tests.Idl;

public sealed class PrintTests : IDisposable
{
    private const string Contract = """
        module Shop
        {
            enum Color { RED, BLUE = 5 };
            struct Item { 0 require long id; 1 optional string name; };
            struct Order
            {
                0 require Item first;
                1 optional vector<Item> more;
                2 optional map<string, int> counts;
                3 optional vector<byte> raw;
                4 optional Color color;
                5 optional bool paid;
                6 optional double rate;
                7 optional unsigned byte level;
                20 optional map<Color, Item> byColor;
            };
        };
        """;

    private readonly JceRun _jce = new();
    private readonly string _shop;

    public PrintTests() => _shop = _jce.File("Shop.jce", Contract);

    public void Dispose() => _jce.Dispose();

    public static TheoryData<string, string, bool> Vectors()
    {
        using var document = JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "vectors", "tars.json")));
        var data = new TheoryData<string, string, bool>();
        foreach (var vector in document.RootElement.GetProperty("vectors").EnumerateArray())
        {
            if (vector.GetProperty("kind").GetString() is "roundtrip" or "decode" or "error")
            {
                data.Add(vector.GetProperty("name").GetString()!, vector.GetRawText(), vector.GetProperty("kind").GetString() != "error");
            }
        }

        return data;
    }

    [Fact]
    public void A_contract_is_printed_with_everything_resolved()
    {
        var run = _jce.Run("print", _shop);

        Assert.Equal((0, ""), (run.ExitCode, run.Errors));
        Assert.StartsWith("// Shop.jce\nmodule Shop\n{\n    enum Color\n    {\n        RED = 0,\n        BLUE = 5,\n    };\n", run.Output, StringComparison.Ordinal);
        Assert.Equal(1, _jce.Run("print", _jce.File("bad.jce", "module")).ExitCode);
    }

    [Fact]
    public void Bytes_are_printed_by_their_contract_with_names()
    {
        // first {7, "a\"\e"}, more [{0}], counts {"x": -1}, raw 3 bytes, color BLUE, paid, rate 0.5f, level 255, 9 and 10 unknown, byColor {5: {1}}
        var run = _jce.Run("print", _shop, "--struct", "Shop.Order", "--hex",
            "0a 0007 16 03 61 22 1b 0b 19 0001 0a 0c 0b 28 0001 06 01 78 10ff 3d00 0003 01ff00 40 05 50 01 64 3f000000 71 00ff 96 0131 aa 0c 0b f8 14 0001 0005 1a 00 01 0b");

        Assert.Equal("", run.Errors);
        Assert.Equal(0, run.ExitCode);
        Assert.Equal("""
            Shop::Order
                first: Shop::Item
                    id = 7
                    name = "a\"\u{1b}"
                more: vector<Shop::Item> of 1
                    [0]: Shop::Item
                        id = 0
                counts: map<string, int> of 1
                    ["x"] = -1
                raw = 3 bytes: 01ff00
                color = BLUE (5)
                paid = true
                rate = 0.5
                level = 255
                9: text "1" (not in the contract)
                10: struct (not in the contract)
                    0: zero
                byColor: map<Shop::Color, Shop::Item> of 1
                    [BLUE (5)]: Shop::Item
                        id = 1

            """.ReplaceLineEndings("\n"), run.Output);
    }

    [Fact]
    public void What_our_own_code_writes_is_printed_by_our_own_contract()
    {
        var message = new ClaimsAccepted
        {
            Packets = [new PacketClaims { App = "default", PacketNo = 1L << 60, Currency = "CNY", Kind = PacketKind.C2C, Claims = [new AcceptedClaim { ClaimNo = 7, Uid = 1001, Seq = 1, Amount = 399 }] }],
        };
        var folder = Path.Combine(DrawDocument.Root, "src/Hongbao.Contracts");

        var run = _jce.Run("print", Path.Combine(folder, "Messages.jce"), "--struct", "Hongbao.ClaimsAccepted", "--hex", "\\x" + Convert.ToHexStringLower(JceSerializer.ToBytes(message)));

        Assert.Equal((0, ""), (run.ExitCode, run.Errors));
        Assert.Contains("kind = PacketKind_C2C (1)\n", run.Output, StringComparison.Ordinal);
        Assert.Equal(["[0]: Hongbao::AcceptedClaim", "claimNo = 7", "uid = 1001", "seq = 1", "amount = 399"], run.Output.Split('\n')[^6..^1].Select(static l => l.Trim()));
    }

    [Fact]
    public void Bytes_that_are_not_the_struct_are_shown_and_every_fault_is_named()
    {
        // first {name}, more [{id "x"}], counts {"x": 1, "x": 2}, color 9, level 256, then tag 3 after it
        var run = _jce.Run("print", _shop, "--struct", "Shop::Order", "--hex", "0a 16 0161 0b 19 0001 0a 06 0178 0b 28 0002 060178 1001 060178 1002 4009 71 0100 3d00 0c");

        Assert.Equal(1, run.ExitCode);
        Assert.Equal("""
            Shop::Order
                first: Shop::Item
                    name = "a"
                more: vector<Shop::Item> of 1
                    [0]: Shop::Item
                        id: text "x" (not long)
                counts: map<string, int> of 2
                    ["x"] = 1
                    ["x"] = 2
                color = 9 (no enumerator of Shop::Color)
                level: int16 256 (not unsigned byte)
                3: bytes, 0 bytes (not read: it comes after tag 7)

            """.ReplaceLineEndings("\n"), run.Output);
        Assert.Equal("""
            error: a required field is missing at byte 0, field first.id (tag 0)
            error: a type that does not fit the field at byte 9, field more[0].id (tag 0): long expected, text "x" found
            error: a key that the map has already at byte 21, field counts[1] (tag 0)
            error: a value that the field cannot have at byte 28, field level (tag 7): unsigned byte expected, int16 256 found

            """.ReplaceLineEndings("\n"), run.Errors);
    }

    [Fact]
    public void A_fault_inside_is_named_by_the_contract_and_what_stands_before_it_is_shown()
    {
        var run = _jce.Run("print", _shop, "--struct", "Shop.Order", "--hex", "0a 0007 0b 19 0002 0a 0008 0b 0a 0009 16 05 61");

        Assert.Equal(1, run.ExitCode);
        Assert.EndsWith("    more: vector<Shop::Item> of 2\n        [0]: Shop::Item\n            id = 8\n        [1]: Shop::Item\n            id = 9\n", run.Output, StringComparison.Ordinal);
        Assert.Equal("error: the input ends too early at byte 16, field more[1].name (tag 1)\n", run.Errors);
    }

    [Fact]
    public void Without_a_contract_the_bare_tree_is_printed()
    {
        var run = _jce.Run("print", "--hex",
            "\\x 10 05 1c 21 012c 32 00010000 43 0000000100000000 54 3f000000 65 3fe0000000000000 76 02c3a4 86 02ff00 98 0002 0c 1001 0a 0b 16 00 a9 0001 090c ba 0c 0b cd00 0021"
            + string.Concat(Enumerable.Repeat("41", 0x21)) + "f0 ff 07 0b 0001");

        Assert.Equal("", run.Errors);
        Assert.Equal(0, run.ExitCode);
        Assert.Equal("""
            1: int8 5
            1: zero (not read: it comes after tag 1)
            2: int16 300
            3: int32 65536
            4: int64 4294967296
            5: float 0.5
            6: double 0.5
            7: text "ä"
            8: text that is not UTF-8, 2 bytes: ff00
            9: map of 2
                [zero] int8 1
                [1]
                    key: struct
                    value: text ""
            10: list of 1
                [0] list of 0
            11: struct
                0: zero
            12: bytes, 33 bytes
                000000  4141414141414141414141414141414141414141414141414141414141414141  AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA
                000020  41                                                                A
            255: int8 7
            then a struct end, and 2 bytes that no reader looks at

            """.ReplaceLineEndings("\n"), run.Output);
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("0005", "0: int8 5\n")]
    public void Little_is_fine_too(string hex, string output)
    {
        var run = _jce.Run("print", "--hex", hex);
        Assert.Equal((0, output, ""), (run.ExitCode, run.Output, run.Errors));
    }

    [Theory]
    [InlineData("00", "", "error: the input ends too early at byte 1, field 0 (tag 0)\n")]
    [InlineData("0005 19", "0: int8 5\n1: list\n", "error: the input ends too early at byte 3, field 1 (tag 1)\n")]
    [InlineData("0a 29 0002 0c 06", "0: struct\n    2: list of 2\n        [0] zero\n", "error: the input ends too early at byte 6, field 0.2[1] (tag 0)\n")]
    [InlineData("0e", "", "error: a type that does not fit the field at byte 1, field 0 (tag 0)\n")]
    public void A_fault_without_a_contract_is_named_by_tags(string hex, string output, string errors)
    {
        var run = _jce.Run("print", "--hex", hex);
        Assert.Equal((1, output, errors), (run.ExitCode, run.Output, run.Errors));
    }

    [Fact]
    public void Bytes_come_from_a_file_too()
    {
        File.WriteAllBytes(_jce.At("b.bin"), [0x00, 0x05]);

        Assert.Equal("0: int8 5\n", _jce.Run("print", "--file", _jce.At("b.bin")).Output);
        Assert.Equal((2, "There is no file none.bin.\n"), (_jce.Run("print", "--file", _jce.At("none.bin")) is var run ? (run.ExitCode, run.Errors) : default));
        using (var large = File.Create(_jce.At("large.bin")))
        {
            large.SetLength((10 << 20) + 1);
        }

        Assert.Equal("large.bin has 10485761 bytes; more than 10485760 are not looked at.\n", _jce.Run("print", "--file", _jce.At("large.bin")).Errors);
    }

    [Fact]
    public void Whatever_a_reader_takes_is_printed()
    {
        // A list of 60,000 structs with four fields each: 300,000 values, of which a reader counts 60,000.
        File.WriteAllBytes(_jce.At("rows.bin"), [0x09, 0x02, 0x00, 0x00, 0xEA, 0x60, .. Enumerable.Repeat<byte[]>([0x0A, 0x0C, 0x1C, 0x2C, 0x3C, 0x0B], 60_000).SelectMany(static b => b)]);
        var contract = _jce.File("Rows.jce", "module M { struct Row { 0 require int a; 1 require int b; 2 require int c; 3 require int d; }; struct Rows { 0 require vector<Row> rows; }; };");

        var run = _jce.Run("print", contract, "--struct", "M.Rows", "--file", _jce.At("rows.bin"));

        Assert.Equal((0, ""), (run.ExitCode, run.Errors));
        Assert.Contains("rows: vector<M::Row> of 60000\n", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_limit_of_the_command_is_told_as_such()
    {
        File.WriteAllBytes(_jce.At("deep.bin"), [.. Enumerable.Repeat((byte)0x0A, 100)]);

        var run = _jce.Run("print", "--file", _jce.At("deep.bin"));

        Assert.Equal(1, run.ExitCode);
        Assert.EndsWith("That is a limit of this command, which shows 4194304 values, 64 deep, of 10485760 bytes. Readers have limits of their own.\n", run.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Name contract files, or give bytes by --hex or --file.")]
    [InlineData("Give --hex or --file, not both.", "--hex", "00", "--file", "x")]
    [InlineData("--struct needs the contract files that define it.", "--struct", "M.S", "--hex", "00")]
    [InlineData("--struct needs bytes: give --hex or --file.", "SHOP", "--struct", "M.S")]
    [InlineData("Say by --struct which struct of the contract the bytes are.", "SHOP", "--hex", "00")]
    public void Arguments_that_make_no_sense_are_refused_with_a_sentence(string message, params string[] arguments)
    {
        var run = _jce.Run(["print", .. arguments.Select(a => a == "SHOP" ? _shop : a)]);

        Assert.Equal(2, run.ExitCode);
        Assert.Equal(message, Assert.Single(run.Refusals));
    }

    [Theory]
    [InlineData("0", "--hex has 1 digits; two make a byte.")]
    [InlineData("0x0G", "--hex has \"G\", which is no hex digit.")]
    [InlineData("00\0", "--hex has \"\\u{0}\", which is no hex digit.")]
    public void Hex_that_is_none_is_bad_usage(string hex, string message)
    {
        var run = _jce.Run("print", "--hex", hex);

        Assert.Equal((2, message + "\n"), (run.ExitCode, run.Errors));
    }

    [Theory]
    [InlineData("Order", "There is no struct Order. Is it Shop.Order?")]
    [InlineData("Ship::Order", "There is no struct Ship.Order. Is it Shop.Order?")]
    [InlineData("Shop.Color", "There is no struct Shop.Color in Shop.jce.")]
    public void A_struct_that_is_not_there_is_bad_usage(string name, string message)
    {
        var run = _jce.Run("print", _shop, "--struct", name, "--hex", "");

        Assert.Equal((2, message + "\n"), (run.ExitCode, run.Errors));
    }

    [Theory]
    [MemberData(nameof(Vectors), DisableDiscoveryEnumeration = true)]
    public void What_every_implementation_reads_is_fine_and_what_they_refuse_is_not(string name, string vector, bool isFine)
    {
        using var json = JsonDocument.Parse(vector);
        var contract = _jce.File("vector.jce", json.RootElement.GetProperty("idl").GetString()!);
        foreach (var form in new[] { "hex", "hexCpp", "hexCppAll" }.Where(f => json.RootElement.TryGetProperty(f, out _)))
        {
            var run = _jce.Run("print", contract, "--struct", json.RootElement.GetProperty("struct").GetString()!, "--hex", json.RootElement.GetProperty(form).GetString()!);
            Assert.True(run.ExitCode == (isFine ? 0 : 1), $"{name} {form}: {run.ExitCode}\n{run.Output}{run.Errors}");
            Assert.DoesNotContain("(not in the contract)", isFine && json.RootElement.GetProperty("kind").GetString() == "roundtrip" ? run.Output : "", StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Hostile_bytes_end_with_a_verdict()
    {
        const int Seed = 20261121;
        var random = new Random(Seed);
        var contract = IdlCompilation.Compile([new IdlSource("Shop.jce", Contract)], new IdlOptions(), static _ => null);
        var order = contract.Files[0].Modules[0].Structs.Single(static s => s.Name == "Order");
        var good = Convert.FromHexString("0a0007160361221b0b1900010a0c0b280001060178" + "10ff3d00000301ff0040055001643f0000007100ff");
        for (var round = 0; round < 20_000; round++)
        {
            var bytes = good.ToArray();
            for (var i = random.Next(1, 6); i > 0; i--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            var tree = WireTree.Read(bytes.AsSpan(0, random.Next(bytes.Length + 1)));
            using var output = new StringWriter();
            new TreePrinter(output).WriteFields(tree.Root.Fields, 0);
            new StructPrinter(output).Write(order, tree);
            Assert.True(output.ToString().All(static c => c is '\n' or >= ' '), $"seed {Seed}, round {round}");
        }
    }
}
