type Value = Readonly<Record<string, unknown>>;
export type Item = Readonly<Record<string, Value>>;

export function fromDynamo(item: Item): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, plain(value)]));
}

function plain(value: Value): unknown {
  const [[type, inner] = ['', undefined]] = Object.entries(value);
  switch (type) {
    case 'N':
      return exactNumber(String(inner));
    case 'NULL':
      return null;
    case 'M':
      return fromDynamo(inner as Item);
    case 'L':
      return (inner as readonly Value[]).map(plain);
    case 'NS':
      return (inner as readonly string[]).map(exactNumber);
    default:
      return inner;
  }
}

/**
 * Returns a number, or its text if JavaScript would round the number, because DynamoDB stores numbers with 38 digits.
 */
function exactNumber(digits: string): number | string {
  const value = Number(digits);
  return String(value) === digits ? value : digits;
}

export function printValue(value: Value | undefined): string {
  if (value === undefined) return '';
  const shown = plain(value);
  return typeof shown === 'string' ? shown : JSON.stringify(shown);
}

/** Returns a number as a number, and any other value as its printed text; undefined if there is no value. */
export function sortValueOf(value: Value | undefined): string | number | undefined {
  const digits = value?.['N'];
  return typeof digits === 'string' ? Number(digits) : printValue(value);
}
