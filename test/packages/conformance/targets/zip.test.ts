import { describe, it } from 'node:test';
import assert from 'node:assert/strict';
import { crc32 } from 'node:zlib';
import { zipOf } from '../../../../packages/conformance/targets/zip.ts';

describe('zipOf', () => {
  it('has the file at the place that the central directory states, with its checksum (APPNOTE 4.3)', () => {
    const text = 'exports.handler = async () => ({});';
    const zip = Buffer.from(zipOf('index.js', text));
    const end = zip.length - 22;

    assert.equal(zip.readUInt32LE(end), 0x06054b50);
    const central = zip.readUInt32LE(end + 16);
    assert.equal(zip.readUInt32LE(central), 0x02014b50);
    assert.equal(central + zip.readUInt32LE(end + 12), end);
    assert.equal(zip.readUInt32LE(central + 16), crc32(text));
    const local = zip.readUInt32LE(central + 42);
    assert.equal(zip.readUInt32LE(local), 0x04034b50);
    const nameLength = zip.readUInt16LE(local + 26);
    assert.equal(zip.toString('utf8', local + 30, local + 30 + nameLength), 'index.js');
    assert.equal(zip.toString('utf8', local + 30 + nameLength, central), text);
  });
});
