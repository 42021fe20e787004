import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { FrameMeter } from '../../../../packages/gateway/server/frame-meter.ts';

const LIMIT_BYTES = 32 * 1024;

type Frame = { readonly opcode: number; readonly isFinal: boolean; readonly length: number };

/** A masked frame as a client sends it (RFC 6455 §5.2). */
function bytesOf({ opcode, isFinal, length }: Frame): Buffer {
  const first = (isFinal ? 0x80 : 0) | opcode;
  const size =
    length < 126
      ? Buffer.from([0x80 | length])
      : length < 65_536
        ? Buffer.from([0x80 | 126, length >> 8, length & 0xff])
        : Buffer.concat([Buffer.from([0x80 | 127]), bigEndian64(length)]);
  return Buffer.concat([Buffer.from([first]), size, Buffer.from([1, 2, 3, 4]), Buffer.alloc(length, 0xff)]);
}

function bigEndian64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return bytes;
}

function observe(chunks: readonly Buffer[]): FrameMeter {
  const meter = new FrameMeter(LIMIT_BYTES);
  for (const chunk of chunks) meter.observe(chunk);
  return meter;
}

const TEXT = 0x1;
const CONTINUATION = 0x0;
const PING = 0x9;

describe('FrameMeter', () => {
  const rows: readonly {
    readonly name: string;
    readonly frames: readonly Frame[];
    readonly oversized: boolean;
    readonly before: number;
  }[] = [
    {
      name: 'accepts a frame of exactly the limit',
      frames: [{ opcode: TEXT, isFinal: true, length: LIMIT_BYTES }],
      oversized: false,
      before: 1,
    },
    {
      name: 'stops at a frame one byte above the limit',
      frames: [{ opcode: TEXT, isFinal: true, length: LIMIT_BYTES + 1 }],
      oversized: true,
      before: 0,
    },
    {
      name: 'reads lengths of 64 bits',
      frames: [{ opcode: TEXT, isFinal: true, length: 70_000 }],
      oversized: true,
      before: 0,
    },
    {
      name: 'counts a fragmented message once',
      frames: [
        { opcode: TEXT, isFinal: false, length: LIMIT_BYTES },
        { opcode: PING, isFinal: true, length: 4 },
        { opcode: CONTINUATION, isFinal: true, length: LIMIT_BYTES },
        { opcode: TEXT, isFinal: true, length: 40_000 },
      ],
      oversized: true,
      before: 1,
    },
  ];
  it('recognizes a frame with a 64-bit length by its header, before any of its bytes', () => {
    const head = bytesOf({ opcode: TEXT, isFinal: true, length: 70_000 }).subarray(0, 14);

    assert.deepEqual(
      [13, 14].map((length) => observe([head.subarray(0, length)]).isOversized),
      [false, true],
    );
  });

  for (const { name, frames, oversized, before } of rows) {
    it(name, () => {
      const meter = observe(frames.map(bytesOf));

      assert.equal(meter.isOversized, oversized);
      assert.equal(meter.messagesBefore, before);
    });
  }

  it('finds the same frame wherever the bytes are split', () => {
    const frame = fc.record({
      opcode: fc.constantFrom(TEXT, CONTINUATION, PING),
      isFinal: fc.boolean(),
      length: fc.oneof(fc.integer({ min: 0, max: 130 }), fc.integer({ min: 32_700, max: 32_800 })),
    });
    fc.assert(
      fc.property(
        fc.array(frame, { minLength: 1, maxLength: 6 }),
        fc.array(fc.integer({ min: 1, max: 40_000 }), { minLength: 1 }),
        (frames, sizes) => {
          const bytes = Buffer.concat(frames.map(bytesOf));
          const chunks: Buffer[] = [];
          for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
            const size = sizes[turn % sizes.length] ?? 1;
            chunks.push(bytes.subarray(at, at + size));
            at += size;
          }

          const whole = observe([bytes]);
          const cut = observe(chunks);

          const isData = ({ opcode }: Frame): boolean => opcode < 8;
          const first = frames.findIndex((one) => isData(one) && one.length > LIMIT_BYTES);
          const counted = frames
            .slice(0, first === -1 ? undefined : first)
            .filter((one) => isData(one) && one.isFinal);
          assert.equal(whole.isOversized, first !== -1);
          assert.equal(whole.messagesBefore, counted.length);
          assert.equal(cut.isOversized, whole.isOversized);
          assert.equal(cut.messagesBefore, whole.messagesBefore);
        },
      ),
      { numRuns: 100 },
    );
  });
});
