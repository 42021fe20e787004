/** IPv4 and IPv6 addresses and CIDR blocks, for `IpAddress` conditions. */

type Address = { readonly bits: bigint; readonly width: 32 | 128 };

/** Whether an address lies in the block; an address that cannot be read lies in none. */
export type IpRange = (address: string) => boolean;

/** Reads `203.0.113.0/24`, `2001:db8::/32` or a single address; undefined for anything else. */
export function parseIpRange(text: string): IpRange | undefined {
  const [addressText = '', prefixText, ...more] = text.split('/');
  const address = parseIp(addressText);
  if (address === undefined || more.length > 0) return undefined;
  const prefix = prefixText === undefined ? address.width : parsePrefix(prefixText, address.width);
  if (prefix === undefined) return undefined;
  const hostBits = BigInt(address.width - prefix);
  const network = address.bits >> hostBits;
  return (candidateText) => {
    const candidate = parseIp(candidateText);
    return candidate?.width === address.width && candidate.bits >> hostBits === network;
  };
}

function parsePrefix(text: string, width: number): number | undefined {
  return /^\d{1,3}$/.test(text) && Number(text) <= width ? Number(text) : undefined;
}

const MAPPED_PREFIX = 0xffffn;

/** An IPv4 address in IPv6 clothes (`::ffff:1.2.3.4`) is that IPv4 address: a rule for one must not miss the other. */
function parseIp(text: string): Address | undefined {
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
  if (
    octets.length !== 4 ||
    !octets.every((octet) => /^(0|[1-9]\d{0,2})$/.test(octet) && Number(octet) < 256)
  )
    return undefined;
  return octets.reduce((bits, octet) => (bits << 8n) | BigInt(octet), 0n);
}

function parseIpv6(text: string): bigint | undefined {
  const [head = '', tail, ...more] = text.split('::');
  if (more.length > 0) return undefined;
  const left = parseGroups(head);
  const right = tail === undefined ? [] : parseGroups(tail);
  if (left === undefined || right === undefined) return undefined;
  const missing = 8 - left.length - right.length;
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined;
  const groups = [...left, ...Array.from({ length: missing }, () => 0n), ...right];
  return groups.reduce((bits, group) => (bits << 16n) | group, 0n);
}

/** The groups of one side of `::`; the last may be a dotted IPv4 address, which counts as two. */
function parseGroups(text: string): readonly bigint[] | undefined {
  if (text === '') return [];
  const groups: bigint[] = [];
  for (const part of text.split(':')) {
    const embedded = part.includes('.') ? parseIpv4(part) : undefined;
    if (embedded !== undefined && text.endsWith(part)) groups.push(embedded >> 16n, embedded & 0xffffn);
    else if (/^[0-9a-f]{1,4}$/i.test(part)) groups.push(BigInt(`0x${part}`));
    else return undefined;
  }
  return groups.length <= 8 ? groups : undefined;
}
