namespace Hongbao.Jce.Idl.Tests;

/// <summary>What a contract says is what its model says.</summary>
public sealed class ModelTests
{
    private static readonly IdlFile File = Assert.Single(Corpus.CompileGood(Corpus.Everything).Files);
    private static readonly IdlModule Shop = File.Modules[0];

    [Fact]
    public void Modules_stand_in_order_and_a_reopened_one_stands_once()
    {
        Assert.Equal(["Shop", "Other"], File.Modules.Select(m => m.Name));
        Assert.Equal("What a contract can have, in one file.\nIt is read by many tests.", File.Header);
        Assert.Equal("The shop.", Shop.Doc);
        Assert.Equal(
            ["ITEMS_MAX", "GREETING", "OPEN", "BIG", "WIDE", "RATIO", "THIRD", "Color", "Empty", "PAINT", "Item", "Tree", "Api", "None", "Late"],
            Shop.Definitions.Select(d => d.Name));
        Assert.Equal("Shop::Late", Shop.Definitions[^1].FullName);
        Assert.True(File.IsRoot);
    }

    [Theory]
    [InlineData("ITEMS_MAX", "int", "100")]
    [InlineData("GREETING", "string", "\"hi \\\"you\\\"\\nA\\\\\"")]
    [InlineData("OPEN", "bool", "true")]
    [InlineData("BIG", "long", "-9223372036854775808")]
    [InlineData("WIDE", "unsigned int", "4294967295")]
    [InlineData("RATIO", "double", "-0.25")]
    [InlineData("THIRD", "float", "0.1")]
    [InlineData("PAINT", "Shop::Color", "GREEN")]
    public void A_constant_has_its_type_and_value(string name, string type, string value)
    {
        var constant = Shop.Consts.Single(c => c.Name == name);

        Assert.Equal((type, value), (constant.Type.ToString(), constant.Value.ToString()));
    }

    [Fact]
    public void Values_have_the_form_of_their_type()
    {
        Assert.Equal(100, Value("ITEMS_MAX").Integer);
        Assert.Equal("hi \"you\"\nA\\", Value("GREETING").String);
        Assert.True(Value("OPEN").Bool);
        Assert.Equal(long.MinValue, Value("BIG").Integer);
        Assert.Equal((double)0.1f, Value("THIRD").Real);
        Assert.Equal(8, Value("PAINT").Enumerator.Value);
        Assert.Equal(8, Value("PAINT").Integer);
        Assert.True(double.IsNegative(Member("nothing").Default!.Real));

        static IdlValue Value(string name) => Shop.Consts.Single(c => c.Name == name).Value;
    }

    [Fact]
    public void Enumerators_have_their_computed_values_and_documentation()
    {
        var color = Shop.Enums.First();

        Assert.Equal("Colours\nof things.\non screen", color.Doc);
        Assert.Equal(
            [("RED", 0, "as roses"), ("GREEN", 8, "as grass, in octal"), ("BLUE", 9, "As the sky."), ("NEGATIVE", -3, ""), ("AGAIN", 0, "")],
            color.Enumerators.Select(e => (e.Name, e.Value, e.Doc)));
        Assert.All(color.Enumerators, e => Assert.Same(color, e.Enum));
        Assert.Empty(Shop.Enums.Last().Enumerators);
    }

    [Fact]
    public void Members_stand_by_tag_and_as_declared()
    {
        var item = Shop.Structs.First();

        Assert.Equal("An item.\nIt has two lines.", item.Doc);
        Assert.Equal([0, 1, 2, 3, 5, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 255], item.Members.Select(m => m.Tag));
        Assert.Equal(["name", "id", "color", "ub", "b", "raw", "block"], item.MembersAsDeclared.Take(7).Select(m => m.Name));
        Assert.Equal(["id", "name"], item.KeyMembers.Select(m => m.Name));
        Assert.Equal([7, 20, 21, 22], item.ReservedTags);
        Assert.Equal("color", Assert.Single(File.Modules[1].Structs.Single().KeyMembers).Name);
    }

    [Theory]
    [InlineData("name", false, "string", "\"none\"", "shown to people")]
    [InlineData("id", true, "long", null, "unique")]
    [InlineData("color", false, "Shop::Color", "BLUE", "")]
    [InlineData("ub", false, "unsigned byte", "255", "")]
    [InlineData("b", false, "byte", "-128", "")]
    [InlineData("raw", false, "vector<vector<byte>>", null, "the one with a wide tag")]
    [InlineData("block", false, "vector<byte>", null, "", "[16]")]
    [InlineData("pointer", false, "vector<byte>", null, "", "*")]
    [InlineData("short_name", false, "string", null, "", ":20")]
    [InlineData("four", false, "vector<int>", null, "", ":4")]
    [InlineData("numbered", false, "int", "8", "")]
    [InlineData("f", false, "float", "1", "")]
    [InlineData("d", false, "double", "1E+300", "")]
    [InlineData("s", false, "short", "5", "")]
    [InlineData("nothing", false, "double", "-0.0", "")]
    public void A_member_has_what_is_declared(string name, bool isRequired, string type, string? value, string doc, string hint = "")
    {
        var member = Member(name);

        Assert.Equal((isRequired, type, value, doc, hint), (member.IsRequired, member.Type.ToString(), member.Default?.ToString(), member.Doc, member.StorageHint));
        Assert.Equal(name, Corpus.Everything.Substring(member.Span.Start, member.Span.Length));
    }

