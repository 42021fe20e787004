/**
 * Handles calls that read AWS's control plane, as if the templates were deployed. Nothing is started, and nothing can
 * be changed.
 */
import { USUAL_HOME } from '@gatewright/aws/usual-home';
import { createSystemRandom } from '../../../server/adapters/random.ts';
import { readApis } from './read-stacks.ts';
import { Faults } from '../../../core/errors.ts';
import { adminIdentity } from '../../../core/policy/identities.ts';
import type { LoadOptions } from '../../../templates/load-options.ts';
import type { ApiProtocol } from '../../../core/deployment/model.ts';
import type { ResolvedStack } from '../../../core/stack/model.ts';
import type { Ports } from '../../../core/ports.ts';

type DefinedStage = {
  readonly apiId: string;
  readonly name: string;
  readonly kind: ApiProtocol;
  readonly stage: string;
};

export type DefinitionPlane = {
  readonly stacks: readonly ResolvedStack[];
  readonly stages: readonly DefinedStage[];
  /** Handles a GET request of `apigateway` or `apigatewayv2`. The path includes the query. */
  readonly get: (path: string) => Promise<{ readonly status: number; readonly body: string }>;
};

const READER = { accessKeyId: 'AKIADEFINITION', secretAccessKey: 'a definition has no identities' };

/**
 * Opens the sources without their faulty parts.
 * @throws DefinitionError for an invalid source
 */
export async function openDefinition(
  sources: readonly string[],
  options: LoadOptions,
): Promise<DefinitionPlane> {
  const { createRestApiWire } = await import('../../../control/api/rest/rest-api-wire.ts');
  const tolerance = new Faults(false);
  const served = await readApis(sources, options, tolerance);
  const { stacks } = served;
  const { accountId, region } = stacks[0] ?? USUAL_HOME;
  const caller = adminIdentity(READER, accountId);
  const serve = createRestApiWire({
    apis: served,
    random: createSystemRandom(),
    accountId,
    get ports(): Ports {
      throw new Error('a definition invokes no functions');
    },
  });
  return {
    stacks,
    stages: served.all.flatMap(({ identity, stages }) =>
      stages.map(({ settings }) => ({
        apiId: identity.apiId,
        name: identity.name,
        kind: identity.protocol,
        stage: settings.name,
      })),
    ),
    async get(path) {
      const [plain = '', query = ''] = path.split('?');
      const request = { method: 'GET', path: plain, query, rawHeaders: [], body: Buffer.alloc(0), host: '' };
      const { status, body } = await serve({ request, caller, service: 'apigateway', region });
      return { status, body: body.toString() };
    },
  };
}
