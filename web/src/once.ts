import { HongbaoError, newRequestId } from 'hongbao-client';
import { device } from './storage';

/** A request that was sent and, as far as this browser knows, never answered. */
export interface Unanswered<T> {
  requestId: string;
  content: T;
}

const mostKept = 8;

/**
 * Requests that must not be carried out twice. The number of each is kept until its answer is known, so sending the same content again after a lost answer or a reload is
 * the same request, and the server gives the first answer back.
 */
export class Once<T> {
  readonly #name: string;
  readonly #kept: (content: T) => T;

  /** What this page has sent, by user: the browser's storage may be full or blocked, and another tab may be the same user. */
  readonly #sentHere = new Map<string, Unanswered<T>[]>();

  /**
   * @param name of the kept numbers.
   * @param kept what the browser's storage gets of a content: what is not for it stays out, and after a reload the same content is told by the rest.
   */
  constructor(name: string, kept: (content: T) => T = (content) => content) {
    this.#name = name;
    this.#kept = kept;
  }

  /** Sends it under the number that it was sent with before, else a new one. */
  async send<A>(uid: string, content: T, send: (requestId: string, content: T) => Promise<A>): Promise<A> {
    const here = this.#sentHere.get(uid) ?? [];
    const isHere = ({ requestId }: Unanswered<T>) => here.some((each) => each.requestId === requestId);
    const kept = this.unanswered(uid).filter((each) => same(each.content, isHere(each) ? content : this.#kept(content))).at(-1);
    const requestId = kept?.requestId ?? `h5-${newRequestId()}`;
    this.#keep(uid, { requestId, content });
    try {
      const answer = await send(requestId, content);
      // Last: whatever fails before is sent again under the same number.
      this.#forget(uid, requestId);
      return answer;
    } catch (error) {
      if (error instanceof HongbaoError && error.refused) this.#forget(uid, requestId);
      throw error;
    }
  }

  /** In order; those of this page are the last. */
  unanswered(uid: string): Unanswered<T>[] {
    const here = this.#sentHere.get(uid) ?? [];
    return [...this.#stored(uid).filter((each) => !here.some(({ requestId }) => requestId === each.requestId)), ...here];
  }

  #keyOf(uid: string): string {
    return `${this.#name}.${uid}`;
  }

  #keep(uid: string, entry: Unanswered<T>): void {
    const others = (list: Unanswered<T>[]) => list.filter(({ requestId }) => requestId !== entry.requestId);
    this.#sentHere.set(uid, [...others(this.#sentHere.get(uid) ?? []), entry]);
    device.set(this.#keyOf(uid), [...others(this.#stored(uid)), { ...entry, content: this.#kept(entry.content) }].slice(-mostKept));
  }

  #forget(uid: string, requestId: string): void {
    const others = (list: Unanswered<T>[]) => list.filter((each) => each.requestId !== requestId);
    this.#sentHere.set(uid, others(this.#sentHere.get(uid) ?? []));
    const left = others(this.#stored(uid));
    if (left.length > 0) device.set(this.#keyOf(uid), left);
    else device.remove(this.#keyOf(uid));
  }

  /** Also as versions before kept it: one, not a list, and called a packet. */
  #stored(uid: string): Unanswered<T>[] {
    const kept = device.get(this.#keyOf(uid));
    return (Array.isArray(kept) ? kept : [kept])
      .map((each) => ({ requestId: each?.requestId, content: each?.content ?? each?.packet }))
      .filter((each): each is Unanswered<T> => typeof each.requestId === 'string' && typeof each.content === 'object');
  }
}

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);
