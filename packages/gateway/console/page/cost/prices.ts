/** AWS's prices in us-east-1, from docs/aws §14; the page lets the user change them. */

/** Units up to `upTo` have this price, then the next tier applies; the last tier has no upper bound. */
export type Tier = { readonly upTo: number; readonly price: number };

export type Prices = {
  /** The price per million REST API requests. */
  readonly rest: readonly Tier[];
  readonly http: readonly Tier[];
  readonly messages: readonly Tier[];
  readonly connectionMinutes: number;
  /** The price per hour, by cache size in gigabytes. */
  readonly cache: Readonly<Record<string, number>>;
  readonly lambdaRequests: number;
  /** The price per gigabyte-second. */
  readonly lambdaX86: readonly Tier[];
  readonly lambdaArm: readonly Tier[];
  /** The price per gigabyte. */
  readonly logs: number;
  readonly dataOut: number;
  /** The price per million on-demand units. */
  readonly tableWrites: number;
  readonly tableReads: number;
};

const M = 1e6;
const B = 1e9;

export const DEFAULT_PRICES: Prices = {
  rest: [
    { upTo: 333 * M, price: 3.5 },
    { upTo: 1000 * M, price: 2.8 },
    { upTo: 20 * B, price: 2.38 },
    { upTo: Infinity, price: 1.51 },
  ],
  http: [
    { upTo: 300 * M, price: 1 },
    { upTo: Infinity, price: 0.9 },
  ],
  messages: [
    { upTo: B, price: 1 },
    { upTo: Infinity, price: 0.8 },
  ],
  connectionMinutes: 0.25,
  cache: {
    '0.5': 0.02,
    '1.6': 0.038,
    '6.1': 0.2,
    '13.5': 0.25,
    '28.4': 0.5,
    '58.2': 1,
    '118': 1.9,
    '237': 3.8,
  },
  lambdaRequests: 0.2,
  lambdaX86: [
    { upTo: 6 * B, price: 0.0000166667 },
    { upTo: 15 * B, price: 0.000015 },
    { upTo: Infinity, price: 0.000013334 },
  ],
  lambdaArm: [
    { upTo: 7.5 * B, price: 0.0000133334 },
    { upTo: 18.75 * B, price: 0.0000120001 },
    { upTo: Infinity, price: 0.0000106667 },
  ],
  logs: 0.5,
  dataOut: 0.09,
  tableWrites: 0.625,
  tableReads: 0.125,
};

/**
 * The prices that the user can change, with their units. For a tiered price, the user changes the price of the first
 * tier.
 */
export const EDITABLE = [
  ['rest', 'REST requests, per million', 'May 2025'],
  ['http', 'HTTP requests, per million', '2021'],
  ['messages', 'WebSocket messages, per million', 'May 2025'],
  ['connectionMinutes', 'connection minutes, per million', 'undated'],
  ['lambdaRequests', 'Lambda requests, per million', '2024'],
  ['lambdaX86', 'Lambda x86, per GB-second', '2024'],
  ['lambdaArm', 'Lambda arm64, per GB-second', '2024'],
  ['logs', 'logs, per GB', '2026'],
  ['dataOut', 'data out, per GB', 'May 2025'],
  ['tableWrites', 'DynamoDB write units, per million', 'November 2024'],
  ['tableReads', 'DynamoDB read units, per million', 'November 2024'],
] as const;

export type EditablePrice = (typeof EDITABLE)[number][0];

export function priceOf(prices: Prices, name: EditablePrice): number {
  const price = prices[name];
  return typeof price === 'number' ? price : (price[0]?.price ?? 0);
}

/** Changes one price. If the price has several tiers, the other tiers change in proportion. */
export function withPrice(prices: Prices, name: EditablePrice, value: number): Prices {
  const before = prices[name];
  if (typeof before === 'number') return { ...prices, [name]: value };
  const first = before[0]?.price ?? 0;
  const tiers = before.map(({ upTo, price }) => ({
    upTo,
    price: first === 0 ? value : (price / first) * value,
  }));
  return { ...prices, [name]: tiers };
}
