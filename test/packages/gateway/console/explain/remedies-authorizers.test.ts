/** Refusals of authorizers that a setting causes: the request passes once exactly the advised setting is changed. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { anAdvisedProject } from '../../../../support/an-advised-project.ts';

const FUNCTION = (id: string, handler: string, events = ''): string => `
  ${id}:
    Type: AWS::Serverless::Function
    Properties: { Runtime: nodejs22.x, CodeUri: ., Handler: index.${handler}${events} }`;
const PAGE = 'https://app.example';

describe('the advice about an authorizer', () => {
  // https://github.com/dherault/serverless-offline/pull/1720: AWS asks for all identity sources.
  it('turns off the cache and names a source that each request has, if callers send one of several', async () => {
    const template = (identity: string): string => `
Transform: AWS::Serverless-2016-10-31
Resources:
  Files:
    Type: AWS::Serverless::Api
    Properties:
      StageName: dev
      Auth:
        DefaultAuthorizer: Either
        Authorizers:
          Either: { FunctionArn: !GetAtt Guard.Arn, FunctionPayloadType: REQUEST, Identity: { ${identity} } }
${FUNCTION('Guard', 'guard')}${FUNCTION('Main', 'main', ', Events: { Get: { Type: Api, Properties: { RestApiId: !Ref Files, Path: /, Method: get } } }')}
`;
    using project = anAdvisedProject('template.yaml', {
      'template.yaml': template('Headers: [Authorization], QueryStrings: [token], ReauthorizeEvery: 0'),
      'index.js': `exports.main = async () => ({ statusCode: 200, body: 'ok' });
exports.guard = async ({ headers, queryStringParameters, methodArn }) => {
  if ((headers.Authorization ?? headers.authorization ?? queryStringParameters?.token) !== 'letmein') throw new Error('Unauthorized');
  return { principalId: 'ann', policyDocument: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'execute-api:Invoke', Resource: methodArn }] } };
};`,
    });
    const request = { path: '/', headers: { Authorization: 'letmein' } };
    const { status, sentences, changes } = await project.ask(request);
    assert.equal(status, 401);
    assert.match(
      sentences.join('\n'),
      /called only if the request has each identity source of the authorizer: header Authorization and query parameter token\./,
    );
    assert.match(
      changes.join('\n'),
      /: set Context: \[path\] and ReauthorizeEvery: 0 alone in Identity of authorizer Either\./,
    );

    project.write('template.yaml', template('Context: [path], ReauthorizeEvery: 0'));
    assert.equal((await project.ask(request)).status, 200);
  });

  // https://github.com/anomalyco/sst/issues/5493: a route ANY also catches the preflights.
  it('writes a route for each method in place of ANY, if the authorizer refuses preflights', async () => {
    const template = (method: string): string => `
Transform: AWS::Serverless-2016-10-31
Resources:
  Account:
    Type: AWS::Serverless::HttpApi
    Properties:
      CorsConfiguration: { AllowOrigins: ['${PAGE}'], AllowMethods: [PUT], AllowHeaders: [authorization] }
      Auth:
        DefaultAuthorizer: users
        Authorizers:
          users: { IdentitySource: $request.header.Authorization, JwtConfiguration: { issuer: 'https://login.example', audience: [app] } }
${FUNCTION('Main', 'main', `, Events: { Put: { Type: HttpApi, Properties: { ApiId: !Ref Account, Path: /account, Method: ${method} } } }`)}
`;
    using project = anAdvisedProject('template.yaml', {
      'template.yaml': template('any'),
      'index.js': `exports.main = async () => ({ statusCode: 200, body: 'ok' });`,
    });
    const preflight = {
      path: '/account',
      method: 'OPTIONS',
      headers: {
        Origin: PAGE,
        'Access-Control-Request-Method': 'PUT',
        'Access-Control-Request-Headers': 'authorization',
      },
    };
    const { status, changes } = await project.ask(preflight);
    assert.equal(status, 401);
    assert.match(
      changes.join('\n'),
      /^A browser sends no credentials .*: ANY \/account matches OPTIONS, too, .* Replace ANY \/account with a route for each method of the path.*$/,
    );

    project.write('template.yaml', template('put'));
    assert.equal((await project.ask(preflight)).status, 204);
  });
});
