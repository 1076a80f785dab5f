import { describe, expect, it } from 'vitest';
import { moneyText, parseYuan, signedMoneyText, yuanInput, yuanText } from '../src/money';

describe('typed amounts', () => {
  it.each([
    ['8', 800],
    ['8.8', 880],
    ['8.88', 888],
    ['0.01', 1],
    ['.5', 50],
    ['8.', 800],
    [' ¥66.66 ', 6666],
    ['１２．５', 1250],
    ['12。5', 1250],
    // 4.35 * 100 and 1.005 * 100 are where floats go wrong.
    ['4.35', 435],
    ['1.10', 110],
    ['123456789.99', 12_345_678_999],
  ])('%s is %i fen', (text, fen) => expect(parseYuan(text)).toBe(fen));

  it.each(['', ' ', '.', '-1', '+1', '1e3', '1.234', '1,000', '1 000', 'abc', '0x10', '1.2.3', '1234567890', 'NaN'])('%j is not an amount', (text) =>
    expect(parseYuan(text)).toBeUndefined(),
  );

  it('comes back as it was typed', () => {
    for (let fen = 0; fen < 20_000; fen += 7) expect(parseYuan(yuanInput(fen))).toBe(fen);
  });
});

describe('shown amounts', () => {
  it('have two decimals, groups and a sign', () => {
    expect(yuanText(0)).toBe('0.00');
    expect(yuanText(5)).toBe('0.05');
    expect(yuanText(123_456_789)).toBe('1,234,567.89');
    expect(moneyText(888)).toBe('¥8.88');
    expect(moneyText(-888)).toBe('-¥8.88');
    expect(moneyText(888, 'USD')).toBe('USD 8.88');
    expect(signedMoneyText(888)).toBe('+¥8.88');
    expect(signedMoneyText(-888)).toBe('-¥8.88');
    expect(signedMoneyText(0)).toBe('¥0.00');
  });
});
