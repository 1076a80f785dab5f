/**
 * Where a request goes.
 * @param service Where the service is, such as `https://packets.example.com`; where the page came from when undefined.
 * @param path From the service's root.
 * @throws TypeError when that is no address, as outside of a page without a service.
 */
export function addressOf(service: string | undefined, path: string): string {
  const base = service?.replace(/\/+$/, '') ?? '';
  try {
    // In a page a part of where it came from will do.
    const address = new URL(base + path, globalThis.location?.origin);
    if (/^($|\/|https?:)/.test(base) && !/[?#]/.test(base) && /^https?:$/.test(address.protocol)) return address.href;
  } catch {
    // Told below.
  }
  throw new TypeError(service === undefined
    ? 'service: outside of a page it has to be said where the service is, such as https://packets.example.com'
    : `service: '${service}' is not an address such as https://packets.example.com`);
}
