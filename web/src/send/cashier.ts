import { service } from '../api/service';
import { language } from '../words/language';

/** Goes to the cashier in this tab. The single-use ticket is for our own server only: a foreign cashier gets none. */
export async function goToCashier(cashierUrl: string): Promise<void> {
  const address = new URL(cashierUrl, location.href);
  if (address.protocol !== 'https:' && address.protocol !== 'http:') throw new Error('not a web address');
  if (address.origin === location.origin) {
    const { ticket } = await service.issueTicket();
    address.searchParams.set('ticket', ticket);
    address.searchParams.set('lang', language.current);
  }
  location.assign(address);
}
