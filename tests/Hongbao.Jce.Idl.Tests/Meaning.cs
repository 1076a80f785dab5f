using System.Text;
using Hongbao.Jce.Idl.Syntax;

namespace Hongbao.Jce.Idl.Tests;

/// <summary>Everything that a contract says, as texts to compare.</summary>
internal static class Meaning
{
    public static string Of(IdlContract contract)
    {
        var text = new StringBuilder(IdlPrinter.Print(contract)).Append(IdlReference.Markdown(contract));
        foreach (var member in contract.Files.SelectMany(f => f.Modules).SelectMany(m => m.Structs).SelectMany(s => s.MembersAsDeclared))
        {
            text.Append(member.Tag).Append(member.StorageHint).Append('\n');
        }

        return text.AppendJoin('\n', contract.Diagnostics.Select(d => d.Code)).ToString();
    }

    /// <summary>Tokens and comments in order, without what space is around and inside of them.</summary>
    public static string[] TokensOf(string text)
    {
        var tokens = Lexer.Read(new("x.jce", text), new(Corpus.Lax));
        return [.. tokens.SelectMany(t => t.Leading.Select(Words).Append(t.Text).Concat(t.Trailing.Select(Words)))];
    }

    private static string Words(Comment comment) => string.Join(' ', comment.Text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
