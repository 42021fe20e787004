/**
 * `gatewright keys value` prints the value of an API Gateway key of the running gateway (not of a key in the access
 * table). CloudFormation lets API Gateway choose the value of a key that the template does not set, so no file contains
 * it.
 */
import { Command } from 'commander';
import { membersOf } from '@gatewright/aws/json-object';
import { createAws, listAt, textAt } from '../../../terminal/aws-call.ts';
import { addGatewayOptions, findGateway } from '../../../terminal/running-gateway.ts';
import { printResult, UsageError } from '../../../../base/terminal/output.ts';

/**
 * The region with which the call is signed. Any region works, because the running gateway has one account for all
 * regions.
 */
const REGION = 'us-east-1';

export function valueCommand(): Command {
  return addGatewayOptions(
    new Command('value').description(
      'Print the value of an API Gateway key of the running gateway, such as one that its template does not set.',
    ),
  )
    .argument('[key]', 'name or id of the key (default: the only key)')
    .action(printKeyValue);
}

async function printKeyValue(wanted: string | undefined): Promise<void> {
  const { controlUrl, ...credentials } = await findGateway();
  const aws = createAws(REGION, credentials, { endpointUrl: controlUrl });
  const answer = await aws.call({
    service: 'apigateway',
    protocol: 'rest',
    path: '/apikeys?includeValues=true&limit=500',
  });
  if (answer.kind !== 'answer') throw new UsageError(answer.message);
  const keys = listAt(answer.body, 'item').map((item) => {
    const key = membersOf(item);
    const id = textAt(key, 'id') ?? '';
    return { id, name: textAt(key, 'name') ?? id, value: textAt(key, 'value') ?? '' };
  });
  const found = wanted === undefined ? keys : keys.filter(({ id, name }) => id === wanted || name === wanted);
  const [only, another] = found;
  if (only !== undefined && another === undefined) {
    printResult(only, () => only.value);
    return;
  }
  const known = keys.map(({ id, name }) => `${name} (${id})`).join(', ');
  throw new UsageError(
    keys.length === 0
      ? 'the running gateway has no API keys: the template defines none'
      : only === undefined
        ? `the running gateway has no API key ${wanted ?? ''}; expected one of ${known}`
        : `several API keys match: pass the id of one of these keys: ${known}`,
  );
}
