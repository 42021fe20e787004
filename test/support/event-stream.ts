/** Reads AWS's event-stream framing strictly as its specification says. It has its own table for the checksums. */
import assert from 'node:assert/strict';

type DecodedEvent = { readonly headers: Readonly<Record<string, string>>; readonly payload: Buffer };

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

function checksum(bytes: Buffer): number {
  let sum = 0xffffffff;
  for (const byte of bytes) sum = (sum >>> 8) ^ (TABLE[(sum ^ byte) & 0xff] ?? 0);
  return (sum ^ 0xffffffff) >>> 0;
}

/** Returns all messages of a body. Fails if a message is incomplete or has a wrong checksum. */
export function decodeEvents(body: Buffer): DecodedEvent[] {
  const events: DecodedEvent[] = [];
  let rest = body;
  while (rest.length > 0) {
    const total = rest.readUInt32BE(0);
    const message = rest.subarray(0, total);
    assert.equal(message.length, total, 'a whole message');
    assert.equal(message.readUInt32BE(8), checksum(message.subarray(0, 8)), 'checksum of the prelude');
    assert.equal(message.readUInt32BE(total - 4), checksum(message.subarray(0, total - 4)), 'of the message');
    const payloadAt = 12 + message.readUInt32BE(4);
    const headers: Record<string, string> = {};
    for (let at = 12; at < payloadAt;) {
      const nameEnd = at + 1 + message.readUInt8(at);
      assert.equal(message.readUInt8(nameEnd), 7, 'a text');
      const valueAt = nameEnd + 3;
      const valueEnd = valueAt + message.readUInt16BE(nameEnd + 1);
      headers[message.toString('utf8', at + 1, nameEnd)] = message.toString('utf8', valueAt, valueEnd);
      at = valueEnd;
    }
    events.push({ headers, payload: message.subarray(payloadAt, total - 4) });
    rest = rest.subarray(total);
  }
  return events;
}
