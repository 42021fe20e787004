/**
 * Finds the country of an address. The countries come from a file of the user, which has one network per line, such as
 * `203.0.113.0/24,DE`.
 */
import { AddressBlocks } from './address-blocks.ts';
import type { Address } from './address-blocks.ts';

/** The maximum number of lines in the file. Larger files do not fit into memory. */
const MAX_LINES = 2_000_000;

export class NetworksFileError extends Error {
  override readonly name = 'NetworksFileError';
  readonly code = 'WAF_NETWORKS_INVALID';
  readonly line: number;

  constructor(line: number, message: string) {
    super(message);
    this.line = line;
  }
}

export class Countries {
  readonly #blocks: AddressBlocks<string>;

  private constructor(blocks: AddressBlocks<string>) {
    this.#blocks = blocks;
  }

  /**
   * Parses the file.
   * @throws NetworksFileError if a line is invalid or there are too many lines
   */
  static parse(text: string): Countries {
    const blocks = new AddressBlocks<string>();
    const lines = text.split('\n');
    if (lines.length > MAX_LINES)
      throw new NetworksFileError(MAX_LINES, `the file has more than ${MAX_LINES} lines`);
    for (const [index, raw] of lines.entries()) {
      const line = raw.trim();
      if (line === '' || line.startsWith('#')) continue;
      const [network = '', country = '', ...more] = line.split(',').map((part) => part.trim());
      if (more.length > 0 || !/^[A-Z]{2}$/.test(country) || !blocks.add(network, country))
        throw new NetworksFileError(
          index + 1,
          `"${line.slice(0, 80)}" is not "network,country", such as 203.0.113.0/24,DE`,
        );
    }
    return new Countries(blocks);
  }

  /** Returns the country of the address; undefined if the file does not contain the address. */
  of(address: Address): string | undefined {
    return this.#blocks.find(address);
  }
}
