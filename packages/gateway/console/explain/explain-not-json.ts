/**
 * Explains the responses of Lambda, or of another service, to a call that was not carried out: an asynchronous call was
 * only accepted, or its input could not be read.
 */
import { nameOf, nameWithin } from './explain-failed-function.ts';
import type { Circumstances, IntegrationCircumstances } from './circumstances.ts';
import type { Reason } from './reason.ts';

const DEPLOY = ', and deploy the API again';

/** Explains a response of Lambda itself, which accepted an asynchronous call or refused an event that is not JSON. */
export function explainLambdaReply(integration: IntegrationCircumstances, routeKey: string): Reason {
  if (integration.lambdaReply === 'accepted')
    return {
      because: [
        `Lambda accepted the event for ${nameWithin(integration)} and responded at once, before the function ran: the integration sends X-Amz-Invocation-Type: Event. The reply does not contain what the function returns, and no error of the function reaches the client.`,
      ],
      changes: [
        `To wait for the function, remove X-Amz-Invocation-Type from RequestParameters of the integration of ${routeKey}${DEPLOY}. Run \`gatewright logs ${integration.target ?? ''}\` to see what the function did.`,
      ],
    };
  return explainNotJson(integration, routeKey);
}

/** Explains that the input of a call is not JSON, for example because its request template printed invalid JSON. */
export function explainNotJson(
  integration: IntegrationCircumstances,
  routeKey: string,
  definition?: Circumstances['definition'],
): Reason {
  const {
    place,
    near = '',
    isOfTemplate = true,
    isApostrophe = false,
    unescaped,
    quoted,
  } = integration.eventFault ?? {};
  const where =
    place === undefined
      ? ''
      : ` It stops being JSON at line ${place.line}, column ${place.column}${near === '' ? '' : `: ${near}`}.`;
  const because = [
    integration.kind === 'service'
      ? `${nameOf(integration)} refused the call, because its input is not JSON. ${isOfTemplate ? `The request template of ${routeKey} printed the input.` : 'The input was the body of the request, without a template.'}${where}`
      : `Lambda refused the event for ${nameWithin(integration)}, because it is not JSON, so the function did not run. ${isOfTemplate ? `The request template of ${routeKey} printed the event.` : 'The event was the body of the request, without a template.'}${where}`,
    ...(isApostrophe
      ? [
          "The template’s $util.escapeJavaScript writes \\' for an apostrophe, which JavaScript allows and JSON does not.",
        ]
      : []),
    ...(unescaped === undefined
      ? []
      : [
          `The value that the template prints between quotes${quoted === undefined ? '' : ` with ${quoted}`} contains ${unescaped} at this place, which JSON allows in a string only with a backslash. The body of the client may be valid: the template prints the decoded text.`,
        ]),
  ];
  if (!isOfTemplate)
    return {
      because,
      changes: [
        `Send a body that is JSON, or add a request template to the integration of ${routeKey} that prints JSON${DEPLOY}.`,
      ],
    };
  return {
    because,
    changes: [
      unescaped !== undefined
        ? adviseUnquoted(quoted, routeKey)
        : isApostrophe && isTemplateOfSam(integration, definition)
          ? `Set UnescapeMappingTemplate: true in the event of the state machine from which SAM makes ${routeKey}: SAM then appends .replaceAll("\\\\'", "'") to $util.escapeJavaScript(…) in its request template.`
          : isApostrophe
            ? `In the request template of ${routeKey}, print the value with $input.json('$.name') without quotes around it, which escapes as JSON does, or append .replaceAll("\\\\'", "'") to $util.escapeJavaScript(…)${DEPLOY}.`
            : `Let the request template of ${routeKey} print valid JSON for this request${DEPLOY}: put strings in quotes, and print values that may be missing with $input.json, which quotes them itself.`,
    ],
  };
}

/**
 * Whether SAM writes the request template, which it makes from an event of a state machine.
 * @see https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-statemachine-statemachineapi.html
 */
function isTemplateOfSam(
  { kind, target = '' }: IntegrationCircumstances,
  definition: Circumstances['definition'],
): boolean {
  const isSam = definition?.form === 'sam' || definition?.form === 'sam-globals';
  return isSam && definition.isDocument !== true && kind === 'service' && /^states\b/.test(target);
}

/** `$input.json` prints the JSON of a value, with its quotes and escapes (docs/aws §7.3). */
function adviseUnquoted(quoted: string | undefined, routeKey: string): string {
  const [, mark = "'", path = '$.name'] = /^\$input\.path\((['"])([^'"]*)\1\)$/.exec(quoted ?? '') ?? [];
  if (quoted?.startsWith('$util.') === true)
    return `In the request template of ${routeKey}, escape the value: "$util.escapeJavaScript(${quoted}).replaceAll("\\\\'", "'")" instead of "${quoted}"${DEPLOY}.`;
  return `In the request template of ${routeKey}, print the value with $input.json(${mark}${path}${mark}) and without quotes around it${quoted === undefined ? '' : `, instead of "${quoted}"`}: $input.json writes the quotes and the escapes itself${DEPLOY}.`;
}
