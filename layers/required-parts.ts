/**
 * Finds documents that need a part which the stack lacks. Without that part, callers of the document's API would get
 * 500, and webhook senders would get 404.
 */
import type { CompiledDocument } from '@gatewright/handlers/access/compiled-document';

type Required = {
  readonly documents: readonly CompiledDocument[];
  readonly hasWebhooks: boolean;
  /** There is an `access/portal.yml`. */
  readonly hasPortal: boolean;
  readonly stage: string;
};

/** The part that is deployed only if it is named, so a stack of all parts lacks it, too. */
const ONLY_NAMED = 'portal';

/** Returns one sentence for each missing part. @param chosen parts of the stack; undefined means all but the portal */
export function missingParts(
  { documents, hasWebhooks, hasPortal, stage }: Required,
  chosen: readonly string[] | undefined,
): readonly string[] {
  const inStage = documents.filter(({ apis }) => apis.some((api) => api.for === stage));
  const needs = inStage.flatMap(({ name, quota, channels }) => [
    { what: `access/${name}.yml protects an API`, part: 'authorizers', item: 'the API' },
    ...(quota === undefined
      ? []
      : [
          { what: `access/${name}.yml has a quota`, part: 'quotas', item: 'the quota' },
          ...(quota.isTracked === true
            ? [
                {
                  what: `access/${name}.yml charges from access logs`,
                  part: 'access-logs',
                  item: 'count: access-log',
                },
              ]
            : []),
        ]),
    ...(channels === undefined
      ? []
      : [{ what: `access/${name}.yml has channels`, part: 'channels', item: 'the channels' }]),
  ]);
  const all = hasWebhooks
    ? [...needs, { what: 'access/webhooks.yml has sources', part: 'webhooks', item: 'the sources' }]
    : needs;
  const missing = all
    .filter(({ part }) => chosen?.includes(part) === false)
    .map(
      ({ what, part, item }) =>
        `${what} in stage "${stage}": run npx gatewright init --add ${part}, or remove ${item} from the document`,
    );
  const lacksPortal = hasPortal && chosen?.includes(ONLY_NAMED) !== true;
  return lacksPortal
    ? [
        ...missing,
        'access/portal.yml describes a portal, but the stack has none: run npx gatewright init --add portal, or remove the file',
      ]
    : missing;
}
