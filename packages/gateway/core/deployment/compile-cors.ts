/** Compiles the CORS settings of an HTTP API (`CorsConfiguration`, docs/aws §12) and of a function URL (`Cors`). */
import { DefinitionError } from '../errors.ts';
import { readBlock, readFlag, readInteger, readTextList } from './properties.ts';
import type { PropertyBag } from './properties.ts';
import type { CorsPlan } from '../events/cors-headers.ts';

const METHODS = new Set(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', '*']);

/**
 * Compiles the `Cors` of AWS::Lambda::Url. Returns undefined if the URL has none.
 * @throws DefinitionError for values that AWS refuses
 */
export function compileUrlCors(url: PropertyBag): CorsPlan | undefined {
  const cors = readBlock(url, 'Cors');
  if (cors === undefined) return undefined;
  const allowMethods = readTextList(cors, 'AllowMethods');
  const wrong = allowMethods.find((method) => !METHODS.has(method) || method === 'OPTIONS');
  if (wrong !== undefined)
    throw new DefinitionError(
      cors.place('AllowMethods'),
      `"${wrong}" is not accepted in AllowMethods of a function URL; expected one of ${[...METHODS].filter((method) => method !== 'OPTIONS').join(', ')}`,
    );
  return {
    allowOrigins: readTextList(cors, 'AllowOrigins'),
    allowMethods,
    allowHeaders: readTextList(cors, 'AllowHeaders'),
    exposeHeaders: readTextList(cors, 'ExposeHeaders'),
    allowCredentials: readFlag(cors, 'AllowCredentials'),
    maxAgeSeconds:
      cors.properties['MaxAge'] === undefined
        ? undefined
        : readInteger(cors, 'MaxAge', { usual: 0, min: 0, max: 86_400 }),
    echoesOrigin: true,
  };
}

/**
 * The forms of an allowed origin: `*`, or a scheme and a host (swarmion/swarmion#582; HTTP API developer guide,
 * "Configuring CORS").
 */
const ORIGIN = /^(?:\*|[a-z][a-z0-9+.-]*:\/\/.+)$/i;

/**
 * Compiles `CorsConfiguration`.
 * @throws DefinitionError for values and combinations that AWS refuses
 */
export function compileCors(api: PropertyBag): CorsPlan | undefined {
  const cors = readBlock(api, 'CorsConfiguration');
  if (cors === undefined) return undefined;
  const allowOrigins = readTextList(cors, 'AllowOrigins');
  for (const [index, origin] of allowOrigins.entries())
    if (!ORIGIN.test(origin))
      throw new DefinitionError(cors.place(`AllowOrigins.${index}`), `Invalid format for origin ${origin}`);
  const allowCredentials = readFlag(cors, 'AllowCredentials');
  if (allowCredentials && allowOrigins.includes('*'))
    throw new DefinitionError(
      cors.place('AllowCredentials'),
      "allow-credentials is not supported if 'allow-origin' is *",
    );
  const allowMethods = readTextList(cors, 'AllowMethods').map((method) => method.toUpperCase());
  const unknown = allowMethods.find((method) => !METHODS.has(method));
  if (unknown !== undefined)
    throw new DefinitionError(
      cors.place('AllowMethods'),
      `"${unknown}" is not a valid CORS method; expected one of ${[...METHODS].join(', ')}`,
    );
  return {
    allowOrigins,
    allowMethods,
    allowHeaders: readTextList(cors, 'AllowHeaders'),
    exposeHeaders: readTextList(cors, 'ExposeHeaders'),
    allowCredentials,
    maxAgeSeconds: readMaxAge(cors),
  };
}

const MAX_AGE = { least: -1, most: 86_400 };

/**
 * API Gateway checks the origins first: in aws/aws-cdk#9076 the age 864000 is invalid too, but the error is about an
 * origin.
 */
function readMaxAge(cors: PropertyBag): number | undefined {
  if (cors.properties['MaxAge'] === undefined) return undefined;
  const age = readInteger(cors, 'MaxAge', {
    usual: 0,
    min: Number.MIN_SAFE_INTEGER,
    max: Number.MAX_SAFE_INTEGER,
  });
  if (age < MAX_AGE.least || age > MAX_AGE.most)
    throw new DefinitionError(
      cors.place('MaxAge'),
      `maxAge must be between ${MAX_AGE.least} and ${MAX_AGE.most}`,
    );
  return age;
}
