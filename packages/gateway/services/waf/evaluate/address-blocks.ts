/** Stores sets of networks in which an address can be looked up. */
import { firstAddress, parseCallerAddress, parseIpBlock, printIpAddress } from '@gatewright/aws/ip-address';

export type Address = NonNullable<ReturnType<typeof parseCallerAddress>>;

export { parseCallerAddress as readAddress, printIpAddress as printAddress };

/**
 * Looks addresses up by prefix, so the cost depends on the number of distinct prefix lengths, not on the number of
 * blocks.
 */
export class AddressBlocks<Value = true> {
  readonly #byPrefix = new Map<string, Map<number | bigint, Value>>();
  readonly #prefixes: {
    readonly width: number;
    readonly prefix: number;
    readonly blocks: Map<number | bigint, Value>;
  }[] = [];

  /**
   * Adds a network.
   * @returns false if the text is not a CIDR block, or if its prefix length is 0
   */
  add(text: string, value: Value): boolean {
    const block = parseIpBlock(text);
    if (block === undefined || block.prefix === 0) return false;
    const { width, prefix } = block;
    const key = `${width}/${prefix}`;
    let blocks = this.#byPrefix.get(key);
    if (blocks === undefined) {
      blocks = new Map();
      this.#byPrefix.set(key, blocks);
      this.#prefixes.push({ width, prefix, blocks });
      // The longest, most specific prefix is tried first.
      this.#prefixes.sort((a, b) => b.prefix - a.prefix);
    }
    blocks.set(networkOf(firstAddress(block), width, prefix), value);
    return true;
  }

  find({ bits, width }: Address): Value | undefined {
    for (const one of this.#prefixes) {
      if (one.width !== width) continue;
      const found = one.blocks.get(networkOf(bits, width, one.prefix));
      if (found !== undefined) return found;
    }
    return undefined;
  }
}

/**
 * Returns the network of an address. IPv4 networks are numbers, which are several times faster than bigints. The prefix
 * must not be 0, because `>>>` would then shift nothing.
 */
function networkOf(bits: bigint, width: number, prefix: number): number | bigint {
  return width === 32 ? Number(bits) >>> (32 - prefix) : bits >> BigInt(width - prefix);
}
