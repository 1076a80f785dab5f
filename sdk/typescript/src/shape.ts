/**
 * What a field of an answer holds: `text`, `integer`, `part` (of one), `flag` or the name of a shape; `[]` behind it for a list, `?` for one that may be absent. Numbers of things, times
 * and words are texts.
 */
export type Field = string;

/** An object's fields. There may be more of them: the service may learn new ones. */
export type Shape = Readonly<Record<string, Field>>;

/** The place of the first thing in an answer that is not as its shape says, such as `items[0].amount`; undefined when all is. */
export function faultIn(value: unknown, shape: string, shapes: Readonly<Record<string, Shape>>, at = ''): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return at || 'all of it';
  for (const [name, field] of Object.entries(shapes[shape] ?? {})) {
    const fault = faultOf((value as Record<string, unknown>)[name], field, shapes, at === '' ? name : `${at}.${name}`);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function faultOf(value: unknown, field: Field, shapes: Readonly<Record<string, Shape>>, at: string): string | undefined {
  if (field.endsWith('?')) return value === undefined || value === null ? undefined : faultOf(value, field.slice(0, -1), shapes, at);
  if (field.endsWith('[]')) {
    if (!Array.isArray(value)) return at;
    for (const [i, item] of value.entries()) {
      const fault = faultOf(item, field.slice(0, -2), shapes, `${at}[${i}]`);
      if (fault !== undefined) return fault;
    }
    return undefined;
  }

  switch (field) {
    case 'text':
      return typeof value === 'string' ? undefined : at;
    case 'flag':
      return typeof value === 'boolean' ? undefined : at;
    case 'integer':
      // Beyond 2^53 a number was rounded when it was read: no amount at all is better than another one.
      return Number.isSafeInteger(value) ? undefined : at;
    case 'part':
      return typeof value === 'number' && value > 0 && value <= 1 ? undefined : at;
    default:
      return faultIn(value, field, shapes, at);
  }
}
