/**
 * Parts that a mapping of a REST or WebSocket API reads from a response of an integration, although the response does
 * not have them (docs/aws §7).
 */
import { parseJson } from '@gatewright/aws/json-object';
import { chooseResponseTemplate } from '../../core/mapping/choose-template.ts';
import { isSelecting, selectResponse } from './selected-response.ts';
import { adviseMeant, describeMissingReads, findMissingReads } from './template-reads.ts';
import type { SurpriseFacts } from './surprise-facts.ts';
import type { SurpriseKind } from './surprise.ts';

/** Returns the response of the integration, parsed as JSON; undefined if it is not JSON or is incomplete. */
function answerOf({ recorded: { outcome } }: SurpriseFacts): unknown {
  if (outcome?.kind === 'returned') return parseJson(outcome.payload);
  return outcome?.kind === 'answered' ? parseJson(outcome.body.toString()) : undefined;
}

/**
 * A path without a value prints an empty string.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html
 */
const pathWithoutValue: SurpriseKind = {
  code: 'RESPONSE_PATH_EMPTY',
  mark: 'response value missing',
  source: 'docs/aws §7.2',
  find(facts) {
    const { integration, accept } = facts;
    if (!isSelecting(integration)) return undefined;
    const selected = selectResponse(facts);
    const template = selected && chooseResponseTemplate(selected.templates, accept)?.template.source;
    const answer = template === undefined ? undefined : answerOf(facts);
    const missing = findMissingReads(template ?? '', answer);
    if (missing.length === 0) return undefined;
    const paths = missing.map(({ path }) => path).join(', ');
    const meant = adviseMeant(missing, 'response template');
    return {
      values: { paths: missing.map(({ text }) => text) },
      because: [
        describeMissingReads(missing, { template: 'response template', text: 'response of the integration' }),
      ],
      changes: [
        meant === undefined
          ? `Make the integration return ${paths}, or read a member that it returns. A change to the template takes effect when you deploy the API again.`
          : `${meant}, and deploy the API again. Or make the integration return ${paths}.`,
      ],
    };
  },
};

/**
 * A header that is mapped from a header or member without a value is left out.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-parameter-mapping.html
 */
const headerWithoutValue: SurpriseKind = {
  code: 'RESPONSE_MAPPING_EMPTY',
  editsApi: true,
  mark: 'response value missing',
  source: 'docs/aws §7.6',
  find(facts) {
    const { integration, recorded, reply } = facts;
    if (!isSelecting(integration) || !['answered', 'returned'].includes(recorded.outcome?.kind ?? ''))
      return undefined;
    const headers = (selectResponse(facts)?.parameters ?? []).flatMap(({ name, source }) =>
      (source.kind === 'header' || source.kind === 'body') && reply.last(name.toLowerCase()) === undefined
        ? [{ name, from: source.kind === 'header' ? `header ${source.name}` : 'member of the body' }]
        : [],
    );
    if (headers.length === 0) return undefined;
    const names = headers.map(({ name }) => name);
    return {
      values: { headers: names },
      because: headers.map(
        ({ name, from }) =>
          `The header ${name} is mapped from a ${from} that the response of the integration does not have, so the client did not get it.`,
      ),
      changes: [
        `In ResponseParameters of the integration response, map ${names.join(', ')} from something that the backend sends, or make the backend send the ${[...new Set(headers.map(({ from }) => from))].join(', ')}.`,
      ],
    };
  },
};

export const RESPONSE_INPUT_KINDS: readonly SurpriseKind[] = [pathWithoutValue, headerWithoutValue];
