/**
 * VPC links in both of AWS's APIs. VPC links of REST APIs are changed by patches, unlike the VPC links of HTTP APIs.
 */
import { refuseBeyondQuota } from '../../api-quotas.ts';
import { badRequest, notFound } from '../../control-error.ts';
import { callMadeResource } from '../../edits/edit-resources.ts';
import { readPatch } from '../../edits/patch.ts';
import { parseArn } from '@gatewright/aws/arn';
import { listOf, mapOf, textOf } from '@gatewright/aws/json-object';
import { jsonReply } from '../../../core/api-call.ts';
import { REST_TYPES } from '../../resource-types/rest-types.ts';
import { V2_TYPES } from '../../resource-types/v2-types.ts';
import { mergeFields, readFields, replaceRule, showFields } from '../rest/field-table.ts';
import { collectionRoutes } from '../rest/wire-collection.ts';
import { isoTime, requireMembers, v2Collection } from './v2-wire.ts';
import type { ApiState } from '../../api-state.ts';
import type { VpcLink } from '../../vpc-links.ts';
import type { Field } from '../../resource-types/fields.ts';
import type { RestControl } from '../rest/wire-api.ts';
import type { WireCall, WireRoute } from '../rest/wire-router.ts';

type Kind = VpcLink['kind'];

const ID_LENGTH = 6;
const AVAILABLE = 'AVAILABLE';
const PENDING = 'PENDING';
const FIELDS: Readonly<Record<Kind, readonly Field[]>> = {
  rest: REST_TYPES['AWS::ApiGateway::VpcLink'].fields,
  http: V2_TYPES['AWS::ApiGatewayV2::VpcLink'].fields,
};
/** The editable fields. The load balancers, subnets and security groups of a VPC link cannot be changed. */
const CHANGED: Readonly<Record<Kind, readonly Field[]>> = {
  rest: FIELDS.rest.filter(({ wire }) => wire === 'name' || wire === 'description'),
  http: FIELDS.http.filter(({ wire }) => wire === 'name'),
};

export function vpcLinkRoutes(control: RestControl): readonly WireRoute[] {
  return [...restRoutes(control), ...httpRoutes(control)];
}

function restRoutes(control: RestControl): readonly WireRoute[] {
  const { vpcLinks } = control.apis;
  return [
    {
      method: 'POST',
      path: '/vpclinks',
      serve(call) {
        checkRestLink(call);
        return jsonReply(202, showRest(create('rest', call, control), PENDING));
      },
    },
    ...collectionRoutes({
      all: '/vpclinks',
      one: '/vpclinks/{vpcLinkId}',
      show: (link) => showRest(link),
      list: () => vpcLinks.ofKind('rest'),
      get: (call) => find('rest', call, control),
      change(call) {
        const link = find('rest', call, control);
        const patch = readPatch(
          call.body,
          'updateVpcLinkInput',
          CHANGED.rest.map((one) => replaceRule(one)),
        );
        const changed = { ...link, properties: patch(link.properties) };
        vpcLinks.put(changed);
        return changed;
      },
      remove(call) {
        const { id } = find('rest', call, control);
        refuseUsed(
          id,
          control.apis.all.flatMap((api) => deployedUses(api, id)),
          'RESTApiId:Method:Resource:Stage',
        );
        vpcLinks.delete(id);
      },
    }),
  ];
}

function httpRoutes(control: RestControl): readonly WireRoute[] {
  const { vpcLinks } = control.apis;
  const created: WireRoute = {
    method: 'POST',
    path: '/v2/vpclinks',
    serve(call) {
      requireMembers(call.body, ['name', 'subnetIds']);
      return jsonReply(201, showHttp(create('http', call, control), PENDING));
    },
  };
  const others = v2Collection(
    {
      all: '/v2/vpclinks',
      one: '/v2/vpclinks/{vpcLinkId}',
      show: (link) => showHttp(link),
      list: () => vpcLinks.ofKind('http'),
      get: (call) => find('http', call, control),
      change(call) {
        const link = find('http', call, control);
        const changed = { ...link, properties: mergeFields(link.properties, call.body, CHANGED.http) };
        vpcLinks.put(changed);
        return changed;
      },
      remove(call) {
        const { id } = find('http', call, control);
        refuseUsed(
          id,
          control.apis.all.flatMap((api) => routesThrough(api, id)),
          'Method:Resource',
        );
        vpcLinks.delete(id);
      },
    },
    202,
  );
  return [created, ...others];
}

