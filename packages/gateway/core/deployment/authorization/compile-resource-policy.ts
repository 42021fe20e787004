import { DefinitionError } from '../../errors.ts';
import { compilePolicy } from '../../policy/evaluate.ts';
import { readBlock, readTextList } from '../properties.ts';
import type { PropertyBag } from '../properties.ts';
import type { ResourcePolicy } from '../model.ts';

/** The maximum length of the policy document as JSON (quota of API Gateway, which AWS raises on request). */
export const POLICY_CHARACTERS = 8_192;
const ENDPOINT_TYPES = ['EDGE', 'REGIONAL', 'PRIVATE'];

export type PolicySurroundings = {
  /** The VPC of each VPC endpoint of private APIs; absent means that no VPC is known. */
  readonly vpcEndpoints?: ReadonlyMap<string, string>;
  /** The maximum length of the policy; the default is AWS's default quota. */
  readonly policyCharacters?: number;
};

/**
 * Compiles a resource policy. Returns undefined for a public API without a policy, which is open to everyone. `apiArn`
 * has the form `arn:aws:execute-api:{region}:{account}:{apiId}`.
 * @throws DefinitionError for a policy that AWS refuses, in AWS's words.
 */
export function compileResourcePolicy(
  api: PropertyBag,
  apiArn: string,
  { vpcEndpoints = new Map(), policyCharacters = POLICY_CHARACTERS }: PolicySurroundings = {},
): ResourcePolicy | undefined {
  const isPrivate = readEndpointTypes(api).includes('PRIVATE');
  const document = readDocument(api);
  if (document === undefined) return isPrivate ? { kind: 'closed' } : undefined;
  const length = JSON.stringify(document).length;
  if (length > policyCharacters)
    throw new DefinitionError(
      api.place('Policy'),
      `Invalid policy document: ${length} characters; AWS accepts at most ${policyCharacters}`,
    );
  const compiled = compilePolicy(document, { apiArn, ofResource: true });
  if (compiled.kind === 'invalid') throw invalidPolicy(api, compiled.reason, compiled.at);
  return { kind: 'policy', policy: compiled.policy, vpcEndpoints: isPrivate ? vpcEndpoints : undefined };
}

/**
 * Returns the endpoint types; empty if the template sets none, in which case AWS uses EDGE.
 * @throws DefinitionError for an unknown type
 */
export function readEndpointTypes(api: PropertyBag): readonly string[] {
  const block = readBlock(api, 'EndpointConfiguration');
  const types = block === undefined ? [] : readTextList(block, 'Types');
  const wrong = types.find((type) => !ENDPOINT_TYPES.includes(type));
  if (block !== undefined && wrong !== undefined)
    throw new DefinitionError(
      block.place('Types'),
      `Invalid endpoint type "${wrong}"; expected one of ${ENDPOINT_TYPES.join(', ')}`,
    );
  return types;
}

/** Reads a policy that is a map or the JSON text of a map. osls writes an empty string if there is no policy. */
function readDocument(api: PropertyBag): unknown {
  const value = api.properties['Policy'];
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    throw invalidPolicy(api, 'the policy is not JSON');
  }
}

function invalidPolicy(api: PropertyBag, reason: string, at: readonly string[] = []): DefinitionError {
  return new DefinitionError(
    api.place(['Policy', ...at].join('.')),
    `Invalid policy document. Please check the policy syntax and ensure that Principals are valid. (${reason})`,
  );
}
