/** Blocks of IPv4 and IPv6 addresses: reading, holding, and what two lists have in common. */
import {
  firstAddress,
  isWithin,
  onlyAddress,
  parseCallerAddress,
  parseIpBlock,
} from '@gatewright/aws/ip-address';
import type { IpBlock } from '@gatewright/aws/ip-address';

/** Reads `203.0.113.0/24`, `2001:db8::/32` or one address; undefined for anything else, bits below the prefix included. */
export function parseIpNetwork(text: string): IpBlock | undefined {
  const block = parseIpBlock(text);
  // 10.0.0.1/8 is a slip of the pen, and nobody knows which half of it was meant.
  return block !== undefined && firstAddress(block) === block.bits ? block : undefined;
}

/** Whether one of the blocks holds the address; an address that cannot be read is in none. */
export function holdsAddress(networks: readonly string[], address: string): boolean {
  const candidate = parseCallerAddress(address);
  if (candidate === undefined) return false;
  return networks.some((text) => {
    const network = parseIpNetwork(text);
    return network !== undefined && isWithin(onlyAddress(candidate), network);
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
