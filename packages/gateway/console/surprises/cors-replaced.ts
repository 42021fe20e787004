/**
 * Advises on CORS headers of a function that the CorsConfiguration of an HTTP API replaces (docs/aws §12).
 */
import { replyCorsHeaders } from '../../core/events/cors-headers.ts';
import { respellOrigin } from './cors-spelling.ts';
import { printSetting } from './template-text.ts';
import type { CorsPlan } from '../../core/events/cors-headers.ts';
import type { Definition } from './template-text.ts';

type Replaced = {
  readonly cors: CorsPlan;
  /** The origin of the page; undefined if the request has none, so that the gateway sends no CORS headers. */
  readonly origin: string | undefined;
  /** The headers that were discarded, by their lower-case names. */
  readonly headers: ReadonlyMap<string, string>;
  readonly definition: Definition | undefined;
};

/**
 * A change after which the configuration allows what one header of the function allows: the advice, and the setting to
 * write, if it is a list.
 */
type Lacking = { readonly text: string; readonly setting?: string };

export function adviseReplaced(replaced: Replaced): readonly string[] {
  const { headers } = replaced;
  const lacking = [...headers].flatMap(([name, value]) => findLacking(name, value, replaced));
  const names = [...headers.keys()].join(', ');
  const remove = `Remove ${names} from the integration: the CorsConfiguration of the API replaces ${headers.size === 1 ? 'it' : 'them'}`;
  const foreign = headers.get('access-control-allow-origin');
  if (
    lacking.length === 0 &&
    foreign === '*' &&
    replaced.origin === undefined &&
    !replaced.cors.allowOrigins.includes('*')
  )
    return [
      `${remove}, and allows only ${replaced.cors.allowOrigins.join(', ') || 'no origin'}. Add an origin to AllowOrigins only if its pages should read replies.`,
    ];
  if (lacking.length === 0 && foreign !== undefined && !allows(foreign, replaced))
    return [
      `${remove}, and does not allow ${foreign}, which the integration named. If pages of ${foreign} should read replies, list it in AllowOrigins.`,
    ];
  if (lacking.length === 0) return [`${remove}, and already has the same effect.`];
  return [
    ...lacking.map(({ text, setting }) => (setting === undefined ? text : `${text}\n${setting}`)),
    `${remove}. Or remove CorsConfiguration, and make the integration send all CORS headers, including the headers of the response to OPTIONS.`,
  ];
}

function findLacking(name: string, value: string, replaced: Replaced): readonly Lacking[] {
  const { cors } = replaced;
  switch (name) {
    case 'access-control-allow-origin':
      return findOrigin(value, replaced);
    case 'access-control-allow-methods':
      return findNames('allowMethods', 'AllowMethods', value, replaced);
    case 'access-control-allow-headers':
      return findNames('allowHeaders', 'AllowHeaders', value, replaced);
    case 'access-control-expose-headers':
      return findNames('exposeHeaders', 'ExposeHeaders', value, replaced);
    case 'access-control-allow-credentials':
      if (value !== 'true' || cors.allowCredentials) return [];
      return [
        {
          text: cors.allowOrigins.includes('*')
            ? 'Set AllowCredentials: true in the API’s CorsConfiguration, and list each origin in AllowOrigins instead of *: API Gateway refuses AllowCredentials together with *.'
            : 'Set AllowCredentials: true in the API’s CorsConfiguration.',
        },
      ];
    case 'access-control-max-age':
      return value === String(cors.maxAgeSeconds)
        ? []
        : [
            {
              text: `Set MaxAge: ${value} in the API’s CorsConfiguration: browsers read it in the reply to the preflight only.`,
            },
          ];
    default:
      return [{ text: `CorsConfiguration has no setting for ${name}.` }];
  }
}

/** Whether the configuration allows the origin that the integration named. */
function allows(origin: string, { cors }: Replaced): boolean {
  return ['*', 'null'].includes(origin) || replyCorsHeaders(cors, origin).length > 0;
}

function findOrigin(value: string, { cors, origin, definition }: Replaced): readonly Lacking[] {
  // Adding * would let every page read the replies, although this request needs only its own origin.
  const wanted = value === '*' ? origin : value;
  if (wanted === undefined || cors.allowOrigins.includes('*') || wanted === 'null') return [];
  if (origin !== undefined && replyCorsHeaders(cors, origin).length > 0) return [];
  // The value of the function would not allow this page either.
  if (origin !== undefined && wanted !== origin) return [];
  if (replyCorsHeaders(cors, wanted).length > 0) return [];
  const respelled = respellOrigin(wanted, cors, definition);
  if (respelled !== undefined) return [{ text: respelled }];
  const values = [...cors.allowOrigins, wanted];
  return [
    {
      text: `Add ${wanted} to AllowOrigins in the API’s CorsConfiguration. The whole list is then:`,
      setting: printSetting('allowOrigins', values, definition),
    },
  ];
}

function findNames(
  setting: 'allowMethods' | 'allowHeaders' | 'exposeHeaders',
  property: string,
  value: string,
  { cors, definition }: Replaced,
): readonly Lacking[] {
  const set = cors[setting];
  if (set.includes('*') && !cors.allowCredentials) return [];
  const known = new Set(set.map((name) => name.toLowerCase()));
  const names = value
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '' && !known.has(name.toLowerCase()));
  if (names.length === 0) return [];
  return [
    {
      text: `Add ${names.join(', ')} to ${property} in the API’s CorsConfiguration. The whole list is then:`,
      setting: printSetting(setting, [...set, ...names], definition),
    },
  ];
}
