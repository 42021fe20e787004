/** Which mapping template a body goes through, if any (docs/aws §7.1). */
import { bareType } from '../events/media-types.ts';
import type { MediaTemplates, Passthrough } from './integration.ts';
import type { CompiledTemplate } from '@gatewright/velocity/compile';

const USUAL_TYPE = 'application/json';

type RequestTemplate =
  | { readonly kind: 'template'; readonly template: CompiledTemplate }
  /** The body goes on as it is. */
  | { readonly kind: 'passthrough' }
  /** 415. */
  | { readonly kind: 'unsupported' };

/** By Content-Type without its parameters, `application/json` where the client names none, then `$default`. */
export function chooseRequestTemplate(
  templates: MediaTemplates,
  contentType: string | undefined,
  passthrough: Passthrough,
): RequestTemplate {
  const type = bareType(contentType ?? USUAL_TYPE);
  return chooseSelectedTemplate(templates, type === '' ? USUAL_TYPE : type, passthrough);
}

/** By the key that a selection expression came to, then `$default`. */
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

/** By the first type of Accept that has one, then `application/json`, then the first there is; undefined where there are none. */
export function chooseResponseTemplate(
  templates: MediaTemplates,
  accept: string | undefined,
): ResponseTemplate | undefined {
  if (templates.size === 0) return undefined;
  const wanted = accept === undefined ? [] : accept.split(',').map(bareType);
  for (const mediaType of [...wanted, USUAL_TYPE, ...templates.keys()]) {
    const template = templates.get(mediaType);
    if (template !== undefined) return { mediaType, template };
  }
  return undefined;
}
