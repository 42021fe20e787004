/** The explanation of a request to a stage with a canary says whether it went to the canary. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { anAdvisedProject } from '../../../../support/an-advised-project.ts';

const template = (canary: string): string => `
Transform: AWS::Serverless-2016-10-31
Resources:
  Shop: { Type: AWS::Serverless::Api, Properties: { StageName: dev${canary} } }
  Send:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: nodejs22.x
      CodeUri: .
      Handler: index.send
      Events:
        Root: { Type: Api, Properties: { Path: /, Method: GET, RestApiId: !Ref Shop } }
`;
const WITH_TYPE = "{ statusCode: 200, headers: { 'content-type': 'text/plain' }, body: 'sent' }";

const tell = async (canary: string, path = '/'): Promise<string> => {
  using project = anAdvisedProject('template.yaml', {
    'template.yaml': template(canary),
    'index.js': `exports.send = async () => (${WITH_TYPE});`,
  });
  return (await project.ask({ path })).sentences.join('\n');
};

// https://docs.aws.amazon.com/apigateway/latest/developerguide/canary-release.html
describe('a request to a stage with a canary', () => {
  for (const path of ['/', '/none']) {
    it(`is told to have gone to the canary: ${path}`, async () => {
      assert.match(
        await tell(', CanarySetting: { PercentTraffic: 100 }', path),
        /^The request went to the canary of the stage dev \(deployment \w+\)\.$/m,
      );
    });

    it(`is told not to have gone to the canary: ${path}`, async () => {
      assert.match(
        await tell(', CanarySetting: { PercentTraffic: 0 }', path),
        /^The request went to the stage dev itself \(deployment \w+\), not to its canary\.$/m,
      );
    });
  }

  it('is told nothing of a canary if the stage has none', async () => {
    assert.doesNotMatch(await tell(''), /canary/);
  });
});
