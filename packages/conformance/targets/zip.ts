/** Writes a ZIP archive with a single uncompressed file (APPNOTE 6.3.10), in the form that CreateFunction accepts. */
import { crc32 } from 'node:zlib';

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const VERSION = 20;
/** Made on Unix (3), because unzip programs read the file mode only of archives that were made on Unix. */
const MADE_BY = (3 << 8) | VERSION;
/** Unix file mode `rw-r--r--`, because Lambda's user must be able to read the file. */
const MODE = 0o100644 * 0x1_0000;
/** The date 1980-01-01. */
const DAY = 0x21;

export function zipOf(name: string, text: string): Uint8Array {
  const [data, path] = [Buffer.from(text), Buffer.from(name)];
  // Contains flags, method, time, date, CRC, both sizes, and the lengths of name and extra field.
  const facts = Buffer.alloc(24);
  facts.writeUInt16LE(DAY, 6);
  facts.writeUInt32LE(crc32(data), 8);
  facts.writeUInt32LE(data.length, 12);
  facts.writeUInt32LE(data.length, 16);
  facts.writeUInt16LE(path.length, 20);
  const local = Buffer.concat([head(LOCAL, VERSION), facts, path, data]);
  const place = Buffer.alloc(14);
  place.writeUInt32LE(MODE, 6);
  const central = Buffer.concat([head(CENTRAL, MADE_BY, VERSION), facts, place, path]);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(1, 4);
  end.writeUInt16LE(1, 6);
  end.writeUInt32LE(central.length, 8);
  end.writeUInt32LE(local.length, 12);
  return Buffer.concat([local, central, head(END), end]);
}

function head(signature: number, ...versions: readonly number[]): Buffer {
  const buffer = Buffer.alloc(4 + 2 * versions.length);
  buffer.writeUInt32LE(signature, 0);
  for (const [index, version] of versions.entries()) buffer.writeUInt16LE(version, 4 + 2 * index);
  return buffer;
}
