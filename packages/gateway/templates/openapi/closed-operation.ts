/**
 * Represents an operation that SAM could not complete, or that could not be resolved. Its route exists, and responds
 * with 500 and the reason.
 */
import { DefinitionError } from '../../core/errors.ts';
import { membersOf } from '@gatewright/aws/json-object';
import type { Json, JsonObject } from '@gatewright/aws/json-object';

const CLOSED = 'x-gatewright-closed';

export function closedOperation({ message, place }: DefinitionError): JsonObject {
  const { file, line, logicalId, property } = place;
  const known: [string, Json][] = [
    ['message', message],
    ['file', file],
  ];
  for (const [name, value] of Object.entries({ line, logicalId, property }))
    if (value !== undefined) known.push([name, value]);
  return { [CLOSED]: Object.fromEntries(known), responses: {} };
}

/**
 * Returns the error for which an operation was closed; undefined for any other operation. `file` is the file of the
 * document.
 */
export function closingError(operation: JsonObject, file: string): DefinitionError | undefined {
  const closed = operation[CLOSED];
  if (closed === undefined) return undefined;
  const known = membersOf(closed);
  const text = (name: string): string | undefined =>
    typeof known[name] === 'string' ? known[name] : undefined;
  const line = typeof known['line'] === 'number' ? known['line'] : undefined;
  const place = {
    file: text('file') ?? file,
    line,
    logicalId: text('logicalId'),
    property: text('property'),
  };
  return new DefinitionError(
    place,
    text('message') ?? `this operation returns 500, because it has the member ${CLOSED}`,
  );
}
