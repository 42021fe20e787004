import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { imageTypeOf } from '../../../../../packages/toolkit/authoring/portal/image-type.ts';

describe('imageTypeOf', () => {
  // The first bytes of each form: PNG (ISO/IEC 15948, 5.2), JPEG (ITU T.81, B.1.1), WebP (RFC 9649, 2.4), GIF89a (17).
  const KNOWN: readonly (readonly [bytes: Buffer, type: string | undefined])[] = [
    [Buffer.from('89504e470d0a1a0a00', 'hex'), 'image/png'],
    [Buffer.from('ffd8ffe0', 'hex'), 'image/jpeg'],
    [Buffer.from('RIFF\x10\0\0\0WEBPVP8 '), 'image/webp'],
    [Buffer.from('GIF89a...'), 'image/gif'],
    [Buffer.from('GIF87a...'), 'image/gif'],
    [Buffer.from('GIF88a...'), undefined],
    [Buffer.from('RIFF\x10\0\0\0WAVE'), undefined],
    [Buffer.from('<svg xmlns="http://www.w3.org/2000/svg">'), undefined],
    [Buffer.from('<!doctype html>'), undefined],
    [Buffer.from('89504e47', 'hex'), undefined],
    [Buffer.of(), undefined],
  ];
  for (const [bytes, type] of KNOWN)
    it(`says ${type ?? 'nothing'} for ${JSON.stringify(bytes.toString('latin1')).slice(0, 30)}`, () => {
      assert.equal(imageTypeOf(bytes)?.type, type);
    });
});
