using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Hongbao.Foundation.Stores;

namespace Hongbao.House.Tests;

/// <summary>Rule 1 of the design: a module knows Contracts and Foundation and never another module; vendors stop at Foundation.</summary>
public sealed partial class ModuleRules
{
    private static readonly string[] Shared = ["Hongbao.Contracts", "Hongbao.Foundation", "Hongbao.Jce"];
    private static readonly string[] Vendors = ["Npgsql", "Dapper", "Microsoft.Data.Sqlite", "SQLitePCLRaw"];

    // The host puts the modules together; the stress tool and others outside src are not of the house.
    private static readonly string[] MayKnowModules = ["Hongbao.Host"];

    [Fact]
    public void Modules_reference_only_contracts_foundation_and_the_codec()
    {
        var projects = Projects().ToArray();

        Assert.Superset(
            new HashSet<string>(["Hongbao.Core", "Hongbao.Query", "Hongbao.Async", "Hongbao.Finance", "Hongbao.Gateway"]),
            projects.Select(p => Path.GetFileNameWithoutExtension(p.Path)).ToHashSet());
        Assert.Empty(projects.SelectMany(ForeignProjects));
    }

    [Fact]
    public void A_project_that_references_another_module_is_found()
    {
        static RepositoryFile Project(string name, string reference) =>
            new($"src/{name}/{name}.csproj", $"""<Project><ItemGroup><ProjectReference Include="../{reference}/{reference}.csproj" /></ItemGroup></Project>""");

        Assert.Single(ForeignProjects(Project("Hongbao.Core", "Hongbao.Finance")));
        Assert.Single(ForeignProjects(Project("Hongbao.Contracts", "Hongbao.Foundation")));
        Assert.Single(ForeignProjects(Project("Hongbao.Foundation", "Hongbao.Core")));
        Assert.Empty(ForeignProjects(Project("Hongbao.Core", "Hongbao.Foundation")));
        Assert.Empty(ForeignProjects(Project("Hongbao.Host", "Hongbao.Core")));
    }

    [Theory]
    [InlineData("Hongbao.Async")]
    [InlineData("Hongbao.Core")]
    [InlineData("Hongbao.Finance")]
    [InlineData("Hongbao.Gateway")]
    [InlineData("Hongbao.Query")]
    public void A_built_module_knows_no_other_module_and_no_vendor(string module)
    {
        var references = Assembly.Load(module).GetReferencedAssemblies().Select(r => r.Name!).ToArray();

        Assert.NotEmpty(references);
        Assert.Empty(ForeignAssemblies(references));
    }

    [Theory]
    [InlineData("Hongbao.Async")]
    [InlineData("Hongbao.Core")]
    [InlineData("Hongbao.Finance")]
    [InlineData("Hongbao.Query")]
    public void A_module_makes_every_later_change_of_foundations_tables(string module)
    {
        var later = MigrationSet.FromAssembly(typeof(MigrationSet).Assembly).Items.Skip(1).Select(m => m.Text);
        Assert.Empty(later.Except(MigrationSet.FromAssembly(Assembly.Load(module)).Items.Select(m => m.Text)));
    }

    [Fact]
    public void A_built_module_that_knows_too_much_is_found()
    {
        Assert.Equal(["Hongbao.Finance", "Npgsql", "SQLitePCLRaw.core"],
            ForeignAssemblies(["System.Runtime", "Hongbao.Contracts", "Hongbao.Finance", "Npgsql", "SQLitePCLRaw.core"]));
        // This project references all modules and uses them, so the scan of real metadata is shown to see it.
        Assert.Contains("Hongbao.Contracts", typeof(ModuleRules).Assembly.GetReferencedAssemblies().Select(r => r.Name));
    }

    [Fact]
    public void Only_foundation_knows_database_vendors()
    {
        Assert.Contains(Projects(), p => p.Path == "src/Hongbao.Foundation/Hongbao.Foundation.csproj" && VendorsIn(p).Any());
        Assert.Empty(Repository.Files.Where(f => f.IsUnder("src") && !f.IsUnder("src/Hongbao.Foundation") && f.Ends(".cs", ".csproj")).SelectMany(VendorsIn));
    }

    [Fact]
    public void A_vendor_outside_foundation_is_found()
    {
        Assert.Single(VendorsIn(new("src/X/X.csproj", """<Project><ItemGroup><PackageReference Include="Dapper" /></ItemGroup></Project>""")));
        Assert.Single(VendorsIn(new("src/X/A.cs", "using System;\nusing Npgsql;\n")));
        Assert.Single(VendorsIn(new("src/X/A.cs", "var c = new Microsoft.Data.Sqlite.SqliteConnection();")));
        Assert.Empty(VendorsIn(new("src/X/A.cs", "/// <param name=\"postgres\">Npgsql form.</param>")));
    }

    private static IEnumerable<RepositoryFile> Projects() => Repository.Files.Where(f => f.IsUnder("src") && f.Ends(".csproj"));

    private static IEnumerable<string> ForeignProjects(RepositoryFile project)
    {
        var name = Path.GetFileNameWithoutExtension(project.Path);
        if (MayKnowModules.Contains(name))
        {
            return [];
        }

        string[] allowed = name switch
        {
            "Hongbao.Jce" or "Hongbao.Jce.Idl" => [],
            "Hongbao.Jce.Generator" or "Hongbao.Sdk.Generator" => ["Hongbao.Jce.Idl"],
            "Hongbao.Contracts" => ["Hongbao.Jce"],
            "Hongbao.Foundation" => ["Hongbao.Contracts", "Hongbao.Jce"],
            _ => Shared,
        };
        return XDocument.Parse(project.Text).Descendants("ProjectReference")
            .Select(r => Path.GetFileNameWithoutExtension(r.Attribute("Include")!.Value.Replace('\\', '/')))
            .Except(allowed)
            .Select(r => $"{project.Path} references {r}");
    }

    private static IEnumerable<string> ForeignAssemblies(IEnumerable<string> references) =>
        references.Where(r => (r.StartsWith("Hongbao.", StringComparison.Ordinal) && !Shared.Contains(r))
            || Vendors.Any(v => r == v || r.StartsWith(v + ".", StringComparison.Ordinal)));

    private static IEnumerable<string> VendorsIn(RepositoryFile file) => file.Ends(".csproj")
        ? XDocument.Parse(file.Text).Descendants("PackageReference").Select(r => r.Attribute("Include")!.Value)
            .Where(p => Vendors.Any(v => p.StartsWith(v, StringComparison.Ordinal))).Select(p => $"{file.Path} references {p}")
        : VendorUse().Matches(file.Text).Select(m => $"{file.Path} uses {m.Value.Trim()}");

    [GeneratedRegex(@"^\s*(global )?using (static )?(Npgsql|Dapper|Microsoft\.Data\.Sqlite|SQLitePCL)\b|\b(Npgsql|Dapper|Microsoft\.Data\.Sqlite|SQLitePCL)\.[A-Z]", RegexOptions.Multiline)]
    private static partial Regex VendorUse();
}
