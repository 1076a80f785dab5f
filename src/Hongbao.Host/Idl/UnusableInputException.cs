namespace Hongbao.Host.Idl;

/// <summary>What was named on the command line cannot be used; the message is for the one at the keyboard.</summary>
internal sealed class UnusableInputException(string message) : Exception(message);
