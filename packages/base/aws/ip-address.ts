/**
 * IPv4 and IPv6 addresses and CIDR blocks, for resource policies, access documents and `Fn::Cidr`. This does not use
 * `node:net`, because pure folders must not import it; a test compares the two.
 */

export type IpAddress = { readonly bits: bigint; readonly width: 32 | 128 };

/** A CIDR block. `bits` are as written, so bits after the prefix may be set. */
export type IpBlock = IpAddress & { readonly prefix: number };

const MAPPED_PREFIX = 0xffffn;

/** Reads `203.0.113.7`, `2001:db8::1` or `::ffff:203.0.113.7` without conversion; undefined for anything else. */
export function parseIpAddress(text: string): IpAddress | undefined {
  const isV6 = text.includes(':');
  const bits = isV6 ? parseIpv6(text) : parseIpv4(text);
  return bits === undefined ? undefined : { bits, width: isV6 ? 128 : 32 };
}

/**
 * Reads a caller's address; undefined for a string that is not an address. An IPv4-mapped IPv6 address
 * (`::ffff:1.2.3.4`) becomes the IPv4 address, so that IPv4 rules match.
 */
export function parseCallerAddress(text: string): IpAddress | undefined {
  const address = parseIpAddress(text);
  return address?.width === 128 && address.bits >> 32n === MAPPED_PREFIX
    ? { bits: address.bits & 0xffff_ffffn, width: 32 }
    : address;
}

/** Formats an address. An IPv6 address is printed in the canonical form of RFC 5952, such as `2001:db8::1`. */
export function printIpAddress({ bits, width }: IpAddress): string {
  if (width === 32) return [24n, 16n, 8n, 0n].map((shift) => String((bits >> shift) & 255n)).join('.');
  const groups = Array.from({ length: 8 }, (_unused, index) =>
    ((bits >> BigInt(112 - index * 16)) & 0xffffn).toString(16),
  ).join(':');
  // The URL parser shortens the longest run of zeros (RFC 5952, 4.2.3).
  return new URL(`http://[${groups}]`).hostname.slice(1, -1);
}

/** Reads `203.0.113.0/24`, `2001:db8::/32` or a single address; undefined for anything else. */
export function parseIpBlock(text: string): IpBlock | undefined {
  const [addressText = '', prefixText, ...more] = text.split('/');
  const address = parseCallerAddress(addressText);
  if (address === undefined || more.length > 0) return undefined;
  const prefix = prefixText === undefined ? address.width : parsePrefix(prefixText, address.width);
  return prefix === undefined ? undefined : { ...address, prefix };
}

/** Reads a prefix length in decimal digits, at most `width`; undefined for anything else. */
export function parsePrefix(text: string, width: number): number | undefined {
  return /^\d{1,3}$/.test(text) && Number(text) <= width ? Number(text) : undefined;
}

export function firstAddress({ bits, width, prefix }: IpBlock): bigint {
  const hostBits = BigInt(width - prefix);
  return (bits >> hostBits) << hostBits;
}

/** Returns whether `outer` contains every address of `inner`; false for different IP versions. */
export function isWithin(inner: IpBlock, outer: IpBlock): boolean {
  const hostBits = BigInt(outer.width - outer.prefix);
  return (
    inner.width === outer.width &&
    inner.prefix >= outer.prefix &&
    inner.bits >> hostBits === outer.bits >> hostBits
  );
}

export function onlyAddress(address: IpAddress): IpBlock {
  return { ...address, prefix: address.width };
}

const OCTET = '(0|[1-9]\\d{0,2})';
const IPV4 = new RegExp(`^${OCTET}\\.${OCTET}\\.${OCTET}\\.${OCTET}$`);

function parseIpv4(text: string): bigint | undefined {
  // Some readers parse a leading zero as octal and others as decimal, so leading zeros are refused.
  const octets = IPV4.exec(text);
  if (octets === null) return undefined;
  let bits = 0;
  for (let at = 1; at <= 4; at += 1) {
    const octet = Number(octets[at]);
    if (octet > 255) return undefined;
    bits = bits * 256 + octet;
  }
  return BigInt(bits);
}

function parseIpv6(text: string): bigint | undefined {
  const [head = '', tail, ...more] = text.split('::');
  if (more.length > 0) return undefined;
  // A dotted IPv4 address is only allowed at the end of the text, so not before `::`.
  const left = parseGroups(head, tail === undefined);
  const right = tail === undefined ? [] : parseGroups(tail, true);
  if (left === undefined || right === undefined) return undefined;
  const missing = 8 - left.length - right.length;
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined;
  const groups = [...left, ...Array.from({ length: missing }, () => 0n), ...right];
  return groups.reduce((bits, group) => (bits << 16n) | group, 0n);
}

/** Reads the groups on one side of `::`; a dotted IPv4 address at the end counts as two. */
function parseGroups(text: string, endsText: boolean): readonly bigint[] | undefined {
  if (text === '') return [];
  const parts = text.split(':');
  const groups: bigint[] = [];
  for (const [index, part] of parts.entries()) {
    const embedded = endsText && index === parts.length - 1 ? parseIpv4(part) : undefined;
    if (embedded !== undefined) groups.push(embedded >> 16n, embedded & 0xffffn);
    else if (/^[0-9a-f]{1,4}$/i.test(part)) groups.push(BigInt(`0x${part}`));
    else return undefined;
  }
  return groups.length <= 8 ? groups : undefined;
}
