/** The XML that S3 returns. */
import { createHash } from 'node:crypto';
import type { S3Refusal } from '../../kernel/calls/s3-error.ts';

/** S3 API reference, "Error responses" */
export const MALFORMED: S3Refusal = {
  status: 400,
  code: 'MalformedXML',
  message: 'The XML you provided was not well-formed or did not validate against our published schema',
  details: {},
};

/** @param content XML, in which text is already escaped */
export function element(name: string, content: string): string {
  return `<${name}>${content}</${name}>`;
}

export function printDocument(root: string, content: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${root} xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${content}</${root}>`;
}

/** Returns the canonical id of the account that owns buckets and objects. */
export function ownerId(accountId: string): string {
  return createHash('sha256').update(accountId).digest('hex');
}

/** S3 prints a time with milliseconds, but knows only seconds [obs: s3, `test_s3_list_objects_timestamp_precision`]. */
export function printDate(epochMs: number): string {
  return new Date(Math.floor(epochMs / 1000) * 1000).toISOString();
}
