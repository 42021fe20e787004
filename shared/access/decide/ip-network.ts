/** Blocks of IPv4 and IPv6 addresses: reading, holding, and what two lists have in common. */

export type IpNetwork = { readonly bits: bigint; readonly prefix: number; readonly width: 32 | 128 };

const MAPPED_PREFIX = 0xffffn;

/** Reads `203.0.113.0/24`, `2001:db8::/32` or one address; undefined for anything else, bits below the prefix included. */
export function parseIpNetwork(text: string): IpNetwork | undefined {
  const [addressText = '', prefixText, ...more] = text.split('/');
  const address = parseIp(addressText);
  if (address === undefined || more.length > 0) return undefined;
  const { bits, width } = address;
  if (prefixText === undefined) return { bits, prefix: width, width };
  const prefix = Number(prefixText);
  if (!/^\d{1,3}$/.test(prefixText) || prefix > width) return undefined;
  const network = { bits, prefix, width };
  // 10.0.0.1/8 is a slip of the pen, and nobody knows which half of it was meant.
  return (bits >> hostBits(network)) << hostBits(network) === bits ? network : undefined;
}

/** Whether one of the blocks holds the address; an address that cannot be read is in none. */
export function holdsAddress(networks: readonly string[], address: string): boolean {
  const candidate = parseIp(address);
  if (candidate === undefined) return false;
  return networks.some((text) => {
    const network = parseIpNetwork(text);
    return network !== undefined && isWithin({ ...candidate, prefix: candidate.width }, network);
  });
}

/** The blocks that lie in both lists: two blocks are either nested or apart. */
export function intersectNetworks(some: readonly string[], others: readonly string[]): readonly string[] {
  const both = some.flatMap((a) =>
    others.flatMap((b) => {
      const [first, second] = [parseIpNetwork(a), parseIpNetwork(b)];
      if (first === undefined || second === undefined) return [];
      if (isWithin(first, second)) return [a];
      return isWithin(second, first) ? [b] : [];
    }),
  );
  return [...new Set(both)].sort();
}

function isWithin(inner: IpNetwork, outer: IpNetwork): boolean {
  return (
    inner.width === outer.width &&
    inner.prefix >= outer.prefix &&
    inner.bits >> hostBits(outer) === outer.bits >> hostBits(outer)
  );
}

function hostBits({ width, prefix }: IpNetwork): bigint {
  return BigInt(width - prefix);
}

/** An IPv4 address in IPv6 clothes (`::ffff:1.2.3.4`) is that IPv4 address: a rule for one must not miss the other. */
function parseIp(text: string): { bits: bigint; width: 32 | 128 } | undefined {
  if (!text.includes(':')) {
    const bits = parseIpv4(text);
    return bits === undefined ? undefined : { bits, width: 32 };
  }
  const bits = parseIpv6(text);
  if (bits === undefined) return undefined;
  return bits >> 32n === MAPPED_PREFIX ? { bits: bits & 0xffff_ffffn, width: 32 } : { bits, width: 128 };
}

function parseIpv4(text: string): bigint | undefined {
  const octets = text.split('.');
  // Leading zeros are octal to some readers and decimal to others, so they are no address here.
  const isAddress =
    octets.length === 4 && octets.every((octet) => /^(0|[1-9]\d{0,2})$/.test(octet) && Number(octet) < 256);
  return isAddress ? octets.reduce((bits, octet) => (bits << 8n) | BigInt(octet), 0n) : undefined;
}

function parseIpv6(text: string): bigint | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [left, right = []] = halves.map(parseGroups);
  if (left === undefined || halves.map(parseGroups).includes(undefined)) return undefined;
  const missing = 8 - left.length - right.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  const groups = [...left, ...Array.from({ length: missing }, () => 0n), ...right];
  return groups.reduce((bits, group) => (bits << 16n) | group, 0n);
}

/** The groups of one side of `::`; the last may be a dotted IPv4 address, which counts as two. */
function parseGroups(text: string): readonly bigint[] | undefined {
  if (text === '') return [];
  const parts = text.split(':');
  const groups = parts.flatMap((part, index) => {
    const embedded = index === parts.length - 1 && part.includes('.') ? parseIpv4(part) : undefined;
    if (embedded !== undefined) return [embedded >> 16n, embedded & 0xffffn];
    return /^[0-9a-f]{1,4}$/i.test(part) ? [BigInt(`0x${part}`)] : [-1n];
  });
  return groups.includes(-1n) || groups.length > 8 ? undefined : groups;
}
