/** What tools ask of the account and of tags before they do anything: both are read only here. */
import { notFound } from '../../control/control-error.ts';
import { isJsonMap, listOf, mapOf, textOf } from '../../control/resource-properties.ts';
import { jsonReply } from '../../control-port/control-request.ts';
import { ACCOUNT_LIMIT } from '../../deployment/throttle.ts';
import type { JsonObject } from '../../definition/model.ts';
import type { RestControl } from './wire-api.ts';
import type { WireRoute } from './wire-router.ts';

type Tags = Readonly<Record<string, string>>;

export function accountRoutes(control: RestControl): readonly WireRoute[] {
  return [
    {
      ...{ method: 'GET', path: '/account' },
      serve: () =>
        jsonReply(200, {
          apiKeyVersion: '4',
          features: ['UsagePlans'],
          throttleSettings: { burstLimit: ACCOUNT_LIMIT.burstLimit, rateLimit: ACCOUNT_LIMIT.rateLimit },
        }),
    },
    {
      ...{ method: 'GET', path: '/tags/{resourceArn}' },
      serve({ path }) {
        const tags = findTags(path('resourceArn'), control);
        if (tags === undefined) throw notFound('Invalid resource ARN specified');
        return jsonReply(200, { tags });
      },
    },
  ];
}

/** By the ARNs that AWS gives: `arn:aws:apigateway:{region}::/restapis/{id}/stages/{name}`. */
const RESOURCE =
  /^arn:[^:]+:apigateway:[^:]+::\/(restapis|apis|apikeys|usageplans)\/([^/]+)(?:\/stages\/([^/]+))?$/;

function findTags(arn: string, { apis }: RestControl): Tags | undefined {
  const [, kind, id = '', stageName] = RESOURCE.exec(arn) ?? [];
  if (kind === 'apikeys') return stageName === undefined ? apis.account.keys.find(id)?.tags : undefined;
  if (kind === 'usageplans') return stageName === undefined ? apis.account.plans.find(id)?.tags : undefined;
  const api = apis.state(id);
  if (api === undefined || (api.identity.protocol === 'rest') !== (kind === 'restapis')) return undefined;
  if (stageName === undefined) return tagsOf(api.resources.api.properties);
  const stage = api.stage(stageName);
  return stage === undefined ? undefined : tagsOf(stage.settings.source.properties);
}

/** A list of `{Key, Value}` for REST APIs, a map for the others. */
function tagsOf(properties: JsonObject): Tags {
  const listed = listOf(properties, 'Tags').filter(isJsonMap);
  const mapped = Object.keys(mapOf(properties, 'Tags'));
  return Object.fromEntries([
    ...listed.map((tag) => [textOf(tag, 'Key'), textOf(tag, 'Value')] as const),
    ...mapped.map((name) => [name, textOf(mapOf(properties, 'Tags'), name)] as const),
  ]);
}