    [Theory]
    [InlineData("plain", "RED")]
    [InlineData("us", "0")]
    [InlineData("short_name", "\"\"")]
    [InlineData("yes", "true")]
    [InlineData("f", "1")]
    [InlineData("raw", null)]
    public void An_absent_member_has_its_effective_default(string name, string? value) => Assert.Equal(value, Member(name).EffectiveDefault?.ToString());

    [Fact]
    public void Reserved_numbers_stand_anywhere_in_a_body_of_a_struct_or_enum_and_are_prose_elsewhere()
    {
        var module = Corpus.CompileGood("""
            // reserved 1: of the module
            module M
            {
                // reserved 2: of the enum
                enum E { // reserved 3
                    // reserved -5--3, 2147483647: gone
                    A, // the first; reserved for them
                    B // reserved 8
                    // reserved 9
                };
                // reserved 4: of the struct
                struct S { // reserved 5
                    0 require int a /* reserved 6 */;
                    1 optional int b // reserved 7
                        = 5;
                };
                interface I
                {
                    // Stays
                    // reserved 30 days before the start.
                    void f(int a /* reserved 10 */);
                };
            };
            """).Files[0].Modules[0];

        var (enumeration, structure, operation) = (module.Enums.Single(), module.Structs.Single(), module.Interfaces.Single().Operations.Single());
        Assert.Equal([-5, -4, -3, 3, 8, 9, int.MaxValue], enumeration.ReservedValues);
        Assert.Equal([5, 6, 7], structure.ReservedTags);
        Assert.Equal(["reserved 1: of the module", "reserved 2: of the enum", "reserved 4: of the struct"], [module.Doc, enumeration.Doc, structure.Doc]);
        Assert.Equal(["the first; reserved for them", ""], enumeration.Enumerators.Select(e => e.Doc));
        Assert.All(structure.Members, m => Assert.Equal("", m.Doc));
        Assert.Equal(("Stays\nreserved 30 days before the start.", "reserved 10"), (operation.Doc, operation.Parameters[0].Doc));
    }

    [Fact]
    public void Types_say_what_they_are_made_of()
    {
        var all = Operation("all").ReturnType!;

        Assert.Equal(IdlTypeKind.Map, all.Kind);
        Assert.Same(Shop.Structs.First(), all.Key!.Struct);
        Assert.Same(Shop.Enums.First(), all.Value!.Element!.Enum);
        Assert.True(Member("raw").Type.Element!.IsBytes);
        Assert.False(Member("raw").Type.IsBytes);
        Assert.Equal("map<Shop::Item, vector<Shop::Color>>", all.ToString());
        var tree = Shop.Structs.Single(s => s.Name == "Tree");
        Assert.Same(tree, tree.Members[1].Type.Element!.Struct);
    }

    [Fact]
    public void Operations_have_their_parameters_by_place()
    {
        var find = Operation("find");

        Assert.Equal("Finds an item.\nOr not.\nat once", find.Doc);
        Assert.Equal([("id", 1, false, false), ("item", 2, true, false)], find.Parameters.Select(p => (p.Name, p.Tag, p.IsOut, p.IsRouteKey)));
        var named = Operation("out");
        Assert.Null(named.ReturnType);
        Assert.Equal([("who", true, ""), ("times", false, "how often")], named.Parameters.Select(p => (p.Name, p.IsRouteKey, p.Doc)));
        Assert.Equal(["where to begin\nincluded", "not included"], Operation("all").Parameters.Select(p => p.Doc));
        Assert.Equal(["find", "out", "all", "nothing", "struct"], Shop.Interfaces.First().Operations.Select(o => o.Name));
    }

    [Fact]
    public void A_place_has_line_column_and_offset()
    {
        const string Text = "\uFEFFmodule M\r\n{\r\n  enum Name { };\r\n};\r\n";

        var span = Assert.Single(Corpus.CompileGood(Text).Files[0].Modules[0].Enums).Span;

        Assert.Equal(new IdlSpan("x.jce", Text.IndexOf("Name", StringComparison.Ordinal), 4, 3, 8), span);
        Assert.Equal("x.jce:3:8", span.ToString());
        Assert.Equal(8, Corpus.CompileGood(Text).Files[0].Modules[0].Span.Column);
    }

    [Theory]
    [InlineData("// a\nmodule M { };", "", "a")]
    [InlineData("// a\n\nmodule M { };", "a", "")]
    [InlineData("// a\n// b\n\n/* c */\n\n// d\nmodule M { };", "a\nb\n\nc", "d")]
    [InlineData("// a\n#include \"inc.jce\"\nmodule M { };", "a", "")]
    [InlineData("/*********\n * a\n *  b\n *********/\n\nmodule M { };", "a\n b", "")]
    [InlineData("//a\n\n", "a", null)]
    public void A_comment_is_the_files_or_the_definitions(string text, string header, string? doc)
    {
        var contract = IdlCompilation.Compile([new("x.jce", text)], new(), p => new(p, ""));

        var file = contract.Files[^1];
        Assert.Equal((header, doc), (file.Header, file.Modules.SingleOrDefault()?.Doc));
    }

    private static IdlMember Member(string name) => Shop.Structs.First().Members.Single(m => m.Name == name);

    private static IdlOperation Operation(string name) => Shop.Interfaces.First().Operations.Single(o => o.Name == name);
}
