/** Parses blocks of IPv4 and IPv6 addresses, matches addresses, and intersects lists of blocks. */
import {
  firstAddress,
  isWithin,
  onlyAddress,
  parseCallerAddress,
  parseIpBlock,
} from '@gatewright/aws/ip-address';
import type { IpBlock } from '@gatewright/aws/ip-address';

/**
 * Parses `203.0.113.0/24`, `2001:db8::/32` or one address. Returns undefined for anything else, including a block with
 * bits set after the prefix.
 */
export function parseIpNetwork(text: string): IpBlock | undefined {
  const block = parseIpBlock(text);
  // An address with bits set after the prefix, such as 10.0.0.1/8, is probably a typing error: either the address or
  // the prefix length is wrong.
  return block !== undefined && firstAddress(block) === block.bits ? block : undefined;
}

/** Whether one of the blocks contains the address. No block contains an address that cannot be parsed. */
export function containsAddress(networks: readonly string[], address: string): boolean {
  const candidate = parseCallerAddress(address);
  if (candidate === undefined) return false;
  return networks.some((text) => {
    const network = parseIpNetwork(text);
    return network !== undefined && isWithin(onlyAddress(candidate), network);
  });
}

/**
 * Returns the blocks whose addresses are in both lists. Two blocks are either nested or disjoint. Of two nested blocks,
 * the inner one is returned.
 */
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
