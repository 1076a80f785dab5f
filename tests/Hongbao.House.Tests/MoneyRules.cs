using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace Hongbao.House.Tests;

/// <summary>I33: amounts are integers; no floating or decimal type appears in contracts or money code, in source or in what was built.</summary>
public sealed partial class MoneyRules
{
    private const BindingFlags Everything =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly string[] MoneyModules = ["Hongbao.Contracts", "Hongbao.Core", "Hongbao.Query", "Hongbao.Async", "Hongbao.Finance"];
    private static readonly Type[] Inexact = [typeof(float), typeof(double), typeof(decimal), typeof(Half)];

    private static readonly Dictionary<short, OpCode> OpCodesByValue = typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(f => (OpCode)f.GetValue(null)!).ToDictionary(o => o.Value);

    public static TheoryData<string> Modules => [.. MoneyModules];

    [Theory]
    [MemberData(nameof(Modules))]
    public void Money_code_as_built_has_no_inexact_type(string module)
    {
        Assert.Empty(Assembly.Load(module).GetTypes().SelectMany(InexactIn));
    }

    [Fact]
    public void Money_code_as_written_has_no_inexact_type()
    {
        var files = Repository.Files.Where(f => f.Ends(".cs", ".sql") && MoneyModules.Any(m => f.IsUnder($"src/{m}"))).ToArray();

        Assert.True(files.Length > 20, $"only {files.Length} files of money code were found");
        Assert.Empty(files.SelectMany(InexactIn));
    }

    [Fact]
    public void An_inexact_type_anywhere_in_a_class_is_found()
    {
        var found = InexactIn(typeof(Planted)).ToArray();

        foreach (var member in new[] { "_rate", "Price", "Take", "Give", "Hide", "Count" })
        {
            Assert.Contains(found, f => f.Contains(member, StringComparison.Ordinal));
        }

        Assert.DoesNotContain(found, f => f.Contains("Exact", StringComparison.Ordinal));
    }

    [Fact]
    public void An_inexact_word_in_source_is_found_but_not_in_comments_and_texts()
    {
        Assert.Single(InexactIn(new RepositoryFile("a.cs", "var x = (double)amount;")));
        Assert.Single(InexactIn(new RepositoryFile("a.cs", "decimal rate;")));
        Assert.Single(InexactIn(new RepositoryFile("a.cs", "var share = amount * 0.5;")));
        Assert.Single(InexactIn(new RepositoryFile("a.sql", "  amount double precision,")));
        Assert.Single(InexactIn(new RepositoryFile("a.sql", "  amount numeric(10, 2),")));
        Assert.Empty(InexactIn(new RepositoryFile("a.cs", "/// <summary>A decimal string.</summary>\nvar x = \"a decimal\"; // not double\n")));
        Assert.Empty(InexactIn(new RepositoryFile("a.sql", "-- a decimal number\n")));
    }

    private static IEnumerable<string> InexactIn(RepositoryFile file)
    {
        var isSql = file.Ends(".sql");
        return file.Text.Split('\n')
            .Select((line, i) => (Line: i + 1, Code: isSql ? SqlComment().Replace(line, "") : Comment().Replace(Literal().Replace(line, "\"\""), "")))
            .Where(l => (isSql ? SqlWord() : Word()).IsMatch(l.Code))
            .Select(l => $"{file.Path}:{l.Line}: {l.Code.Trim()}");
    }

    private static IEnumerable<string> InexactIn(Type type)
    {
        var found = new List<string>();
        void Check(string what, Type used)
        {
            if (Holds(used))
            {
                found.Add($"{type.FullName}: {what} is {used.Name}");
            }
        }

        foreach (var field in type.GetFields(Everything))
        {
            Check(field.Name, field.FieldType);
        }

        foreach (var method in type.GetMethods(Everything).Cast<MethodBase>().Concat(type.GetConstructors(Everything)))
        {
            Check($"{method.Name}'s answer", (method as MethodInfo)?.ReturnType ?? typeof(void));
            foreach (var parameter in method.GetParameters())
            {
                Check($"{method.Name}({parameter.Name})", parameter.ParameterType);
            }

            if (method.GetMethodBody() is { } body)
            {
                foreach (var local in body.LocalVariables)
                {
                    Check($"a variable of {method.Name}", local.LocalType);
                }

                found.AddRange(InexactIn(body).Select(o => $"{type.FullName}: {method.Name} uses {o}"));
            }
        }

        return found;
    }

    private static bool Holds(Type type) =>
        Inexact.Contains(type)
        || (type.HasElementType && Holds(type.GetElementType()!))
        || (type.IsGenericType && type.GetGenericArguments().Any(Holds));

    // Constants of floating point, and conversions to it.
    private static IEnumerable<string> InexactIn(MethodBody body)
    {
        var code = body.GetILAsByteArray() ?? [];
        for (var at = 0; at < code.Length;)
        {
            var value = code[at] == 0xFE ? unchecked((short)(0xFE00 | code[at + 1])) : code[at];
            var instruction = OpCodesByValue[value];
            at += instruction.Size;
            if (instruction.Name!.Contains(".r", StringComparison.Ordinal) && !instruction.Name.Contains("ref", StringComparison.Ordinal))
            {
                yield return instruction.Name;
            }

            at += instruction.OperandType switch
            {
                OperandType.InlineNone => 0,
                OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
                OperandType.InlineVar => 2,
                OperandType.InlineI8 or OperandType.InlineR => 8,
                OperandType.InlineSwitch => 4 + (4 * BitConverter.ToInt32(code, at)),
                _ => 4,
            };
        }
    }

    [GeneratedRegex("""@?\$*"(\\.|[^"\\])*"|'(\\.|[^'\\])'""")]
    private static partial Regex Literal();

    [GeneratedRegex(@"//.*$")]
    private static partial Regex Comment();

    [GeneratedRegex(@"--(?!sqlite:|postgres:).*$")]
    private static partial Regex SqlComment();

    [GeneratedRegex(@"\b(float|double|decimal|Single|Double|Decimal|Half)\b(?!\s*:)|(?<![\w.])\d+\.\d+|\bMath\.(Pow|Round|Ceiling|Floor|Truncate)\b")]
    private static partial Regex Word();

    [GeneratedRegex(@"\b(real|float\d?|double|numeric|decimal|money)\b", RegexOptions.IgnoreCase)]
    private static partial Regex SqlWord();

#pragma warning disable CA1823, CA1812, IDE0051, IDE0052, IDE0044, CS0169, CS0414, CA1822, CA1805
    private sealed class Planted
    {
        private readonly float _rate;

        public List<decimal?> Price { get; } = [];

        public void Take(double[] amounts) => _ = amounts.Length;

        public Task<double> Give() => throw new InvalidOperationException();

        public long Hide(long amount)
        {
            // By reference, so that an optimizing build keeps the local.
            var half = amount * 0.5m;
            return decimal.ToInt64(Unsafe.AsRef(in half));
        }

        public long Count(long amount) => (long)(amount * 1.5);

        public long Exact(long amount) => amount / 2;
    }
#pragma warning restore CA1823, CA1812, IDE0051, IDE0052, IDE0044, CS0169, CS0414, CA1822, CA1805
}
