/** Bodies that no model checks. */
import { anApi } from '../../../../support/an-api.ts';
import type { FakeFunction } from '../../../../support/virtual-ports.ts';
import { ok } from '../../../../support/rest-apis.ts';
import { restRoutes } from '../../../../support/routed-apis.ts';
import type { JsonObject } from '@gatewright/aws/json-object';
import type { Served, SurpriseRow } from './surprise-rows.ts';

const JSON_TYPE = ['Content-Type', 'application/json'];
const validating = (): Served => modelled({ RequestValidatorId: 'Validator' }, true);
const modelled = (method: JsonObject, isChecked: boolean, echo: FakeFunction = ok): Served =>
  anApi(
    restRoutes(
      {
        'POST /pets': {
          RequestModels: { 'application/json': 'Pet' },
          ...method,
        },
      },
      {
        more: {
          Validator: {
            type: 'AWS::ApiGateway::RequestValidator',
            properties: { RestApiId: 'abcdefghij', ValidateRequestBody: isChecked },
          },
          Pet: {
            type: 'AWS::ApiGateway::Model',
            id: 'Pet',
            properties: {
              RestApiId: 'abcdefghij',
              Name: 'Pet',
              ContentType: 'application/json',
              Schema: { type: 'object', required: ['name'] },
            },
          },
        },
      },
    ),
    { echo },
  );

export const MODELS: readonly SurpriseRow[] = [
  {
    code: 'BODY_NOT_VALIDATED',
    source: 'docs/aws §6',
    api: validating,
    request: { method: 'POST', target: '/dev/pets', headers: ['Content-Type', 'text/plain'], body: '{}' },
    values: { contentType: 'text/plain', models: ['application/json'] },
    because:
      /has a model for application\/json, but none for text\/plain, and API Gateway validates no other types\..*\nThe body lacks name, which the model Pet requires\./,
    change: /Add text\/plain \(or \$default\) to RequestModels/,
    not: {
      request: {
        method: 'POST',
        target: '/dev/pets',
        headers: ['Content-Type', 'application/json'],
        body: '{"name": "rex"}',
      },
    },
  },
  {
    // A form that curl -d sends by default, whose fields the handler then reads as JSON.
    code: 'BODY_NOT_VALIDATED',
    name: 'although the function failed',
    source: 'docs/aws §6',
    api: () =>
      modelled({ RequestValidatorId: 'Validator' }, true, () => {
        throw new Error('no name');
      }),
    request: {
      method: 'POST',
      target: '/dev/pets',
      headers: ['Content-Type', 'application/x-www-form-urlencoded'],
      body: '{"id": 1}',
    },
    values: { contentType: 'application/x-www-form-urlencoded', models: ['application/json'] },
    because: /has a model for application\/json, but none for application\/x-www-form-urlencoded/,
    change: /Add application\/x-www-form-urlencoded \(or \$default\) to RequestModels/,
    not: { request: { method: 'POST', target: '/dev/pets', headers: JSON_TYPE, body: '{"id": 1}' } },
  },
  {
    // https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-function-requestmodel.html
    code: 'BODY_NOT_VALIDATED',
    name: 'without a validator',
    source: 'docs/aws §6',
    api: () => modelled({}, true),
    request: { method: 'POST', target: '/dev/pets', headers: JSON_TYPE, body: '{"id": 1}' },
    values: { contentType: 'application/json', models: ['application/json'] },
    because:
      /the model Pet for application\/json, but no validator that checks bodies.*\nThe body lacks name, which the model Pet requires\./,
    change: /RequestValidatorId of the method to an AWS::ApiGateway::RequestValidator/,
    not: { request: { method: 'POST', target: '/dev/pets', headers: JSON_TYPE, body: '{"name": "rex"}' } },
  },
  {
    code: 'BODY_NOT_VALIDATED',
    name: 'with a validator that checks no bodies',
    source: 'docs/aws §6',
    api: () => modelled({ RequestValidatorId: 'Validator' }, false),
    request: { method: 'POST', target: '/dev/pets', headers: JSON_TYPE, body: '[]' },
    values: { contentType: 'application/json', models: ['application/json'] },
    resources: {
      Method0: { type: 'AWS::ApiGateway::Method', properties: { RequestValidatorId: 'Validator' } },
      Validator: { type: 'AWS::ApiGateway::RequestValidator', id: 'Validator', properties: {} },
    },
    because: /no validator that checks bodies.*\nThe body does not match the model Pet: /,
    change: /^To refuse such bodies with 400, set ValidateRequestBody: true on the validator Validator\./m,
    not: { api: validating },
  },
];
