/**
 * Tokens and keys of the local issuer for the command line. The paths are below `/_gatewright/`, and need the secret of
 * this run.
 */
import { isJsonObject } from '@gatewright/aws/json-object';
import { type ControlReply, type ControlRequest, jsonReply, readFields } from '../core/api-call.ts';
import { InvalidRequest } from '../core/errors.ts';
import type { Issuer, TokenOptions } from './issuer.ts';

/**
 * @param path relative to `/_gatewright/`
 * @returns undefined for paths that belong to other endpoints
 */
export async function serveTokens(
  request: ControlRequest,
  path: string,
  issuer: Issuer,
): Promise<ControlReply | undefined> {
  switch (`${request.method} ${path}`) {
    case 'POST token':
      return mintToken(request, issuer);
    case 'POST issuer/rotate':
      return rotate(request, issuer);
    default:
      return undefined;
  }
}

function mintToken(request: ControlRequest, issuer: Issuer): ControlReply {
  const options = readTokenOptions(
    readFields(request, ['sub', 'issuer', 'aud', 'roles', 'scope', 'claims', 'expiresInSeconds']),
  );
  if (options === undefined) {
    return jsonReply(400, {
      message:
        'Expected {"sub": string, "issuer": string, "aud": string or list, "roles": list, "scope": string, "claims": object, "expiresInSeconds": number}',
    });
  }
  try {
    return jsonReply(200, issuer.mint(options));
  } catch (error) {
    if (error instanceof InvalidRequest) return jsonReply(400, { message: error.message });
    throw error;
  }
}

async function rotate(request: ControlRequest, issuer: Issuer): Promise<ControlReply> {
  const fields = readFields(request, ['withdraw']);
  const withdraw = fields?.get('withdraw') ?? false;
  if (fields === undefined || typeof withdraw !== 'boolean')
    return jsonReply(400, { message: 'Expected {} or {"withdraw": true}' });
  await issuer.rotate({ withdraw });
  return jsonReply(200, issuer.keySet());
}

function readTokenOptions(fields: ReadonlyMap<string, unknown> | undefined): TokenOptions | undefined {
  if (fields === undefined) return undefined;
  const sub = fields.get('sub');
  const issuer = fields.get('issuer');
  const aud = fields.get('aud');
  const roles = fields.get('roles');
  const scope = fields.get('scope');
  const claims = fields.get('claims');
  const expiresInSeconds = fields.get('expiresInSeconds');
  if (typeof sub !== 'string') return undefined;
  if (issuer !== undefined && typeof issuer !== 'string') return undefined;
  if (aud !== undefined && typeof aud !== 'string' && !isTexts(aud)) return undefined;
  if (roles !== undefined && !isTexts(roles)) return undefined;
  if (scope !== undefined && typeof scope !== 'string') return undefined;
  if (claims !== undefined && !isJsonObject(claims)) return undefined;
  if (expiresInSeconds !== undefined && typeof expiresInSeconds !== 'number') return undefined;
  return {
    sub,
    ...(issuer === undefined ? {} : { issuer }),
    ...(aud === undefined ? {} : { aud }),
    ...(roles === undefined ? {} : { roles }),
    ...(scope === undefined ? {} : { scope }),
    ...(claims === undefined ? {} : { claims }),
    ...(expiresInSeconds === undefined ? {} : { expiresInSeconds }),
  };
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((entry) => typeof entry === 'string');
}
