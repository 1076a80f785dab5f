namespace Hongbao.Jce.Idl.Tests;

/// <summary>What the real compilers say of a text, we say too.</summary>
public sealed class VerdictTests
{
    public static TheoryData<string> Names => [.. Corpus.Cases.Select(c => c.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_text_has_the_verdict_of_the_real_compiler(string name)
    {
        var item = Corpus.Cases.Single(c => c.Name == name);

        var contract = Corpus.Compile(item, Corpus.Lax);

        var errors = contract.Diagnostics.Where(d => d.Severity == IdlSeverity.Error).ToArray();
        if (item.IsOk)
        {
            Assert.Empty(errors);
        }
        else
        {
            Assert.NotEmpty(errors);
            Assert.Equal(item.ErrorLine, errors[0].Span.Line);
            Assert.Equal("x.tars", errors[0].Span.Path);
        }
    }

    [Fact]
    public void Every_text_of_the_vectors_is_right_also_for_the_strict()
    {
        Assert.True(Corpus.VectorTexts.Count > 100);
        Assert.Empty(Corpus.VectorTexts.SelectMany(t => Corpus.Compile(t, Corpus.Strict).Diagnostics));
    }

    // docs/jce-errors.md says why.
    [Fact]
    public void Strict_reading_refuses_only_these_of_what_is_right_to_the_real_compiler()
    {
        Assert.Equal(
            ["default-byte-overflow", "map-vector-key"],
            Corpus.Cases.Where(c => c.IsOk && Corpus.Compile(c, Corpus.Strict).HasErrors).Select(c => c.Name));
    }

    [Fact]
    public void The_library_needs_nothing_that_a_compiler_does_not_have()
    {
        Assert.Equal(["netstandard"], typeof(IdlCompilation).Assembly.GetReferencedAssemblies().Select(a => a.Name));
    }
}
