/**
 * The place in the text of a pattern that EventBridge prints after the reason for which it refuses the pattern [obs:
 * events].
 */
import { isCollection, isNode, isScalar, parseDocument } from 'yaml';
import type { Document } from 'yaml';
import { describeTextFault, printTextPlace } from '@gatewright/aws/text/jackson-fault';
import type { PatternError, Stop } from '../../kernel/delivery/pattern-error.ts';

/** Returns the message of EventBridge about a pattern that is given as text. */
export function describeRefusal(text: string, { message, stop }: PatternError): string {
  const details = describeTextFault(text);
  if (details !== undefined) return `${message}${details}`;
  const offset = stop === undefined ? undefined : offsetOf(stop, parseDocument(text, { uniqueKeys: false }));
  if (stop === undefined || offset === undefined) return message;
  return `${message}${`\n at ${printTextPlace(text, offset)}`.repeat(stop.times)}`;
}

/** JSON text is also valid YAML, and the YAML parser returns the positions of values. */
function offsetOf({ path, after }: Stop, document: Document): number | undefined {
  const node = path.length === 0 ? document.contents : document.getIn(path, true);
  if (!isNode(node)) return undefined;
  const [start, end] = node.range ?? [];
  if (start === undefined || end === undefined) return undefined;
  const isQuoted = isScalar(node) && typeof node.value === 'string';
  return after === 'token' && (isQuoted || isCollection(node)) ? start + 1 : end;
}
