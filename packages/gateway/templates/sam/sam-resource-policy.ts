/**
 * Converts `Auth.ResourcePolicy` of an `AWS::Serverless::Api` or of one of its events to statements of the API's
 * policy.
 * @see https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-api-resourcepolicystatement.html
 */
import { isDeepStrictEqual } from 'node:util';
import { asOneOrMore, isJsonList, isJsonObject } from '@gatewright/aws/json-object';
import type { Json, JsonObject } from '@gatewright/aws/json-object';
import { ANY_METHOD, branchesOf, methodKey, methodNames, pathsOf } from './sam-document.ts';
import type { SamExpansion } from './sam-expansion.ts';

const POLICY = 'x-amazon-apigateway-policy';

const MEMBERS =
  'AwsAccountWhitelist AwsAccountBlacklist IpRangeWhitelist IpRangeBlacklist SourceVpcWhitelist SourceVpcBlacklist IntrinsicVpcWhitelist IntrinsicVpceWhitelist IntrinsicVpcBlacklist IntrinsicVpceBlacklist CustomStatements'.split(
    ' ',
  );

/** Adds the policy of one API, or of one of its paths, to the document. */
export function addResourcePolicy(
  expansion: SamExpansion,
  apiId: string,
  document: JsonObject,
  policy: Json | undefined,
  scope: { readonly paths: readonly string[]; readonly stage: Json },
): JsonObject {
  if (policy === undefined) return document;
  if (!isJsonObject(policy))
    return expansion.fail(apiId, `Auth.ResourcePolicy must be a mapping, not ${JSON.stringify(policy)}`);
  refuseIgnored(expansion, apiId, policy);
  const statements = scope.paths.flatMap((path) =>
    statementsOf(policy, resourcesOf(document, path, scope.stage)),
  );
  const custom = policy['CustomStatements'];
  const all = [...statements, ...(custom === undefined ? [] : isJsonList(custom) ? custom : [custom])];
  return all.length === 0 ? document : { ...document, [POLICY]: merge(document[POLICY], all) };
}

/**
 * Refuses settings that SAM itself refuses. Also refuses settings that SAM silently leaves out of the policy, because
 * the API would then be open on AWS.
 * @see https://github.com/aws/serverless-application-model/blob/develop/samtranslator/swagger/swagger.py
 * add_resource_policy
 */
function refuseIgnored(expansion: SamExpansion, apiId: string, policy: JsonObject): void {
  const ignored = (what: string, remedy: string): never =>
    expansion.fail(
      apiId,
      `SAM ignores ${what}, so the API is deployed without this restriction; ${remedy}`,
      'sam-ignores',
    );
  const unknown = Object.keys(policy).find((member) => !MEMBERS.includes(member));
  if (unknown !== undefined)
    ignored(`the unknown property ${unknown} in Auth.ResourcePolicy`, `write one of ${MEMBERS.join(', ')}`);
  for (const list of ['SourceVpcWhitelist', 'SourceVpcBlacklist']) {
    const ids = policy[list];
    if (typeof ids === 'string')
      ignored(`Auth.ResourcePolicy.${list}, because it is a string and not a list`, `write [${ids}]`);
    const computed = list.replace('SourceVpc', 'IntrinsicVpc');
    for (const id of asOneOrMore(ids ?? []))
      if (typeof id !== 'string')
        expansion.fail(
          apiId,
          `${list} must be a list of strings. Use ${computed} instead for values that use Intrinsic Functions`,
          // SAM fills in parameters. A parameter without a value is reported separately.
          isJsonObject(id) && 'Ref' in id ? 'value-elsewhere' : undefined,
        );
      else if (!/^vpce?-/.test(id))
        ignored(
          `${JSON.stringify(id)} in Auth.ResourcePolicy.${list}, because it begins neither with vpc- nor with vpce-`,
          'write the id of a VPC or of a VPC endpoint',
        );
  }
}

function statementsOf(policy: JsonObject, Resource: readonly Json[]): readonly JsonObject[] {
  const Action = 'execute-api:Invoke';
  const accounts = (Effect: string, list: Json | undefined): JsonObject[] =>
    list === undefined ? [] : [{ Effect, Action, Resource, Principal: { AWS: asOneOrMore(list) } }];
  const except = (operator: string, keys: JsonObject): JsonObject[] =>
    Object.keys(keys).length === 0
      ? []
      : [
          { Effect: 'Allow', Action, Resource, Principal: '*' },
          { Effect: 'Deny', Action, Resource, Principal: '*', Condition: { [operator]: keys } },
        ];
  const addresses = (list: Json | undefined): JsonObject =>
    list === undefined ? {} : { 'aws:SourceIp': asOneOrMore(list) };
  return [
    ...accounts('Allow', policy['AwsAccountWhitelist']),
    ...accounts('Deny', policy['AwsAccountBlacklist']),
    ...except('NotIpAddress', addresses(policy['IpRangeWhitelist'])),
    ...except('IpAddress', addresses(policy['IpRangeBlacklist'])),
    ...except('StringEquals', networks(policy, 'Blacklist')),
    ...except('StringNotEquals', networks(policy, 'Whitelist')),
  ];
}

/**
 * Returns the VPCs and VPC endpoints of a list. Strings are distinguished by their prefix. Intrinsic functions have
 * separate lists.
 */
function networks(policy: JsonObject, list: 'Whitelist' | 'Blacklist'): JsonObject {
  const written = asOneOrMore(policy[`SourceVpc${list}`] ?? []);
  const startingWith = (prefix: string): readonly Json[] =>
    written.filter((id) => typeof id === 'string' && id.startsWith(prefix));
  const keys: [string, readonly Json[]][] = [
    ['aws:SourceVpc', [...startingWith('vpc-'), ...asOneOrMore(policy[`IntrinsicVpc${list}`] ?? [])]],
    ['aws:SourceVpce', [...startingWith('vpce-'), ...asOneOrMore(policy[`IntrinsicVpce${list}`] ?? [])]],
  ];
  return Object.fromEntries(keys.filter(([, ids]) => ids.length > 0));
}

function resourcesOf(document: JsonObject, path: string, stage: Json): readonly Json[] {
  const names = branchesOf(pathsOf(document)[path]).flatMap((item) => methodNames(item));
  // Path variables become stars, because a policy is compared with the path of the request.
  const pattern = path.replace(/\{[^}]*\}/g, '*');
  return names.map((name) => {
    const key = methodKey(name);
    const method = key === ANY_METHOD ? '*' : key.toUpperCase();
    return { 'Fn::Sub': [`execute-api:/\${__Stage__}/${method}${pattern}`, { __Stage__: stage }] };
  });
}

function merge(existing: Json | undefined, added: readonly Json[]): JsonObject {
  const policy = isJsonObject(existing) ? existing : { Version: '2012-10-17' };
  const statements = [...asOneOrMore(policy['Statement'] ?? [])];
  for (const statement of added)
    if (!statements.some((other) => isDeepStrictEqual(other, statement))) statements.push(statement);
  return { ...policy, Version: '2012-10-17', Statement: statements };
}
