namespace Hongbao.Foundation.Messaging;

/// <summary>A handler of another process could not be asked, or its store is in trouble: no message's fault.</summary>
/// <param name="message">Why.</param>
/// <param name="fewerMayPass">True when no answer came in time: fewer messages at a time may fare better.</param>
public sealed class HandlerUnreachableException(string message, bool fewerMayPass = false) : Exception(message)
{
    /// <summary>True when no answer came in time: fewer messages at a time may fare better.</summary>
    public bool FewerMayPass => fewerMayPass;
}
