/** Compresses replies with zlib, off the main thread. */
import { promisify } from 'node:util';
import { deflate, gzip } from 'node:zlib';
import type { Compressor } from '../../core/ports.ts';

const CODINGS = { gzip: promisify(gzip), deflate: promisify(deflate) };

export function createCompressor(): Compressor {
  return { pack: (coding, content) => CODINGS[coding](content) };
}
