/** Sets of networks, and the caller's address that is looked up in them. */
import { firstAddress, parseCallerAddress, parseIpBlock } from '@gatewright/aws/ip-address';

export type Address = NonNullable<ReturnType<typeof parseCallerAddress>>;

export { parseCallerAddress as readAddress };

/** Looked up by prefix, so that ten thousand blocks cost as many steps as there are different prefixes. */
export class AddressBlocks<Value = true> {
  readonly #byPrefix = new Map<string, Map<bigint, Value>>();
  readonly #prefixes: {
    readonly width: number;
    readonly prefix: number;
    readonly hostBits: bigint;
    readonly blocks: Map<bigint, Value>;
  }[] = [];

  /** @returns false for a text that is no block, or one of /0 */
  add(text: string, value: Value): boolean {
    const block = parseIpBlock(text);
    if (block === undefined || block.prefix === 0) return false;
    const { width, prefix } = block;
    const key = `${width}/${prefix}`;
    const hostBits = BigInt(width - prefix);
    let blocks = this.#byPrefix.get(key);
    if (blocks === undefined) {
      blocks = new Map();
      this.#byPrefix.set(key, blocks);
      this.#prefixes.push({ width, prefix, hostBits, blocks });
      // The longest prefix, the most exact, is asked first.
      this.#prefixes.sort((a, b) => b.prefix - a.prefix);
    }
    blocks.set(firstAddress(block) >> hostBits, value);
    return true;
  }

  find({ bits, width }: Address): Value | undefined {
    for (const one of this.#prefixes) {
      if (one.width !== width) continue;
      const found = one.blocks.get(bits >> one.hostBits);
      if (found !== undefined) return found;
    }
    return undefined;
  }
}
