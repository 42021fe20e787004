/** Headers of a reply that a page of another origin cannot read (docs/aws §12.1: the Fetch standard). */
import { isOriginAllowed, originOf } from './cors-request.ts';
import { printSetting } from './template-text.ts';
import type { SurpriseFacts } from './surprise-facts.ts';
import type { SurpriseKind } from './surprise.ts';

/** Headers that pages read, besides headers whose names begin with x-. Safelisted headers are always readable. */
const READ = new Set(['content-disposition', 'link', 'location', 'retry-after']);

/** Headers that browsers or frameworks use, and that no page reads. */
const NOT_READ =
  /^x-(?:powered-by|content-type-options|dns-prefetch-control|download-options|frame-options|permitted-cross-domain-policies|robots-tag|xss-protection)$/;

export const headerNotExposed: SurpriseKind = {
  code: 'CORS_HEADER_NOT_EXPOSED',
  mark: undefined,
  source: 'docs/aws §12.1',
  find(facts) {
    if (originOf(facts) === undefined || !isOriginAllowed(facts)) return undefined;
    const exposed = facts.reply
      .all('access-control-expose-headers')
      .flatMap((value) => value.split(','))
      .map((name) => name.trim().toLowerCase());
    const returned = facts.returnedNames.map((name) => name.toLowerCase());
    const headers = [...new Set(returned)].filter(
      (name) =>
        ((name.startsWith('x-') && !NOT_READ.test(name)) || READ.has(name)) &&
        facts.reply.last(name) !== undefined &&
        !exposed.includes(name) &&
        !exposed.includes('*'),
    );
    if (headers.length === 0) return undefined;
    const named = headers.join(', ');
    return {
      values: { headers },
      because: [
        `The reply has ${named}, but its Access-Control-Expose-Headers ${exposed.length === 0 ? 'is missing' : 'does not list'}${exposed.length === 0 ? '' : headers.length === 1 ? ' it' : ' them'}: a browser hides ${headers.length === 1 ? 'this header' : 'these headers'} from a page of another origin. AllowHeaders is about the request only.`,
      ],
      changes: [`If the page reads ${named}: ${adviseExposed(facts, headers)}`],
    };
  },
};

function adviseExposed({ recorded, cors, definition }: SurpriseFacts, headers: readonly string[]): string {
  const named = headers.join(', ');
  if (cors === undefined) return `return Access-Control-Expose-Headers: ${named} from the function.`;
  if (recorded.received.api.functionUrl !== undefined)
    return `add ${named} to ExposeHeaders in Cors of the function URL.`;
  return `add ${named} to ExposeHeaders of the API’s CorsConfiguration. The whole list is then:\n${printSetting('exposeHeaders', [...cors.exposeHeaders, ...headers], definition)}`;
}
