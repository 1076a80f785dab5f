namespace Hongbao.Sdk.Generator;

/// <summary>A contract says something that the SDKs have no form for.</summary>
/// <param name="at">The file, or the place in it.</param>
/// <param name="what">What it says.</param>
internal sealed class UnknownShapeException(string at, string what) : Exception($"{at}: {what}: the generator knows no form for it.");
