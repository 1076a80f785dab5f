global using System.Text.Json.Nodes;
global using System.Text.RegularExpressions;
global using Microsoft.Playwright;
global using Xunit;
global using static Microsoft.Playwright.Assertions;

[assembly: AssemblyFixture(typeof(Hongbao.Web.Tests.Stage))]
