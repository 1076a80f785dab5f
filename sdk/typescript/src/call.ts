import type { ShapeName } from './generated/shapes.js';
import type { HongbaoError } from './HongbaoError.js';

/** How long and how often the same request is sent again. */
export interface Patience {
  /** How long one request may take before it counts as unanswered, with getting its token. 10 seconds by default; more than 0, less than 25 days. */
  attemptTimeoutMs: number;
  /**
   * How long a call may take with all its repetitions and waits. 60 seconds by default, long enough for every poll that a busy packet grants; more than 0. A wait
   * that would end later is not begun.
   */
  deadlineMs: number;
  /** How often a request is sent that nobody answers or that fails inside the service, the first time included. 6 by default; at least 1. */
  attempts: number;
  /** How often a service that asks to come again is asked again; it may ask for fewer. 10 by default; 0 for never. */
  maxPolls: number;
  /**
   * A service that asks for a longer wait than this is not waited for: the call ends with what it said. The deadline is what bounds it by default. What is added so that
   * people do not come all at once is not counted.
   */
  longestWaitMs: number;
  /** Which failures are worth the same request again; by default those that are `transient`. */
  repeats(failure: HongbaoError): boolean;
}

/** A call is about to wait before it sends its request again. */
export interface CallWait {
  /** What the last request ended with. */
  failure: HongbaoError;
  /** How long it waits. */
  waitMs: number;
  /** How often it has been told to come again, from 1; 0 when the last request was not answered. */
  poll: number;
  /** How often it comes again at most; 0 when the last request was not answered. */
  maxPolls: number;
}

/** What one call does otherwise than its client. */
export interface CallOptions extends Partial<Patience> {
  /** Ends the call, its request and its waiting; what was sent may still be carried out. The call then fails with the signal's reason. */
  signal?: AbortSignal;
  /** Told before each wait, so that a user can be shown that he is in a line. */
  onWait?(wait: CallWait): void;
}

/** One request of the contract. */
export interface Call {
  method: string;
  path: string;
  query?: Record<string, string | number | undefined>;
  body?: unknown;
  takesToken: boolean;
  /** What a success has to be. */
  answer: ShapeName;
}
