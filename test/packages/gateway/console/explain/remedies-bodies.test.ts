/** Refusals and answers that a member of the body, a signature or the root path decides: the advice is tried. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { anAdvisedProject } from '../../../../support/an-advised-project.ts';
import { BODIES } from './deciding-body-rows.ts';
import { rest } from './deciding-rows.ts';

const OK = 'exports.handler = async () => ({ statusCode: 200 });';
const HEADERS = { 'content-type': 'application/json' };

describe('a member of a body that is null', () => {
  const template = BODIES.find(({ kind }) => kind.startsWith('the type that a model allows'))?.template ?? '';

  // https://docs.aws.amazon.com/apigateway/latest/developerguide/models-mappings-models.html
  it('is to be left out if the model does not require it, or allowed by its type', async () => {
    using project = anAdvisedProject('template.yaml', { 'template.yaml': template, 'index.js': OK });
    const body = '{"title":"milk","remark":null}';
    const refused = await project.ask({ method: 'POST', headers: HEADERS, body });

    assert.equal(refused.status, 400);
    const [advice = ''] = refused.changes;
    assert.match(advice, /^Leave remark out of the body if it has no value/);
    const [, types = ''] = /set type of remark in the model to (\[.*?\])/.exec(advice) ?? [];
    const without = await project.ask({ method: 'POST', headers: HEADERS, body: '{"title":"milk"}' });
    assert.equal(without.status, 200);
    project.write('template.yaml', template.replace('type: string # here', `type: ${types}`));
    const allowed = await project.ask({ method: 'POST', headers: HEADERS, body });
    assert.equal(allowed.status, 200);
  });

  it('is to be sent if the model requires it', async () => {
    const required = template.replace('type: object\n', 'type: object\n        required: [remark]\n');
    using project = anAdvisedProject('template.yaml', { 'template.yaml': required, 'index.js': OK });
    const { changes } = await project.ask({ method: 'POST', headers: HEADERS, body: '{"remark":null}' });
    assert.match(changes[0] ?? '', /^Send a value for remark, or set type of remark in the model to/);
    const sent = await project.ask({ method: 'POST', headers: HEADERS, body: '{"remark":"a"}' });
    assert.equal(sent.status, 200);
  });
});

describe('a signature for another service or region', () => {
  const template = rest('      AuthorizationType: AWS_IAM');
  const signedFor = (scope: string): { readonly authorization: string; readonly 'x-amz-date': string } => {
    const date = new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '');
    return {
      authorization: `AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE0000000000/${date.slice(0, 8)}/${scope}/aws4_request, SignedHeaders=host;x-amz-date, Signature=${'0'.repeat(64)}`,
      'x-amz-date': date,
    };
  };

  for (const { scope, told } of [
    // https://github.com/aws/aws-sdk-js/issues/3571
    { scope: 'us-east-1/apigateway', told: 'The client signed for the service apigateway.' },
    { scope: 'eu-west-1/execute-api', told: 'The client signed for the region eu-west-1.' },
    {
      scope: 'eu-west-1/lambda',
      told: 'The client signed for the service lambda and the region eu-west-1.',
    },
  ])
    it(`is named: ${scope}`, async () => {
      using project = anAdvisedProject('template.yaml', { 'template.yaml': template, 'index.js': OK });
      const { status, sentences } = await project.ask({ headers: signedFor(scope) });
      assert.equal(status, 403);
      assert.ok(sentences.includes(told), sentences.join('\n'));
    });
});

describe('the root, for which a greedy variable lacks a segment', () => {
  // https://github.com/micronaut-projects/micronaut-aws/issues/1054
  it('is advised as an event of SAM', async () => {
    const template = `
Transform: AWS::Serverless-2016-10-31
Resources:
  Fn:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: nodejs22.x
      CodeUri: .
      Handler: index.handler
      Events:
        All: { Type: Api, Properties: { Path: '/{proxy+}', Method: any } }
`;
    using project = anAdvisedProject('template.yaml', { 'template.yaml': template, 'index.js': OK });
    const refused = await project.ask({ path: '/' });
    assert.equal(refused.status, 403);
    assert.equal(
      refused.changes[0],
      'Add an Api event with Path: / and Method: GET to the function, and deploy the API again.',
    );
    project.write(
      'template.yaml',
      template.replace(
        'Events:\n',
        'Events:\n        Root: { Type: Api, Properties: { Path: /, Method: GET } }\n',
      ),
    );
    assert.equal((await project.ask({ path: '/' })).status, 200);
  });
});

describe('a REST API whose template reads a binary body', () => {
  // https://github.com/aws/serverless-application-model/issues/1344
  it('is advised to list the binary types, because Cors of SAM cannot set ContentHandling', async () => {
    const template = BODIES.find(({ kind }) => kind.startsWith('the Cors of SAM'))?.template ?? '';
    using project = anAdvisedProject('template.yaml', { 'template.yaml': template, 'index.js': OK });
    const request = { method: 'OPTIONS', headers: { origin: 'https://app.example.com' } };
    const refused = await project.ask(request);
    assert.equal(refused.status, 500);
    assert.match(refused.changes[0] ?? '', /^Replace \*\/\* in BinaryMediaTypes of the API/);
    project.write('template.yaml', template.replace('*~1*', 'image~1png'));
    assert.equal((await project.ask(request)).status, 200);
  });
});

// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
it('a form that Python got as base64 is read by the expression that is advised', async () => {
  const code = `from urllib.parse import parse_qs
def handler(event, context):
    fields = parse_qs(event['body'])
    return {'statusCode': 200 if fields.get('email') == ['a'] else 422}
`;
  const template = `Transform: AWS::Serverless-2016-10-31
Resources:
  Fn:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: index.handler
      CodeUri: .
      Events: { Any: { Type: HttpApi, Properties: { Path: /, Method: POST } } }
`;
  using project = anAdvisedProject('template.yaml', { 'template.yaml': template, 'index.py': code });
  const form = {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: 'email=a',
  };
  const { status, changes } = await project.ask(form);
  assert.equal(status, 422);
  const [, expression = ''] = /: (base64\.b64decode.*) \(with import base64\)/.exec(changes.join('\n')) ?? [];
  project.write('index.py', `import base64\n${code.replace("event['body']", expression)}`);
  const mended = await project.ask(form);
  assert.equal(mended.status, 200, `${expression}: ${mended.sentences.join(' ')}`);
});
