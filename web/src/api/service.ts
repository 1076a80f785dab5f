import { HongbaoClient, HongbaoError, type TokenSource } from 'hongbao-client';
import { online } from './connection';

let tokens: TokenSource = () => undefined;

export function setTokens(source: TokenSource): void {
  tokens = source;
}

/** The service that the page came from. Requests are sent once: the page shows what fails and has a button for it. Claims are more patient (claimPacket). */
export const service = new HongbaoClient({
  token: (refused, signal) => tokens(refused, signal),
  attempts: 1,
  maxPolls: 0,
  onAttempt(failure) {
    // A slow answer is not a broken connection: only the latter raises the banner.
    if (failure?.code !== 'TIMEOUT') online.set(failure?.code !== 'OFFLINE');
  },
});

export function codeOf(error: unknown): string {
  return error instanceof HongbaoError ? error.code : 'UNKNOWN';
}
