/** Amounts are whole numbers of fen everywhere; text is turned into them digit by digit, never through a float. */

const plainAmount = /^(\d{1,9})(?:\.(\d{0,2}))?$/;

/** The fen of an amount typed in yuan ("8", "8.8", "8.88", also full-width digits), or undefined when it is not one. */
export function parseYuan(text: string): number | undefined {
  const plain = text.normalize('NFKC').replace(/。/g, '.').replace(/^\s*¥/, '').trim().replace(/^\.(?=\d)/, '0.');
  const match = plainAmount.exec(plain);
  if (!match) return undefined;
  const fen = (match[2] ?? '').padEnd(2, '0');
  return Number(`${match[1]}${fen}`);
}

/** "8.88", "1,234.00": the number alone. */
export function yuanText(fen: number): string {
  const digits = String(Math.abs(fen)).padStart(3, '0');
  const yuan = digits.slice(0, -2).replace(/\B(?=(\d{3})+$)/g, ',');
  return `${fen < 0 ? '-' : ''}${yuan}.${digits.slice(-2)}`;
}

/** "8.88" as it would be typed: no grouping. */
export function yuanInput(fen: number): string {
  return yuanText(fen).replaceAll(',', '');
}

/** "¥8.88", "-¥8.88", "USD 8.88". */
export function moneyText(fen: number, currency = 'CNY'): string {
  const sign = fen < 0 ? '-' : '';
  const mark = currency === 'CNY' ? '¥' : `${currency} `;
  return `${sign}${mark}${yuanText(Math.abs(fen))}`;
}

/** The same with a plus in front of what came in: for statements. */
export function signedMoneyText(fen: number, currency = 'CNY'): string {
  return fen > 0 ? `+${moneyText(fen, currency)}` : moneyText(fen, currency);
}
