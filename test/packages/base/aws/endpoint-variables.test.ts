import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  endpointVariableOf,
  givenEndpoint,
  serviceOf,
} from '../../../../packages/base/aws/endpoint-variables.ts';

/** AWS SDKs and Tools Reference Guide, "Service-specific endpoints", the table of identifiers. */
const VARIABLES: readonly (readonly [service: string, variable: string])[] = [
  ['sqs', 'SQS'],
  ['dynamodb', 'DYNAMODB'],
  ['cloudformation', 'CLOUDFORMATION'],
  ['apigateway', 'API_GATEWAY'],
  ['events', 'EVENTBRIDGE'],
  ['states', 'SFN'],
  ['monitoring', 'CLOUDWATCH'],
  ['logs', 'CLOUDWATCH_LOGS'],
  ['secretsmanager', 'SECRETS_MANAGER'],
];

describe('the endpoint variable of a service', () => {
  for (const [service, variable] of VARIABLES)
    it(`is AWS_ENDPOINT_URL_${variable} for ${service}, and vice versa`, () => {
      assert.equal(endpointVariableOf(service), `AWS_ENDPOINT_URL_${variable}`);
      assert.equal(serviceOf(variable), service);
    });

  it('takes precedence over the variable for all services, without a slash at its end', () => {
    const all = { AWS_ENDPOINT_URL: 'http://127.0.0.1:1/' };

    assert.equal(givenEndpoint('sqs', {}), undefined);
    assert.equal(givenEndpoint('sqs', all), 'http://127.0.0.1:1');
    assert.equal(givenEndpoint('sqs', { ...all, AWS_ENDPOINT_URL_SQS: '' }), 'http://127.0.0.1:1');
    assert.equal(
      givenEndpoint('sqs', { ...all, AWS_ENDPOINT_URL_SQS: 'http://127.0.0.1:2' }),
      'http://127.0.0.1:2',
    );
  });
});
