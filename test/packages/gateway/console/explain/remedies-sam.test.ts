/** Remedies for parts that SAM makes: nothing can be added to what is not in the template. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { anAdvisedProject } from '../../../../support/an-advised-project.ts';

const KEY = 'abcdefghij0123456789abcdefghij';
const HANDLER = `exports.main = async () => ({ statusCode: 200, body: 'ok' });`;

const api = (name: string, auth: string): string => `
  ${name}:
    Type: AWS::Serverless::Api
    Properties: { StageName: live, OpenApiVersion: 3.0.1${auth} }`;

const withEvents = (events: string, more: string): string => `
Transform: AWS::Serverless-2016-10-31
Resources:
  Main:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: nodejs22.x
      CodeUri: .
      Handler: index.main
      Events: ${events}${more}`;

const keyOf = (plan: string, id: string): string => `
  ${id}: { Type: AWS::ApiGateway::UsagePlanKey, Properties: { KeyId: !Ref Own, KeyType: API_KEY, UsagePlanId: !Ref ${plan} } }`;

// https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-api-apiusageplan.html
describe('a key of a plan that SAM makes for another API', () => {
  const PLANNED = ', Auth: { ApiKeyRequired: true, UsagePlan: { CreateUsagePlan: PER_API } }';
  const template = withEvents(
    '{ A: { Type: Api, Properties: { RestApiId: !Ref Stock, Path: /, Method: get } }, B: { Type: Api, Properties: { RestApiId: !Ref Trade, Path: /, Method: get } } }',
    `${api('Stock', PLANNED)}${api('Trade', PLANNED)}
  Own: { Type: AWS::ApiGateway::ApiKey, Properties: { Enabled: true, Value: ${KEY} } }${keyOf('TradeUsagePlan', 'OfTrade')}`,
  );

  it('is added to the plan of the stage, or a key of this stage is sent', async () => {
    using project = anAdvisedProject('template.yaml', { 'template.yaml': template, 'index.js': HANDLER });
    const refused = await project.ask({ headers: { 'x-api-key': KEY } });
    assert.equal(refused.status, 403);
    assert.match(
      refused.sentences.join('\n'),
      /TradeUsagePlan of .* does not include the stage live of this API/,
    );
    assert.match(
      refused.changes.join('\n'),
      /^Send an API key that the stage live .* accepts.*\nOr add the key to the usage plan \S+ of the stage live with an AWS::ApiGateway::UsagePlanKey \{ KeyId: !Ref Own, KeyType: API_KEY, UsagePlanId: !Ref StockUsagePlan \}\.$/,
    );
    assert.doesNotMatch(refused.changes.join('\n'), /ApiStages/);

    project.write('template.yaml', `${template}${keyOf('StockUsagePlan', 'OfStock')}`);
    assert.equal((await project.ask({ headers: { 'x-api-key': KEY } })).status, 200);
  });
});

// https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-function-requestmodel.html
describe('a body of a type for which SAM writes no model', () => {
  const MODEL = ', Models: { Order: { type: object, required: [id] } }';
  const template = withEvents(
    '{ A: { Type: Api, Properties: { RestApiId: !Ref Stock, Path: /, Method: post, RequestModel: { Model: Order, Required: true, ValidateBody: true } } } }',
    api('Stock', MODEL),
  );
  const request = { method: 'POST', headers: { 'content-type': 'text/plain' }, body: '{}' };

  it('is refused by the function, because RequestModel has no other type', async () => {
    using project = anAdvisedProject('template.yaml', { 'template.yaml': template, 'index.js': HANDLER });
    const passed = await project.ask(request);
    assert.equal(passed.status, 200);
    assert.match(
      passed.changes.join('\n'),
      /^RequestModel of SAM is for application\/json only: make the function answer 415 for text\/plain, or give the API a DefinitionBody/m,
    );

    project.write(
      'index.js',
      "exports.main = async (event) => ({ statusCode: event.headers['content-type'] === 'application/json' ? 200 : 415, body: 'no' });",
    );
    assert.equal((await project.ask(request)).status, 415);
  });
});
