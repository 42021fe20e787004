import { firstAddress, parseIpAddress, parsePrefix, printIpAddress } from '@gatewright/aws/ip-address';

/**
 * Returns the first `count` blocks of `block` (`10.0.0.0/16`), each with `hostBits` host bits. Returns undefined if the
 * block is invalid or too small, or if `count` is outside CloudFormation's range of 1 to 256.
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
    const bits = start + BigInt(index) * size;
    return `${printIpAddress({ bits, width })}/${width - hostBits}`;
  });
}
