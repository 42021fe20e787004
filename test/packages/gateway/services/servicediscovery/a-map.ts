/** A stack with a service of Cloud Map, and calls to it. */
import * as servicediscovery from '../../../../../packages/gateway/services/servicediscovery/service.ts';
import type { ChosenInstance } from '../../../../../packages/gateway/core/ports.ts';
import type { ServiceSettings } from '../../../../../packages/gateway/kernel/service.ts';
import { ACCOUNT, anEventEngine, REGION } from '../../../../support/an-event-engine.ts';
import type { EventBench } from '../../../../support/an-event-engine.ts';

export type CloudMap = EventBench<{ servicediscovery: typeof servicediscovery }> & {
  ask(action: string, input?: object): Promise<Record<string, unknown>>;
  /** The id of the service `orders`. */
  readonly serviceId: string;
  readonly arn: string;
  register(id: string, attributes?: object): Promise<unknown>;
  choose(query?: string): Promise<ChosenInstance | undefined>;
  /** Makes `count` calls one after the other, and returns the origin or the reason of each. */
  origins(count: number, query?: string): Promise<readonly (string | undefined)[]>;
};

const usual = `
  Shop:
    Type: AWS::ServiceDiscovery::PrivateDnsNamespace
    Properties: { Name: shop, Vpc: vpc-1 }
  Orders:
    Type: AWS::ServiceDiscovery::Service
    Properties: { Name: orders, NamespaceId: !Ref Shop, HealthCheckCustomConfig: { FailureThreshold: 1 } }`;

export async function aMap(more = '', settings: ServiceSettings = {}, resources = usual): Promise<CloudMap> {
  const bench = anEventEngine({ servicediscovery }, { resources: resources + more, settings });
  const ask: CloudMap['ask'] = (action, input = {}) => bench.call('servicediscovery', action, input);
  const { Services } = (await ask('ListServices')) as { Services: { Id: string; Arn: string }[] };
  const [{ Id: serviceId, Arn: arn } = { Id: '', Arn: '' }] = Services;
  const choose: CloudMap['choose'] = (query = '') => bench.engine.findInstance(`${arn}${query}`);
  return {
    ...bench,
    ask,
    serviceId,
    arn,
    choose,
    register: (InstanceId, Attributes = at(5001)) =>
      ask('RegisterInstance', { ServiceId: serviceId, InstanceId, Attributes }),
    async origins(count, query) {
      const seen: (string | undefined)[] = [];
      for (let round = 0; round < count; round += 1) {
        const chosen = await choose(query);
        seen.push(chosen?.kind === 'instance' ? chosen.origin : chosen?.message);
      }
      return seen;
    },
  };
}

export function at(port: number, more: object = {}): Record<string, string> {
  return { AWS_INSTANCE_IPV4: '127.0.0.1', AWS_INSTANCE_PORT: String(port), ...more };
}

export const ARN_OF = (id: string): string => `arn:aws:servicediscovery:${REGION}:${ACCOUNT}:service/${id}`;
