/** A fresh number for a request that must not be carried out twice, 128 random bits: keep it with what you are about to send. */
export function newRequestId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
