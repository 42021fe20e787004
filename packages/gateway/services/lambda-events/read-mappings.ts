/** `AWS::Lambda::EventSourceMapping`: each is read by the service of its source. */
import { parseArn } from '@gatewright/aws/arn';
import { readFunctionName } from '@gatewright/aws/function-name';
import type { ResourceReader } from '../../kernel/read-resource.ts';
import type { StackReading } from '../../kernel/stack-reading.ts';

/** Call after every service has offered its sources. */
export function readMappings(mappings: readonly ResourceReader[], stacks: StackReading): void {
  const names = new Set(stacks.functions.map(({ name }) => name));
  for (const mapping of mappings) {
    const given = mapping.text('FunctionName') ?? '';
    if (!names.has(readFunctionName(given).functionName))
      mapping.unsupported(
        'FunctionName',
        `${given} is not a function of the loaded stacks: it starts no function`,
      );
    readSource(mapping, stacks);
  }
}

function readSource(mapping: ResourceReader, stacks: StackReading): void {
  const arn = mapping.text('EventSourceArn') ?? '';
  const source = stacks.sourceOf(parseArn(arn)?.service ?? '');
  if (source === undefined) {
    mapping.unsupported('EventSourceArn', `${arn === '' ? 'this source' : arn} starts no function here`);
    return;
  }
  if (source === 'elsewhere') {
    mapping.unsupported(undefined, 'its source is at the endpoint that you set: it starts no function');
    return;
  }
  const read = source(arn);
  if (read === undefined)
    mapping.unsupported('EventSourceArn', `${arn} is in none of the loaded stacks: it starts no function`);
  else read(mapping);
}
