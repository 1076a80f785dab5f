using System.Reflection;
using Hongbao.Contracts;

namespace Hongbao.House.Tests;

/// <summary>Rule 2: a boundary can be written in a .jce file, so contract types have only members that JCE can express.</summary>
public sealed class ContractRules
{
    private static readonly Type[] Scalars = [typeof(bool), typeof(byte), typeof(short), typeof(int), typeof(long), typeof(string)];

    private static readonly Type[] Types = [.. typeof(CallContext).Assembly.GetExportedTypes().OrderBy(t => t.FullName, StringComparer.Ordinal)];

    [Fact]
    public void Contract_types_have_only_members_that_jce_can_express()
    {
        Assert.True(Types.Length > 40, $"only {Types.Length} contract types were found");
        Assert.Empty(Types.SelectMany(Faults));
    }

    [Fact]
    public void A_contract_type_that_jce_cannot_express_is_found()
    {
        Assert.Equal(
            ["Amounts: Decimal", "At: DateTimeOffset", "Items: IReadOnlyList`1", "Maybe: Nullable`1", "Nested: Foreign", "Rate: Double", "Wide: Wide"],
            Faults(typeof(PlantedRecord)).Select(f => f[(f.IndexOf('.', StringComparison.Ordinal) + 1)..]).Order(StringComparer.Ordinal));
        Assert.Single(Faults(typeof(Wide)));
        Assert.Equal(3, Faults(typeof(IPlanted)).Count());
        Assert.Single(Faults(typeof(PlantedField)));
    }

    [Fact]
    public void Contracts_need_nothing_but_the_base_library()
    {
        Assert.DoesNotContain(typeof(CallContext).Assembly.GetReferencedAssemblies().Select(r => r.Name!), n => !n.StartsWith("System.", StringComparison.Ordinal));
    }

    private static IEnumerable<string> Faults(Type type)
    {
        if (type.IsEnum)
        {
            return Enum.GetUnderlyingType(type) == typeof(int) ? [] : [$"{type.Name} is not an int"];
        }

        if (type.IsInterface)
        {
            return type.GetMethods().SelectMany(MethodFaults)
                .Concat(type.GetProperties().Select(p => $"{type.Name}.{p.Name}: a property is no call"));
        }

        if (type.IsAbstract && type.IsSealed)
        {
            // Names and limits only.
            return type.GetFields(BindingFlags.Public | BindingFlags.Static).Where(f => !f.IsLiteral && !Scalars.Contains(f.FieldType))
                .Select(f => $"{type.Name}.{f.Name}: no constant");
        }

        return type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(p => !IsExpressible(p.PropertyType, type.Assembly))
            .Select(p => $"{type.Name}.{p.Name}: {Word(p.PropertyType, type.Assembly)}")
            .Concat(type.GetFields(BindingFlags.Public | BindingFlags.Instance).Select(f => $"{type.Name}.{f.Name}: a public field"));
    }

    private static IEnumerable<string> MethodFaults(MethodInfo method)
    {
        if (method.IsSpecialName)
        {
            yield break;
        }

        var where = $"{method.DeclaringType!.Name}.{method.Name}";
        var assembly = method.DeclaringType.Assembly;
        var returned = method.ReturnType;
        if (!returned.IsGenericType || returned.GetGenericTypeDefinition() != typeof(Task<>) || !IsExpressible(returned.GetGenericArguments()[0], assembly))
        {
            yield return $"{where} answers {returned.Name}";
        }

        var parameters = method.GetParameters();
        if (parameters.Length < 2 || parameters[0].ParameterType != typeof(CallContext) || parameters[^1].ParameterType != typeof(CancellationToken))
        {
            yield return $"{where} does not begin with the context and end with the cancellation";
        }

        foreach (var parameter in parameters.Where(p => p.ParameterType != typeof(CancellationToken) && !IsExpressible(p.ParameterType, assembly)))
        {
            yield return $"{where} takes {parameter.ParameterType.Name}";
        }
    }

    private static bool IsExpressible(Type type, Assembly home)
    {
        if (Scalars.Contains(type) || type == typeof(byte[]))
        {
            return true;
        }

        if (type.IsEnum)
        {
            return (type.Assembly == home || type.Assembly == typeof(CallContext).Assembly) && Enum.GetUnderlyingType(type) == typeof(int);
        }

        if (type.IsGenericType)
        {
            var form = type.GetGenericTypeDefinition();
            return (form == typeof(List<>) || form == typeof(Dictionary<,>)) && type.GetGenericArguments().All(a => IsExpressible(a, home));
        }

        return (type.IsClass || type.IsValueType) && type.Assembly == typeof(CallContext).Assembly && !type.IsAbstract;
    }

    private static string Word(Type type, Assembly home) =>
        type.IsGenericType && type.GetGenericArguments().FirstOrDefault(a => !IsExpressible(a, home)) is { } inner ? inner.Name : type.Name;

    public sealed record PlantedRecord
    {
        public long Fine { get; set; }
        public List<Result> AlsoFine { get; set; } = [];
        public double Rate { get; set; }
        public List<decimal> Amounts { get; set; } = [];
        public DateTimeOffset At { get; set; }
        public int? Maybe { get; set; }
        public IReadOnlyList<int> Items { get; set; } = [];
        public Foreign Nested { get; set; } = new();
        public Wide Wide { get; set; }
    }

    public sealed class Foreign;

    public sealed class PlantedField
    {
#pragma warning disable CA1051 // It is here to be found.
        public int Open;
#pragma warning restore CA1051
    }

    public enum Wide : long
    {
        None,
    }

    public interface IPlanted
    {
        int Sync(CallContext context, CancellationToken cancellationToken);

        Task<Result> WithoutContext(CancellationToken cancellationToken);

        Task<Result> Fine(CallContext context, Result request, CancellationToken cancellationToken);

        string Name { get; }
    }
}
