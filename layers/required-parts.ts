/**
 * Finds documents that need a part which the stack lacks. Without that part, callers of the document's API would get
 * 500, and webhook senders would get 404.
 */
import { documentsInStage } from '@gatewright/authoring/compile/build-access';
import type { AccessBuild } from '@gatewright/authoring/compile/build-access';

type Required = {
  /** `access` is undefined if no document is compiled. */
  readonly access: Pick<AccessBuild, 'compiled' | 'stages'> | undefined;
  readonly hasWebhooks: boolean;
  readonly stage: string;
};

/**
 * Returns one sentence for each missing part.
 * @param chosen parts of the stack; undefined means all
 */
export function missingParts(
  { access, hasWebhooks, stage }: Required,
  chosen: readonly string[] | undefined,
): readonly string[] {
  if (chosen === undefined) return [];
  const inStage = documentsInStage(access, stage);
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
  return all
    .filter(({ part }) => !chosen.includes(part))
    .map(
      ({ what, part, item }) =>
        `${what} in stage "${stage}", but the stack has no part ${part}: run npx gatewright init --add ${part}, or remove ${item} from the document`,
    );
}
