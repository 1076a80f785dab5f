import { Value } from '../value';

/** What users say to rains that ask for a password: known to this page until it is left, and to nobody's storage. */
export class RainPasswords {
  readonly all = new Value<ReadonlyMap<string, string>>(new Map());

  of(uid: string, campaignId: string): string | undefined {
    return this.all.current.get(keyOf(uid, campaignId));
  }

  say(uid: string, campaignId: string, password: string): void {
    this.all.set(new Map(this.all.current).set(keyOf(uid, campaignId), password));
  }

  /** It was refused. */
  forget(uid: string, campaignId: string): void {
    const left = new Map(this.all.current);
    left.delete(keyOf(uid, campaignId));
    this.all.set(left);
  }
}

const keyOf = (uid: string, campaignId: string) => `${uid}.${campaignId}`;

export const rainPasswords = new RainPasswords();