function create(kind: Kind, { body }: WireCall, { apis, random }: RestControl): VpcLink {
  const { vpcLinks, account } = apis;
  const quota = kind === 'rest' ? 'restVpcLinks' : 'httpVpcLinks';
  refuseBeyondQuota(quota, vpcLinks.ofKind(kind).length, account.quotas);
  const made = callMadeResource(random.hex(ID_LENGTH), readFields(body, FIELDS[kind]));
  const link = { ...made, kind, createdAtEpochMs: account.clock.nowEpochMs() };
  vpcLinks.put(link);
  return link;
}

/** @throws ControlError NotFoundException if there is no such VPC link */
function find(kind: Kind, { path }: WireCall, { apis }: RestControl): VpcLink {
  const link = apis.vpcLinks.find(path('vpcLinkId'));
  if (link?.kind !== kind) throw notFound('Invalid Vpc Link identifier specified');
  return link;
}

/** @throws ControlError BadRequestException for a link in use, in AWS's words (klothoplatform/klotho#202) */
function refuseUsed(id: string, uses: readonly string[], format: string): void {
  if (uses.length > 0)
    throw badRequest(
      `Cannot delete vpc link. Vpc link '${id}', is referenced in [${uses.join(', ')}] in format of [${format}].`,
    );
}

/** Returns the methods that stages serve through a link. A method that is not deployed does not block the deletion. */
function deployedUses(api: ApiState, linkId: string): readonly string[] {
  return api.stages.flatMap(({ settings }) =>
    (api.deployment(settings.deploymentId)?.resources.methods ?? [])
      .filter(({ properties }) => textOf(mapOf(properties, 'Integration'), 'ConnectionId') === linkId)
      .map(({ properties }) =>
        [
          api.identity.apiId,
          textOf(properties, 'HttpMethod'),
          textOf(properties, 'ResourceId'),
          settings.name,
        ].join(':'),
      ),
  );
}

/** Returns the routes of an HTTP API that use a link (hashicorp/terraform-provider-aws#12195). */
function routesThrough({ resources }: ApiState, linkId: string): readonly string[] {
  return resources.routes
    .filter(({ properties }) => {
      const integration = resources.integrations.get(
        textOf(properties, 'Target').replace('integrations/', ''),
      );
      return textOf(integration?.properties ?? {}, 'ConnectionId') === linkId;
    })
    .map(({ id, properties }) => {
      const [method = '', path] = textOf(properties, 'RouteKey').split(' ');
      return `${path === undefined ? 'ANY' : method}:${id}`;
    });
}

/** A link is shown as pending by the call that creates it, and is available in all later calls [obs]. */
function showRest({ id, properties }: VpcLink, status = AVAILABLE): object {
  return {
    id,
    status,
    // Calls after the first one show tags even if there are none (AWS CLI reference, update-vpc-link).
    ...(status === AVAILABLE && { statusMessage: 'Your vpc link is ready for use', tags: {} }),
    ...showFields(properties, FIELDS.rest),
  };
}

/** @throws ControlError for members that AWS refuses, in its words [obs] */
function checkRestLink({ body }: WireCall): void {
  requireMembers(body, ['name', 'targetArns']);
  const wrong = listOf(body, 'targetArns')
    .map((arn) => (typeof arn === 'string' ? arn : JSON.stringify(arn)))
    .find((arn) => parseArn(arn) === undefined);
  if (wrong !== undefined) throw badRequest(`Invalid ARN. ARN is not well formed ${wrong}`);
}

/** Like `showRest`, for a link of HTTP APIs, in the words of the AWS CLI's examples (create-vpc-link, get-vpc-link). */
function showHttp({ id, properties, createdAtEpochMs }: VpcLink, status = AVAILABLE): object {
  return {
    vpcLinkId: id,
    vpcLinkStatus: status,
    vpcLinkStatusMessage:
      status === AVAILABLE ? 'VPC link is ready to route traffic' : 'VPC link is provisioning ENIs',
    vpcLinkVersion: 'V2',
    securityGroupIds: [],
    createdDate: isoTime(createdAtEpochMs),
    tags: mapOf(properties, 'Tags'),
    ...showFields(properties, FIELDS.http),
  };
}
