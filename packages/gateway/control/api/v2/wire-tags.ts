/**
 * Handles the calls for tags in both of AWS's APIs. They name an API, a stage, a custom domain, a VPC link, an API key
 * or a usage plan by its ARN.
 */
import { badRequest, orNotFound } from '../../control-error.ts';
import { findReservedTag, stackTags } from '../../loading/stack-tags.ts';
import { readTags, tagList } from '../../loading/tag-list.ts';
import { jsonReply } from '../../../core/api-call.ts';
import { emptyReply } from '../rest/wire-router.ts';
import { textMap } from '../rest/wire-shape.ts';
import type { ApiState } from '../../api-state.ts';
import type { Tags } from '../../loading/tag-list.ts';
import type { Json, JsonObject } from '@gatewright/aws/json-object';
import type { RestControl } from '../rest/wire-api.ts';
import type { WireCall, WireRoute } from '../rest/wire-router.ts';

type Tagged = { readonly tags: Tags; readonly ofStack?: Tags; put(tags: Tags): void };

/** AWS's quota of tags per resource. */
const MAX_TAGS = 50;

export function tagRoutes(control: RestControl): readonly WireRoute[] {
  const [v1, v2] = ['/tags/{arn}', '/v2/tags/{arn}'];
  return [
    ...[v1, v2].flatMap((path): readonly WireRoute[] => [
      {
        method: 'GET',
        path,
        serve(call) {
          const { tags, ofStack } = find(call, control);
          return jsonReply(200, { tags: { ...tags, ...ofStack } });
        },
      },
      {
        method: 'DELETE',
        path,
        serve(call) {
          const tagged = find(call, control);
          const gone = call.query.getAll('tagKeys');
          refuseReserved(gone);
          tagged.put(Object.fromEntries(Object.entries(tagged.tags).filter(([key]) => !gone.includes(key))));
          return emptyReply(204);
        },
      },
    ]),
    {
      method: 'PUT',
      path: v1,
      serve(call) {
        add(call, control);
        return emptyReply(204);
      },
    },
    {
      method: 'POST',
      path: v2,
      serve(call) {
        add(call, control);
        return jsonReply(201, {});
      },
    },
  ];
}

function add(call: WireCall, control: RestControl): void {
  const tagged = find(call, control);
  const added = textMap(call.body, 'tags');
  refuseReserved(Object.keys(added));
  const tags = { ...tagged.tags, ...added };
  if (Object.keys(tags).length > MAX_TAGS)
    throw badRequest(`A resource has at most ${MAX_TAGS} tags, not ${Object.keys(tags).length}`);
  tagged.put(tags);
}

/** Refuses reserved tag keys (API reference, "TagResource"). */
function refuseReserved(keys: readonly string[]): void {
  const reserved = findReservedTag(keys);
  if (reserved !== undefined)
    throw badRequest(`The tag key ${reserved} must not start with aws:, which is reserved for AWS`);
}

/** Matches an ARN such as `arn:aws:apigateway:{region}::/apis/{id}/stages/{name}`. */
const ARN = /^arn:[^:]+:apigateway:[^:]*::\/(\w+)\/([^/]+)(?:\/stages\/([^/]+))?$/;

/**
 * Finds the resource of an ARN.
 * @throws ControlError for an ARN that does not identify a taggable resource
 */
function find({ path }: WireCall, { apis }: RestControl): Tagged {
  const [, noun = '', id = '', stageName] = ARN.exec(path('arn')) ?? [];
  const found =
    noun === 'restapis' || noun === 'apis'
      ? findApiTags(apis.state(id), noun, stageName)
      : stageName === undefined
        ? findOthers(noun, id, apis)
        : undefined;
  return orNotFound(found, `Invalid resource ARN specified: ${path('arn')}`);
}

function findApiTags(
  api: ApiState | undefined,
  noun: string,
  stageName: string | undefined,
): Tagged | undefined {
  if (api === undefined || (api.identity.protocol === 'rest') !== (noun === 'restapis')) return undefined;
  const isList = api.identity.protocol === 'rest';
  if (stageName === undefined) {
    const { resources } = api;
    const own = resources.api;
    const tagged = taggedBy(own.properties, isList, (properties) => {
      api.adoptResources({ ...resources, api: { ...own, properties } }, api.isEdited);
    });
    return { ...tagged, ofStack: stackTags(api.identity) };
  }
  const settings = api.stage(stageName)?.settings;
  return (
    settings &&
    taggedBy(settings.source.properties, isList, (properties) => {
      api.putStage({ ...settings, source: { ...settings.source, properties } });
    })
  );
}

function findOthers(
  noun: string,
  id: string,
  { domains, vpcLinks, account }: RestControl['apis'],
): Tagged | undefined {
  if (noun === 'apikeys') {
    const key = account.keys.find(id);
    return (
      key && {
        tags: key.tags,
        put: (tags) => {
          account.keys.put({ ...key, tags });
        },
      }
    );
  }
  if (noun === 'usageplans') {
    const plan = account.plans.find(id);
    return (
      plan && {
        tags: plan.tags,
        put: (tags) => {
          account.plans.put({ ...plan, tags });
        },
      }
    );
  }
  if (noun === 'domainnames') {
    const domain = domains.get(id);
    return (
      domain &&
      taggedBy(domain.properties, false, (properties) => {
        domains.put({ ...domain, properties });
      })
    );
  }
  const link = noun === 'vpclinks' ? vpcLinks.find(id) : undefined;
  return (
    link &&
    taggedBy(link.properties, false, (properties) => {
      vpcLinks.put({ ...link, properties });
    })
  );
}

/** @param isList whether tags are written as `{Key, Value}` */
function taggedBy(properties: JsonObject, isList: boolean, put: (properties: JsonObject) => void): Tagged {
  return {
    tags: readTags(properties['Tags']),
    put(tags) {
      const Tags: Json = isList ? tagList(tags) : { ...tags };
      put({ ...properties, Tags });
    },
  };
}
