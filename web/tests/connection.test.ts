import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { online, watchConnection } from '../src/api/connection';

// The page watches once, for as long as it lives; so does this file.
const browser = new EventTarget();
let isReachable = true;
let asked = 0;
vi.stubGlobal('window', browser);
watchConnection(async () => {
  asked += 1;
  online.set(isReachable);
});

describe('the connection', () => {
  beforeEach(() => {
    vi.useFakeTimers();
    online.set(true);
    asked = 0;
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('is asked about again, at growing rests, until something answers', async () => {
    isReachable = false;
    online.set(false);
    for (const [ms, times] of [[999, 0], [1, 1], [2000, 2], [4000, 3], [8000, 4], [15_000, 5], [15_000, 6]] as const) {
      await vi.advanceTimersByTimeAsync(ms);
      expect(asked).toBe(times);
    }

    isReachable = true;
    await vi.advanceTimersByTimeAsync(15_000);
    expect(online.current).toBe(true);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(asked).toBe(7);
  });

  it('is asked about at once when the browser tells of a network, and is not believed without an answer', async () => {
    isReachable = false;
    browser.dispatchEvent(new Event('offline'));
    expect(online.current).toBe(false);
    await vi.advanceTimersByTimeAsync(60_000);
    asked = 0;
    browser.dispatchEvent(new Event('online'));
    await vi.advanceTimersByTimeAsync(0);
    expect([asked, online.current]).toEqual([1, false]);

    isReachable = true;
    await vi.advanceTimersByTimeAsync(1000);
    expect(online.current).toBe(true);
  });

  it('recovers when a request from before fails after the network came back', async () => {
    isReachable = true;
    browser.dispatchEvent(new Event('offline'));
    browser.dispatchEvent(new Event('online'));
    await vi.advanceTimersByTimeAsync(0);
    online.set(false);
    await vi.advanceTimersByTimeAsync(1000);
    expect(online.current).toBe(true);
  });

  it('is left alone while it is there', async () => {
    await vi.advanceTimersByTimeAsync(60_000);
    expect(asked).toBe(0);
  });
});
