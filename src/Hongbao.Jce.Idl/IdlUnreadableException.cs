namespace Hongbao.Jce.Idl;

/// <summary>A file that is included is there, but cannot be read. Thrown by whoever loads files; it becomes a problem of the line that includes it.</summary>
/// <param name="message">Which file, and why: <c>common.jce is not UTF-8</c>.</param>
public sealed class IdlUnreadableException(string message) : Exception(message);
