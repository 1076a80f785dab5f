import { expect, it } from 'vitest';
import { hashOf, sceneOf } from '../src/clip/contentId';
import { parseRoute } from '../src/route';

it('reads addresses', () => {
  expect(parseRoute('')).toEqual({ page: 'feed' });
  expect(parseRoute('#/p/7301')).toEqual({ page: 'packet', packetNo: '7301' });
  expect(parseRoute('#/p/../../etc')).toEqual({ page: 'feed' });
  expect(parseRoute('#/pay/7301')).toEqual({ page: 'publish', packetNo: '7301' });
  expect(parseRoute('#/send')).toEqual({ page: 'camera', sending: true });
  expect(parseRoute('#/me/sent')).toEqual({ page: 'me', part: 'sent' });
  expect(parseRoute('#/send/subsidy')).toEqual({ page: 'camera', sending: true, withSubsidy: true });
  expect(parseRoute('#/rain/7301')).toEqual({ page: 'rain', campaignId: '7301' });
  expect(parseRoute('#/rain/soon')).toEqual({ page: 'feed' });
  expect(parseRoute('#/me/subsidies')).toEqual({ page: 'me', part: 'subsidies' });
  expect(parseRoute('#/withdraw')).toEqual({ page: 'withdraw' });
  expect(parseRoute('#/withdrawal/12')).toEqual({ page: 'withdrawal', withdrawalNo: '12' });
  expect(parseRoute('#/me/nothing')).toEqual({ page: 'me', part: 'received' });
});

it('finds the scene of a content', () => {
  expect(sceneOf('clip-snow-01ab')).toBe('snow');
  expect(sceneOf('video-881')).toBe(sceneOf('video-881'));
  expect(hashOf('a')).toBe(0xe40c292c);
});
