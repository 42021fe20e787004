/** CloudFormation's reads of the loaded stacks (CloudFormation API reference). Nothing can be written. */
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { OperationRefused } from '../../kernel/calls/aws-operation.ts';
import type { Service, ServicePorts } from '../../kernel/service.ts';
import { describeExports, describeImports, describeStacks, summarizeStacks } from './describe-stacks.ts';
import { describeResource, describeResources, summarizeResources } from './describe-resources.ts';
import { LoadedStacks } from './loaded-stacks.ts';
import type { StackCall } from './loaded-stacks.ts';

type Read = (call: StackCall, stacks: LoadedStacks) => UnknownMembers;

const READS: Readonly<Record<string, Read>> = {
  DescribeStacks: describeStacks,
  ListStacks: summarizeStacks,
  DescribeStackResources: describeResources,
  DescribeStackResource: describeResource,
  ListStackResources: summarizeResources,
  ListExports: describeExports,
  ListImports: describeImports,
  GetTemplate(call, stacks) {
    const { source } = stacks.require(call);
    const stage = call.text('TemplateStage') ?? 'Original';
    if (stage !== 'Original' && stage !== 'Processed')
      throw new OperationRefused('ValidationError', `TemplateStage is Original or Processed, not ${stage}`);
    return {
      TemplateBody: JSON.stringify(source?.template ?? {}),
      StagesAvailable: { member: ['Original', 'Processed'] },
    };
  },
};

const WRITES =
  /^(?:Activate|Cancel|Continue|Create|Deactivate|Delete|Deregister|Detect|Execute|Import|Publish|Record|Register|Rollback|Set|Signal|Start|Stop|Test|Update)/;

export function open({ clock }: ServicePorts): Service {
  const stacks = new LoadedStacks(() => clock.nowEpochMs());
  return {
    api: {
      namespace: 'http://cloudformation.amazonaws.com/doc/2010-05-15/',
      answer({ operation, request: { region } }) {
        if (operation.protocol !== 'query') return undefined;
        const { action, parameters } = operation;
        const read = Object.hasOwn(READS, action) ? READS[action] : undefined;
        try {
          if (read === undefined && WRITES.test(action))
            throw new OperationRefused(
              'ValidationError',
              `${action} is refused: the gateway serves the stacks that are on disk. Change their files; they are loaded again.`,
            );
          if (read === undefined) return undefined;
          const text = (name: string): string | undefined => parameters.get(name) ?? undefined;
          return { kind: 'result', fields: read({ region, text, parameters }, stacks) };
        } catch (error) {
          if (error instanceof OperationRefused) return error.toResult();
          throw error;
        }
      },
    },
    prepare(reading) {
      // A reset reads no stacks for a while.
      return reading.isEmpty ? () => undefined : () => stacks.replace(reading.stacks, reading.times);
    },
  };
}
