/**
 * Writes a zip archive (APPNOTE 6.3, no zip64). Equal files give equal bytes, so an unchanged function is not deployed
 * again.
 */
import { crc32, deflateRawSync } from 'node:zlib';

const VERSION = 20;
/** Marks the attributes of a file as Unix attributes, because Lambda reads the file permissions from them. */
const MADE_BY = (3 << 8) | VERSION;
const READABLE_FILE = (0o100644 << 16) >>> 0;
const UTF8_NAMES = 0x0800;
const DEFLATED = 8;
/** 1 January 1980, the first date of the zip format. */
const DATE = 0x0021;

/** Writes the archive, with its entries sorted by name. */
export function writeZip(files: ReadonlyMap<string, Uint8Array>): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const [name, content] of [...files].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const encoded = Buffer.from(name);
    const packed = deflateRawSync(content, { level: 9 });
    const described = describeEntry(content, packed, encoded);
    const local = Buffer.concat([uint32(0x04034b50), uint16(VERSION), described, uint16(0), encoded, packed]);
    directory.push(
      Buffer.concat([
        uint32(0x02014b50),
        uint16(MADE_BY),
        uint16(VERSION),
        described,
        // No extra field, no comment, first disk, no internal attributes.
        uint16(0),
        uint16(0),
        uint16(0),
        uint16(0),
        uint32(READABLE_FILE),
        uint32(at),
        encoded,
      ]),
    );
    parts.push(local);
    at += local.length;
  }
  const central = Buffer.concat(directory);
  const count = uint16(directory.length);
  const end = [
    uint32(0x06054b50),
    uint16(0),
    uint16(0),
    count,
    count,
    uint32(central.length),
    uint32(at),
    uint16(0),
  ];
  return Buffer.concat([...parts, central, ...end]);
}

/** Returns the fields from the flags to the length of the name, which are the same in both headers. */
function describeEntry(content: Uint8Array, packed: Buffer, name: Buffer): Buffer {
  const shape = [uint16(UTF8_NAMES), uint16(DEFLATED), uint16(0), uint16(DATE)];
  const sizes = [uint32(crc32(content)), uint32(packed.length), uint32(content.length), uint16(name.length)];
  return Buffer.concat([...shape, ...sizes]);
}

function uint16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
