/**
 * An integration that sends an event whose Detail EventBridge refuses: the fault of the Detail is named, and the event
 * arrives once the advised change is made (docs/aws §8).
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { anAdvisedProject } from '../../../../support/an-advised-project.ts';

/** A body with an apostrophe needs the replacement: JSON does not know \'. */
const DETAIL = `"$util.escapeJavaScript($input.json('$')).replaceAll("\\\\'", "'")"`;
const APOSTROPHE = '[{"order":"Rex\'s"}]';

const template = (detail: string): string => `
Resources:
  Sender:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: '2012-10-17'
        Statement: [{ Effect: Allow, Principal: { Service: apigateway.amazonaws.com }, Action: sts:AssumeRole }]
      Policies:
        - PolicyName: put
          PolicyDocument: { Version: '2012-10-17', Statement: [{ Effect: Allow, Action: events:PutEvents, Resource: '*' }] }
  Api: { Type: AWS::ApiGateway::RestApi, Properties: { Name: shop } }
  Method:
    Type: AWS::ApiGateway::Method
    Properties:
      RestApiId: !Ref Api
      ResourceId: !GetAtt Api.RootResourceId
      HttpMethod: POST
      AuthorizationType: NONE
      MethodResponses: [{ StatusCode: '200' }]
      Integration:
        Type: AWS
        IntegrationHttpMethod: POST
        Uri: !Sub arn:aws:apigateway:\${AWS::Region}:events:action/PutEvents
        Credentials: !GetAtt Sender.Arn
        RequestParameters:
          integration.request.header.X-Amz-Target: "'AWSEvents.PutEvents'"
          integration.request.header.Content-Type: "'application/x-amz-json-1.1'"
        RequestTemplates:
          application/json: |
            {"Entries": [{"Source": "shop", "DetailType": "OrderPlaced", "Detail": ${detail}}]}
        IntegrationResponses: [{ StatusCode: '200' }]
  Deployment: { Type: AWS::ApiGateway::Deployment, DependsOn: Method, Properties: { RestApiId: !Ref Api } }
  Stage:
    Type: AWS::ApiGateway::Stage
    Properties: { RestApiId: !Ref Api, DeploymentId: !Ref Deployment, StageName: dev }
`;

const post = (body: string) => ({
  path: '/',
  method: 'POST',
  headers: { 'Content-Type': 'application/json' },
  body,
});

describe('an event whose Detail is refused', () => {
  // localstack/localstack, tests/aws/services/events/test_events.snapshot.json, test_put_event_malformed_detail[ARRAY]
  it('is a list: the list is put into an object', async () => {
    using project = anAdvisedProject('template.yaml', { 'template.yaml': template(DETAIL) });
    const refused = await project.ask(post('[{"order":1},{"order":2}]'));
    assert.match(refused.body, /"FailedEntryCount":1/);
    const sentences = refused.sentences.join('\n');
    assert.match(sentences, /Its Detail is a JSON list, as the body of the request is\./);
    assert.doesNotMatch(sentences, /SDK/);
    assert.equal(refused.changes.length, 1, refused.changes.join('\n'));
    assert.match(refused.changes.join(''), /A change to the API takes effect when you deploy it again\.$/);
    const [, advised = ''] = /`"Detail": ([^`]+)`/.exec(refused.changes.join('\n')) ?? [];
    assert.ok(!refused.changes.join('\n').includes(DETAIL));
    project.write('template.yaml', template(advised));
    assert.match((await project.ask(post(APOSTROPHE))).body, /"FailedEntryCount":0/);
    assert.match((await project.ask(post('[{"order":1},{"order":2}]'))).body, /"FailedEntryCount":0/);
  });

  for (const [detail, sent, fault] of [
    ['"hello"', '{}', /Its Detail is not JSON\./],
    ['"3"', '{}', /Its Detail is a JSON value that is not an object\./],
    [`$input.json('$.order')`, '{"order": "o-1"}', /Its Detail is not JSON\./],
  ] as const)
    it(`is ${detail}: the way to write an object is shown`, async () => {
      using project = anAdvisedProject('template.yaml', { 'template.yaml': template(detail) });
      const refused = await project.ask(post(sent));
      assert.match(refused.sentences.join('\n'), fault);
      const changes = refused.changes.join('\n');
      assert.match(changes, /^Make Detail of each entry a string that contains a JSON object\./);
      assert.ok(changes.includes(`In a request template: "Detail": ${DETAIL} for the whole body`), changes);
      project.write('template.yaml', template(DETAIL));
      assert.match((await project.ask(post(sent))).body, /"FailedEntryCount":0/);
      assert.match((await project.ask(post(`{"pet": "Rex's"}`))).body, /"FailedEntryCount":0/);
    });
});
