using Hongbao.Gateway.Auth;

namespace Hongbao.Gateway.Endpoints;

/// <summary>Where calls of modules come from, whichever entry it was.</summary>
/// <param name="Caller">Who asks; null for nobody in particular.</param>
/// <param name="TraceId">Of the request, <see cref="Problems.TraceIds.Length"/> hexadecimal digits.</param>
/// <param name="Locale">Language of texts for users, a BCP 47 tag; empty means the default.</param>
/// <param name="Gone">Cancelled when the client went away.</param>
internal sealed record CallOrigin(Caller? Caller, string TraceId, string Locale, CancellationToken Gone);
