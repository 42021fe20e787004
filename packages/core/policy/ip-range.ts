/** Blocks of addresses as `IpAddress` conditions name them. */
import { isWithin, onlyAddress, parseCallerAddress, parseIpBlock } from '@gatewright/aws/ip-address';

/** Whether an address lies in the block; an address that cannot be read lies in none. */
type IpRange = (address: string) => boolean;

/** Reads `203.0.113.0/24`, `2001:db8::/32` or a single address, whatever stands below the prefix; undefined for anything else. */
export function parseIpRange(text: string): IpRange | undefined {
  const block = parseIpBlock(text);
  if (block === undefined) return undefined;
  return (candidateText) => {
    const candidate = parseCallerAddress(candidateText);
    return candidate !== undefined && isWithin(onlyAddress(candidate), block);
  };
}
