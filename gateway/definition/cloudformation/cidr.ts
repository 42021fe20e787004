/** Address arithmetic of `Fn::Cidr`, for IPv4 and IPv6 blocks. */

/**
 * Cuts the first `count` blocks with `hostBits` free bits each from `block` (`10.0.0.0/16`).
 * Undefined when the block is none, has no room, or count is outside CloudFormation's 1 to 256.
 */
export function cutCidr(block: string, count: number, hostBits: number): readonly string[] | undefined {
  const [address = '', prefixText = ''] = block.split('/');
  const width = address.includes(':') ? 128 : 32;
  const base = width === 32 ? parseIpv4(address) : parseIpv6(address);
  const prefix = /^\d{1,3}$/.test(prefixText) ? Number(prefixText) : -1;
  const inRange = Number.isInteger(count) && count >= 1 && count <= 256 && Number.isInteger(hostBits);
  const room = width - prefix - hostBits;
  if (base === undefined || prefix < 0 || prefix > width || !inRange || hostBits < 1 || room < 0) {
    return undefined;
  }
  if (BigInt(count) > 1n << BigInt(room)) return undefined;
  const size = 1n << BigInt(hostBits);
  const start = (base >> BigInt(width - prefix)) << BigInt(width - prefix);
  return Array.from({ length: count }, (_unused, index) => {
    const next = start + BigInt(index) * size;
    return `${width === 32 ? printIpv4(next) : printIpv6(next)}/${width - hostBits}`;
  });
}

function parseIpv4(text: string): bigint | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) <= 255)) {
    return undefined;
  }
  return parts.reduce((sum, part) => (sum << 8n) + BigInt(part), 0n);
}

function parseIpv6(text: string): bigint | undefined {
  const [head = '', tail, ...more] = text.split('::');
  if (more.length > 0) return undefined;
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const missing = 8 - left.length - right.length;
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined;
  const groups = [...left, ...Array.from({ length: missing }, () => '0'), ...right];
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return undefined;
  return groups.reduce((sum, group) => (sum << 16n) + BigInt(`0x${group}`), 0n);
}

function printIpv4(address: bigint): string {
  return [24n, 16n, 8n, 0n].map((shift) => String((address >> shift) & 255n)).join('.');
}

function printIpv6(address: bigint): string {
  const groups = Array.from({ length: 8 }, (_unused, index) =>
    ((address >> BigInt(112 - index * 16)) & 0xffffn).toString(16),
  ).join(':');
  // The URL parser shortens the longest run of zeros (RFC 5952, 4.2.3).
  return new URL(`http://[${groups}]`).hostname.slice(1, -1);
}
