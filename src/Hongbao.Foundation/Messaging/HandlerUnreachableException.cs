namespace Hongbao.Foundation.Messaging;

/// <summary>A handler of another process could not be asked, or its store is in trouble: no message's fault, and no smaller portion would fare better.</summary>
public sealed class HandlerUnreachableException(string message) : Exception(message);
