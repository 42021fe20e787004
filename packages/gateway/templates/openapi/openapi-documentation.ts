import { isJsonList, isJsonObject, membersOf } from '@gatewright/aws/json-object';
import type { JsonObject } from '@gatewright/aws/json-object';
import type { DocumentPath, OpenApiDocument } from './openapi-document.ts';

const SECTION = 'x-amazon-apigateway-documentation';
const LIST = 'documentationParts';

type ImportedPart = {
  readonly key: string;
  readonly properties: JsonObject;
  readonly at: DocumentPath;
};

/**
 * A part without a place or properties is reported and omitted; of two for one place the last one counts.
 */
export function importedParts(document: OpenApiDocument): readonly ImportedPart[] {
  const section = document.object([SECTION]);
  const list = section?.value[LIST];
  const parts = new Map<string, ImportedPart>();
  for (const [index, item] of (isJsonList(list) ? list : []).entries()) {
    const at = [SECTION, LIST, String(index)];
    const part = membersOf(item);
    const { location, properties } = part;
    if (!isJsonObject(location) || typeof location['type'] !== 'string' || !isJsonObject(properties)) {
      document.report(at);
      continue;
    }
    const members = Object.entries(location).flatMap(([name, value]): [string, string][] =>
      typeof value === 'string' ? [[`${name.charAt(0).toUpperCase()}${name.slice(1)}`, value]] : [],
    );
    const Location = Object.fromEntries(members);
    const key = members
      .map((member) => member.join('='))
      .toSorted()
      .join(' ');
    parts.set(key, { key, properties: { Location, Properties: JSON.stringify(properties) }, at });
  }
  return [...parts.values()];
}
