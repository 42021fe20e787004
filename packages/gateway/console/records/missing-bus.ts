/**
 * Finds a bus that no loaded stack has. EventBridge accepts an entry for a bus that does not exist, so only `explain`
 * and `check` report that no rule gets the event.
 * @see https://github.com/aws/aws-sdk/issues/186
 */
import { escapeForRegExp } from '@gatewright/aws/text/escape-for-regexp';
import { parseArn } from '@gatewright/aws/arn';
import { asList, asText, isJsonObject, membersOf } from '@gatewright/aws/json-object';
import { lastPartOf } from '../../kernel/event-rows.ts';
import { nearestOf } from '../../core/deployability/spelling.ts';
import { findLine } from './handler-lines.ts';
import { named, placeOf, resourcesOf } from './find-places.ts';
import type { ResolvedResource, ResolvedStack } from '../../core/stack/model.ts';
import type { MissingBus } from '../explain/circumstances.ts';
import type { ReadHandler } from './handler-misread.ts';

const BUS = 'AWS::Events::EventBus';

/** @returns undefined for the default bus, which every account has, and for a bus of the stacks */
export function findMissingBus(
  name: string,
  stacks: readonly ResolvedStack[],
): Omit<MissingBus, 'written'> | undefined {
  const buses = resourcesOf(stacks, BUS);
  if (name === 'default' || buses.some(({ physicalId }) => physicalId === name)) return undefined;
  const near = nearestOf(
    name,
    buses.map(({ physicalId }) => physicalId),
  );
  const place = placeOf(buses.find(({ physicalId }) => physicalId === near));
  return { name, nearest: named(near ?? '', place)[0] };
}

/** Returns the bus to which an event was sent, with the place that names it, if no loaded stack has the bus. */
export function describeMissingBus(
  arn: string,
  {
    stacks,
    readHandler,
    callers = [],
  }: {
    readonly stacks: readonly ResolvedStack[];
    readonly readHandler: ReadHandler;
    readonly callers?: readonly string[];
  },
): MissingBus | undefined {
  const missing = parseArn(arn)?.service === 'events' ? findMissingBus(lastPartOf(arn), stacks) : undefined;
  if (missing === undefined) return undefined;
  const quoted = new RegExp(`['"\`]${escapeForRegExp(missing.name)}['"\`]`);
  const inCode = callers.flatMap((caller) => findLine(readHandler(caller), quoted) ?? []);
  return { ...missing, written: inCode[0] ?? findWritten(missing.name, stacks) };
}

/** Returns the bus that the integration of a route names as a literal, and the path of the property with the name. */
export function findBusOfIntegration({
  type,
  properties,
}: ResolvedResource): { readonly name: string; readonly property: string } | undefined {
  if (type === 'AWS::ApiGatewayV2::Integration') {
    const name = asText(membersOf(properties['RequestParameters'])['EventBusName']) ?? '';
    const isPut = properties['IntegrationSubtype'] === 'EventBridge-PutEvents';
    return isPut && LITERAL.test(name) ? { name, property: 'RequestParameters.EventBusName' } : undefined;
  }
  const { Uri, RequestTemplates } = membersOf(properties['Integration']);
  if (type !== 'AWS::ApiGateway::Method' || !/:events:/.test(asText(Uri) ?? '')) return undefined;
  for (const [key, template] of Object.entries(membersOf(RequestTemplates))) {
    const [, name] = /"EventBusName"\s*:\s*"([^"]*)"/.exec(asText(template) ?? '') ?? [];
    if (name !== undefined && LITERAL.test(name))
      return { name, property: `Integration.RequestTemplates.${key}` };
  }
  return undefined;
}

/** Matches the name of a bus. It matches neither an ARN nor a text with variables of a template. */
const LITERAL = /^[\w./-]+$/;

/** Returns the place of the property, of an integration or of a function, that has the name of the bus. */
function findWritten(name: string, stacks: readonly ResolvedStack[]): string | undefined {
  const quoted = `"${name}"`;
  const isName = (text: string): boolean =>
    text === name || text === `'${name}'` || text.replaceAll('\\"', '"').includes(quoted);
  for (const { resources } of stacks)
    for (const resource of resources.values()) {
      const path = MAY_NAME.test(resource.type) ? pathOf(resource.properties, isName) : undefined;
      if (path !== undefined) return placeOf(resource, path.join('.'));
    }
  return undefined;
}

const MAY_NAME = /^AWS::(?:ApiGateway::Method|ApiGatewayV2::Integration|Lambda::Function)$/;

function pathOf(value: unknown, isWanted: (text: string) => boolean): readonly string[] | undefined {
  if (typeof value === 'string') return isWanted(value) ? [] : undefined;
  const entries = isJsonObject(value) ? Object.entries(value) : [...asList(value).entries()];
  for (const [key, member] of entries) {
    const rest = pathOf(member, isWanted);
    if (rest !== undefined) return [String(key), ...rest];
  }
  return undefined;
}
