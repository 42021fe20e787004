/** Finds the line of a mapping template, or of an expression in it, in the file in which the template is written. */
import { asText, membersOf } from '@gatewright/aws/json-object';
import { bareType } from '../../core/events/media-types.ts';
import { shortFile } from '../../core/stack/source-format.ts';
import { hasMember, memberAt, named, placeOf } from './find-places.ts';
import type { ResolvedResource } from '../../core/stack/model.ts';
import type { NamedPlace } from '../explain/circumstances.ts';
import type { RecordedRequest } from './recorded-request.ts';

/** Returns the lines of a file; none if it cannot be read. */
export type ReadLines = (file: string) => readonly string[];

/**
 * The part of a template that decided: a line, counted from 1, or the first of these texts that the template contains.
 */
type WithinTemplate = { readonly line?: number | undefined; readonly texts?: readonly string[] };

/** Returns the property with the request template that was applied, or that could not be applied. */
export function propertyOfRequestTemplate(
  { received }: Pick<RecordedRequest, 'received'>,
  method: ResolvedResource | undefined,
): string | undefined {
  const templates = membersOf(membersOf(method?.properties['Integration'])['RequestTemplates']);
  const type = bareType(received.headers.last('content-type') ?? 'application/json');
  const at = (name: string): string => `Integration.RequestTemplates.${name}`;
  if (Object.hasOwn(templates, type)) return at(type);
  const [only, ...others] = Object.keys(templates);
  return only === undefined || others.length > 0 ? undefined : at(only);
}

/** Returns the place of a template, or of what decided within it. */
export function placesInTemplate(
  what: string,
  owner: ResolvedResource | undefined,
  property: string | undefined,
  { within = {}, readLines }: { readonly within?: WithinTemplate; readonly readLines: ReadLines },
): readonly NamedPlace[] {
  if (owner === undefined || property === undefined || !hasMember(owner.properties, property.split('.')))
    return [];
  return named(what, findWithin(owner, property, within, readLines) ?? placeOf(owner, property));
}

function findWithin(
  owner: ResolvedResource,
  property: string,
  { line, texts = [] }: WithinTemplate,
  readLines: ReadLines,
): string | undefined {
  const source = asText(memberAt(owner.properties, property.split('.')))?.split('\n') ?? [];
  const ofText = texts
    .map((text) => source.find((one) => one.includes(text)))
    .find((found) => found !== undefined);
  const wanted = (line === undefined ? ofText : source[line - 1])?.trim() ?? '';
  const place = owner.place(property);
  if (wanted === '' || place.line === undefined) return undefined;
  const first = place.line - 1;
  // The text may begin some lines below its key, for example within Fn::Sub.
  const lines = readLines(place.file).slice(first, first + source.length + MOST_LINES_BEFORE);
  const at = lines.findIndex((one) => one.includes(wanted));
  return at === -1 ? undefined : `${shortFile(place.file)}:${first + at + 1}`;
}

const MOST_LINES_BEFORE = 4;
