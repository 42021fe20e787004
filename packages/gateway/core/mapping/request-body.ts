/**
 * Builds the body of the integration request. The client's body is converted, and then either rendered by a template or
 * passed through (docs/aws §2.4, §7.1).
 */
import { gatewayError } from '../errors.ts';
import { isBinaryType, findBinaryEntry } from '../events/media-types.ts';
import { chooseRequestTemplate, chooseSelectedTemplate } from './choose-template.ts';
import { type ContentHandling, convertRequestBody, type Payload } from './content-handling.ts';
import { configurationError } from './mapping-failure.ts';
import { templateScope } from './template-variables.ts';
import type { RequestMapping } from './integration.ts';
import type { RoutedFacts } from '../events/request-facts.ts';
import type { MappingInput } from './mapping-input.ts';
import type { CompiledTemplate } from '@gatewright/velocity/compile';

const USUAL_TYPE = 'application/json';

/**
 * Builds the body of the integration request.
 * @throws GatewayError UNSUPPORTED_MEDIA_TYPE if no template matches and the body must not be passed through;
 * API_CONFIGURATION_ERROR if a template is applied to bytes
 * @throws TemplateError if the template cannot be rendered
 * @throws NotBase64Error if the body must be decoded but is not valid base64
 */
export function buildRequestBody(
  { templates, passthrough, contentHandling, selectTemplate }: RequestMapping,
  input: MappingInput,
  facts: RoutedFacts,
  binaryMediaTypes: readonly string[],
): Payload {
  const contentType = facts.headers.last('content-type');
  const key = selectTemplate?.(facts.body?.toString('utf8') ?? '');
  const choice =
    selectTemplate === undefined
      ? chooseRequestTemplate(templates, contentType, passthrough)
      : chooseSelectedTemplate(templates, key, passthrough);
  if (choice.kind === 'unsupported')
    throw gatewayError('UNSUPPORTED_MEDIA_TYPE', {
      source: 'client',
      reason: `${selectTemplate === undefined ? `no request template for ${contentType ?? USUAL_TYPE}` : `no request template has ${key === undefined || key === '' ? 'an empty key, which' : `the key ${key}, which`} TemplateSelectionExpression returned`}, and PassthroughBehavior is ${passthrough}`,
      defect: {
        kind: 'mapping',
        problem: 'no-template',
        contentType: contentType ?? USUAL_TYPE,
        key,
        templates: [...templates.keys()],
        passthrough,
      },
    });
  const payload = convertBody(facts, contentHandling, binaryMediaTypes);
  if (choice.kind === 'passthrough') return payload;
  const entry = (): string | undefined => findBinaryEntry(typeOf(facts), binaryMediaTypes);
  return { kind: 'text', text: renderTemplate(choice.template, payload, input, entry) };
}

/**
 * Converts the client's body.
 * @throws NotBase64Error if the body must be decoded but is not valid base64
 */
export function convertBody(
  facts: RoutedFacts,
  contentHandling: ContentHandling | undefined,
  binaryMediaTypes: readonly string[],
): Payload {
  return convertRequestBody(facts.body, isBinaryType(typeOf(facts), binaryMediaTypes), contentHandling);
}

function typeOf(facts: RoutedFacts): string {
  return facts.headers.last('content-type') ?? USUAL_TYPE;
}

/**
 * Renders a template. `entry` finds the binary media type that made the body binary.
 * @throws GatewayError API_CONFIGURATION_ERROR for a body of bytes, because templates work only on text
 */
export function renderTemplate(
  template: CompiledTemplate,
  payload: Payload,
  input: MappingInput,
  entry?: () => string | undefined,
): string {
  if (payload.kind === 'bytes')
    throw configurationError(`Unable to transform: ${template.name} cannot be applied to a binary body`, {
      kind: 'mapping',
      problem: 'binary-body',
      entry: entry?.(),
    });
  const { parameters, context, stageVariables } = input;
  return template.render(templateScope({ body: payload.text, parameters, context, stageVariables }));
}
