/** Tags of objects: how calls state them, which ones S3 refuses, and the response that lists them (docs/aws §22.5). */
import { escapeXml, headerOf } from '../../kernel/calls/aws-operation.ts';
import { readElement } from '../../kernel/calls/xml-element.ts';
import { element, MALFORMED, printDocument } from './s3-xml.ts';
import type { ServiceRequest } from '../../core/ports.ts';
import type { S3Refusal } from '../../kernel/calls/s3-error.ts';

type Tag = { readonly key: string; readonly value: string };
export type Tags = readonly Tag[];

const HEADER = 'x-amz-tagging';
const MAX_TAGS = 10;
const MAX_KEY_CHARACTERS = 128;
const MAX_VALUE_CHARACTERS = 256;
/** S3 user guide, "Categorizing your objects using tags" */
const ALLOWED = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

/** Returns the tags that PutObject or CreateMultipartUpload states; empty if it states none. */
export function readTagHeader(request: ServiceRequest): Tags | S3Refusal {
  const given = headerOf(request, HEADER) ?? '';
  if (given === '') return [];
  const pairs = given.split('&').filter((pair) => pair !== '');
  const tags = pairs.map((pair): Tag => {
    const [key = '', value = ''] = pair.split('=').map(decode);
    return { key, value };
  });
  const isTwice = new Set(tags.map(({ key }) => key)).size < tags.length;
  if (isTwice || pairs.some((pair) => pair.split('=').length > 2))
    return {
      status: 400,
      code: 'InvalidArgument',
      message:
        "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters without tag name duplicates.",
      details: { ArgumentName: HEADER, ArgumentValue: given },
    };
  return refuseTags(tags) ?? tags;
}

/** Returns the tags in the body of PutObjectTagging. */
export function readTagging(body: string): Tags | S3Refusal {
  const [, content] = /<Tagging(?:\s[^>]*)?>(.*)<\/Tagging>/s.exec(body) ?? [];
  if (content === undefined || !/<TagSet(?:\s*\/)?>/.test(content)) return MALFORMED;
  const tags: Tag[] = [];
  for (const [, tag = ''] of content.matchAll(/<Tag>(.*?)<\/Tag>/gs)) {
    const [key, value] = [readElement(tag, 'Key'), readElement(tag, 'Value')];
    if (key === undefined || value === undefined) return MALFORMED;
    tags.push({ key, value });
  }
  return refuseTags(tags) ?? tags;
}

export function printTagging(tags: Tags): string {
  const sorted = tags.toSorted((one, other) => (one.key < other.key ? -1 : 1));
  const printed = sorted.map(({ key, value }) =>
    element('Tag', element('Key', escapeXml(key)) + element('Value', escapeXml(value))),
  );
  return printDocument('Tagging', element('TagSet', printed.join('')));
}

/** Returns the header that states how many tags the object has. */
export function tagCountHeader(tags: Tags = []): readonly string[] {
  return tags.length === 0 ? [] : ['x-amz-tagging-count', String(tags.length)];
}

/** Returns the tags of a copy: the tags of the source, unless the request replaces them. */
export function tagsOfCopy(request: ServiceRequest, source: Tags | undefined): Tags | S3Refusal {
  const isReplaced = headerOf(request, 'x-amz-tagging-directive')?.toUpperCase() === 'REPLACE';
  return isReplaced ? readTagHeader(request) : (source ?? []);
}

/**
 * Refuses invalid tags with S3's messages [obs: s3, `test_tagging_validation`; obs: getmoto/moto,
 * `test_put_object_tagging_too_many_tags`].
 */
function refuseTags(tags: Tags): S3Refusal | undefined {
  if (tags.length > MAX_TAGS)
    return { status: 400, code: 'BadRequest', message: 'Object tags cannot be greater than 10', details: {} };
  const known = new Set<string>();
  for (const { key, value } of tags) {
    if (known.has(key)) return invalid('Cannot provide multiple Tags with the same key', { TagKey: key });
    known.add(key);
    if (key.startsWith('aws:')) return invalid('Your TagKey cannot be prefixed with aws:', { TagKey: key });
    if (key === '' || key.length > MAX_KEY_CHARACTERS || !ALLOWED.test(key))
      return invalid('The TagKey you have provided is invalid', { TagKey: key });
    if (value.length > MAX_VALUE_CHARACTERS || !ALLOWED.test(value))
      return invalid('The TagValue you have provided is invalid', { TagKey: key, TagValue: value });
  }
  return undefined;
}

function invalid(message: string, details: S3Refusal['details']): S3Refusal {
  return { status: 400, code: 'InvalidTag', message, details };
}

function decode(text: string): string {
  return new URLSearchParams(`text=${text}`).get('text') ?? '';
}
