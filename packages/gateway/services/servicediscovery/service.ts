/** AWS Cloud Map: its API for SDKs, and the instances behind integrations of HTTP APIs by VPC link. */
import { DefinitionError } from '../../core/errors.ts';
import type { AwsOperation } from '@gatewright/aws/aws-operation';
import type { EventSource } from '../../kernel/event-rows.ts';
import type { Service, ServicePorts } from '../../kernel/service.ts';
import { answerCloudMap } from './calls.ts';
import { chooseInstance, isEjected } from './choose-instance.ts';
import { addInstancesOfFile } from './read-instances-file.ts';
import { readDefinitions } from './read-stacks.ts';
import { Registry } from './registry.ts';
import type { LocalService } from './local-service.ts';

export function open(ports: ServicePorts): Service {
  const { settings, clock } = ports;
  const registry = new Registry(ports);
  return {
    api: {
      answer({ operation }) {
        if (operation.protocol !== 'json') return undefined;
        return answerCloudMap(operation.action, operation.input ?? {}, registry);
      },
      resourceOf: (operation) => arnOfCall(operation, registry),
    },
    prepare(stacks) {
      // A reset reads no stacks for a while.
      if (stacks.isEmpty) return () => undefined;
      const { cloudMap } = settings;
      if (cloudMap !== undefined && stacks.isElsewhere('servicediscovery'))
        throw new DefinitionError(
          { file: cloudMap, line: undefined },
          'calls of Cloud Map go to the endpoint that you set, so --cloud-map has no effect; remove one of them',
        );
      const defined = readDefinitions(stacks);
      const all = cloudMap === undefined ? defined : addInstancesOfFile(cloudMap, defined);
      return () => registry.replace(all);
    },
    instanceOf(wanted) {
      const [arn = '', query = ''] = wanted.split('?');
      const service = registry.findService(arn);
      if (service === undefined) return undefined;
      return chooseInstance(service, Object.fromEntries(new URLSearchParams(query)), clock);
    },
    rows: () => registry.services.map((service) => rowOf(service, clock.nowEpochMs())),
    reset: () => registry.reset(),
  };
}

/** Where each operation names its resource: any other place must not decide what the caller may do. */
const NAMED_BY: Readonly<Record<string, 'Id' | 'ServiceId'>> = {
  RegisterInstance: 'ServiceId',
  DeregisterInstance: 'ServiceId',
  GetInstance: 'ServiceId',
  ListInstances: 'ServiceId',
  GetInstancesHealthStatus: 'ServiceId',
  UpdateInstanceCustomHealthStatus: 'ServiceId',
  GetService: 'Id',
  GetNamespace: 'Id',
};

function arnOfCall(operation: AwsOperation, registry: Registry): string | undefined {
  if (operation.protocol !== 'json') return undefined;
  const { action, input = {} } = operation;
  const member = Object.hasOwn(NAMED_BY, action) ? NAMED_BY[action] : undefined;
  const id = member === undefined ? undefined : input[member];
  if (typeof id !== 'string') return undefined;
  return action === 'GetNamespace'
    ? registry.findNamespace(id)?.arn
    : registry.findService(id)?.definition.arn;
}

function rowOf(service: LocalService, nowMs: number): EventSource {
  const { fullName: name, instances } = service;
  const unhealthy = instances.filter(({ health }) => health === 'UNHEALTHY').length;
  const ejected = instances.filter((one) => isEjected(one, nowMs)).length;
  const state = `${instances.length - unhealthy} healthy, ${unhealthy} unhealthy, ${ejected} left out after failed connections`;
  return { kind: 'service', name, targets: instances.map(({ registration: { id } }) => id), state };
}
