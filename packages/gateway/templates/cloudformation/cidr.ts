import { firstAddress, parseIpAddress, parsePrefix } from '@gatewright/aws/ip-address';

/**
 * Returns the first `count` blocks of `block` (`10.0.0.0/16`), each with `hostBits` host bits. Undefined if the block
 * is invalid or too small, or if `count` is outside CloudFormation's range of 1 to 256.
 */
export function cutCidr(block: string, count: number, hostBits: number): readonly string[] | undefined {
  const [address = '', prefixText = ''] = block.split('/');
  const base = parseIpAddress(address);
  const prefix = parsePrefix(prefixText, base?.width ?? 0);
  const inRange = Number.isInteger(count) && count >= 1 && count <= 256 && Number.isInteger(hostBits);
  if (base === undefined || prefix === undefined || !inRange || hostBits < 1) return undefined;
  const { width } = base;
  const room = width - prefix - hostBits;
  if (room < 0) return undefined;
  if (BigInt(count) > 1n << BigInt(room)) return undefined;
  const size = 1n << BigInt(hostBits);
  const start = firstAddress({ ...base, prefix });
  return Array.from({ length: count }, (_unused, index) => {
    const next = start + BigInt(index) * size;
    return `${width === 32 ? printIpv4(next) : printIpv6(next)}/${width - hostBits}`;
  });
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
