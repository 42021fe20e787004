/** Chooses the mapping template of a body (docs/aws §7.1). */
import { bareType } from '../events/media-types.ts';
import type { MediaTemplates, Passthrough } from './integration.ts';
import type { CompiledTemplate } from '@gatewright/velocity/compile';

const USUAL_TYPE = 'application/json';

type RequestTemplate =
  | { readonly kind: 'template'; readonly template: CompiledTemplate }
  | { readonly kind: 'passthrough' }
  /** The body may be neither rendered nor passed through, so the client receives 415. */
  | { readonly kind: 'unsupported' };

/**
 * Chooses the template for the Content-Type without its parameters, or the `$default` template if there is no template
 * for the Content-Type. If there is neither, `passthrough` decides. A missing Content-Type counts as
 * `application/json`.
 */
export function chooseRequestTemplate(
  templates: MediaTemplates,
  contentType: string | undefined,
  passthrough: Passthrough,
): RequestTemplate {
  const type = bareType(contentType ?? USUAL_TYPE);
  return chooseSelectedTemplate(templates, type === '' ? USUAL_TYPE : type, passthrough);
}

/**
 * Chooses the template for the key that a selection expression returns, or the `$default` template if there is no
 * template for the key. If there is neither, `passthrough` decides.
 */
export function chooseSelectedTemplate(
  templates: MediaTemplates,
  key: string | undefined,
  passthrough: Passthrough,
): RequestTemplate {
  const template = (key === undefined ? undefined : templates.get(key)) ?? templates.get('$default');
  if (template !== undefined) return { kind: 'template', template };
  const passes =
    passthrough === 'WHEN_NO_MATCH' || (passthrough === 'WHEN_NO_TEMPLATES' && templates.size === 0);
  return { kind: passes ? 'passthrough' : 'unsupported' };
}

type ResponseTemplate = { readonly mediaType: string; readonly template: CompiledTemplate };

/**
 * Chooses the template for the first type in Accept for which there is a template. If there is no such type, chooses
 * the template for `application/json`, or else the first template. Returns undefined if the body passes through,
 * because there are no templates or because the chosen template is an empty string, which API Gateway stores as `null`.
 */
export function chooseResponseTemplate(
  templates: MediaTemplates,
  accept: string | undefined,
): ResponseTemplate | undefined {
  if (templates.size === 0) return undefined;
  const wanted = accept === undefined ? [] : accept.split(',').map(bareType);
  for (const mediaType of [...wanted, USUAL_TYPE, ...templates.keys()]) {
    const template = templates.get(mediaType);
    if (template !== undefined) return template.source === '' ? undefined : { mediaType, template };
  }
  return undefined;
}
