/** What to do about a call that failed, by the message of Lambda's runtimes or of the called service. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  adviseInstall,
  adviseLimit,
  adviseRefused,
} from '../../../../../packages/gateway/console/explain/call-advice.ts';
import {
  adviseFunctionError,
  adviseNotServed,
} from '../../../../../packages/gateway/console/explain/function-error-advice.ts';
import { describeUnserved } from '../../../../../packages/gateway/kernel/calls/unserved-call.ts';
import { adviseFix } from '../../../../../packages/gateway/console/explain/authorizer-advice.ts';
import { answered } from '../../../../support/a-method.ts';
import { aServiceIntegration } from '../../../../support/a-service-integration.ts';
import { recording, storyOf } from '../../../../support/recorded-apis.ts';

describe('the advice about a failed call', () => {
  // aws-samples/serverless-patterns, dynamic-bedrock-svls-sam and apigw-lambda-healthscribe-sam: the second function
  // catches the error, prints it, and answers 500 itself.
  it('says how the call of a service that is not served reaches AWS, also if the function hides the error', () => {
    const message = `An error occurred (NotImplementedException) when calling the InvokeModel operation: ${describeUnserved('bedrock', 'InvokeModel')}`;
    const advice =
      'Start the gateway with --aws bedrock: the calls of functions to bedrock then go to AWS, with your own credentials.';

    const thrown = adviseFunctionError({
      errorType: 'ClientError',
      errorMessage: message,
      lines: [],
      named: 'the function ask',
    });
    assert.equal(thrown, advice);
    assert.equal(adviseNotServed(['START', message]), advice);
    assert.equal(adviseNotServed(['START']), undefined);
    const operation = describeUnserved('sns', 'Subscribe');
    assert.match(adviseNotServed([operation]) ?? '', /--aws sns:/);
  });

  // aws-samples/serverless-patterns, apigw-appsync-dynamodb-sam: the Uri is the URL of an AppSync API of the stack
  it('does not call the host wrong that AWS gives to a resource which does not run here', () => {
    const advise = (host: string): string =>
      adviseRefused('rest', {
        refusal: 'address',
        errorMessage: `POST https://${host}: getaddrinfo ENOTFOUND ${host}`,
      } as unknown as Parameters<typeof adviseRefused>[1]);
    assert.match(
      advise('a1.appsync-api.us-east-1.amazonaws.com'),
      /^If the Uri refers to a resource of the stack/,
    );
    assert.match(advise('api.exmaple.com'), /^Correct the host/);
  });

  it('mentions JavaScript modules only for JavaScript', () => {
    // aws-lambda-python-runtime-interface-client, bootstrap.py
    const python = "Syntax error in module 'app': '{' was never closed (app.py, line 2)";
    const advise = (message: string) =>
      adviseLimit('Runtime.UserCodeSyntaxError', 'list', undefined, message);

    assert.equal(
      advise(python),
      'Correct the syntax in the module of the function list at the line that the message names.',
    );
    assert.match(advise('SyntaxError: Unexpected token') ?? '', /name the file \.mjs/);
  });

  // jmoranj/serverless-api and geekytechwhiz/serverless-authenticator before `npm install` and `prisma generate`
  for (const [rest, advice] of [
    [
      '"bcryptjs" (a.ts:1:19, and 1 more): run npm install, or, if the package is optional, list it under external in the esbuild settings of serverless.yml (External in BuildProperties of SAM)',
      'Run `npm install` and send the request again.',
    ],
    [
      '".prisma/client/default" (node_modules/@prisma/client/default.js:2:13): run npx prisma generate, which generates it',
      'Run `npx prisma generate` and send the request again.',
    ],
    [
      '"./made" (a.ts:1:19)',
      'Correct the import of "./made" at the line that the message names, or add the imported file; if a build step generates this file, run that step first.',
    ],
  ] as const)
    it(`does not blame the syntax if an import is missing: ${rest.slice(0, 24)}`, () => {
      assert.equal(adviseInstall('Runtime.UserCodeSyntaxError', `Could not resolve ${rest}`), advice);
    });

  // Source: a public project with webpack 4, whose npm run build fails on Node.js 24
  for (const [message, advice] of [
    [
      'Error: npm run build in api failed: exit status 2',
      'Run `npm run build in api` yourself, correct what it reports, and send the request again.',
    ],
    [
      'Error: npm run build failed: exit status 1, because of MD4; set NODE_OPTIONS=x and start again',
      'Set NODE_OPTIONS=x and start again.',
    ],
  ] as const)
    it(`is about the script, not about syntax, if a script of the project fails: ${message}`, () => {
      assert.equal(adviseInstall('Runtime.ImportModuleError', message), advice);
    });

  it('is the command that installs a missing package, for an authorizer, too', () => {
    const message = "Unable to import module 'auth': No module named 'jwt' (run .venv/bin/pip install PyJWT)";
    const advice =
      'Add PyJWT to the requirements.txt in the code folder of the function, from which the package for AWS is built. On this machine, run `.venv/bin/pip install PyJWT` and send the request again.';
    const errorType = 'Runtime.ImportModuleError';
    const about = {
      defect: { kind: 'authorizer', code: 'failed', errorType },
      failure: `authorizer own failed with ${errorType}: ${message}`,
    } as unknown as Parameters<typeof adviseFix>[0];
    const guard = { functionName: 'auth', name: 'own', lines: [] } as unknown as Parameters<
      typeof adviseFix
    >[1];

    assert.equal(adviseInstall(errorType, message), advice);
    assert.equal(adviseFix(about, guard), advice);
    const unlisted = message.replace(
      'run .venv/bin/pip install PyJWT',
      'add PyJWT to requirements.txt, and run pip install -r requirements.txt',
    );
    assert.equal(
      adviseInstall(errorType, unlisted),
      advice.replace('.venv/bin/pip install PyJWT', 'pip install -r requirements.txt'),
    );
  });

  // The walk of a user without a network: boto3 is part of Lambda's runtime, so requirements.txt need not list it
  // (https://docs.aws.amazon.com/lambda/latest/dg/lambda-python.html, "Runtime-included SDK versions").
  for (const [module, name] of [
    ['boto3', 'boto3'],
    ['dateutil', 'python-dateutil'],
  ] as const)
    it(`does not list ${module} for AWS, because Lambda's runtime includes it`, () => {
      const message = `Unable to import module 'app': No module named '${module}' (run .venv/bin/pip install ${name})`;

      assert.equal(
        adviseInstall('Runtime.ImportModuleError', message),
        `Lambda's runtime includes ${module}, so only this machine lacks it. Run \`.venv/bin/pip install ${name}\` and send the request again.`,
      );
    });

  for (const [form, body] of [
    [
      'JSON',
      '{"__type":"com.amazonaws.sqs#QueueDoesNotExist","message":"The specified queue does not exist."}',
    ],
    [
      'XML',
      '<ErrorResponse><Error><Code>QueueDoesNotExist</Code><Message>The specified queue does not exist.</Message></Error></ErrorResponse>',
    ],
  ] as const)
    it(`repeats the error of an AWS service, in ${form}`, async () => {
      const api = recording(
        aServiceIntegration('SQS-SendMessage', {
          QueueUrl: 'https://sqs.us-east-1.amazonaws.com/123456789012/jobs',
          MessageBody: '$request.body.text',
        }),
      );
      api.ports.services.answer = () => answered(body, [], 400);
      await api.send({ method: 'POST', target: '/orders', body: '{"text":"a"}' });

      const story = storyOf(api.last());
      assert.match(
        story,
        /The reply says: The specified queue does not exist\. Its code is QueueDoesNotExist\./,
      );
      assert.match(
        story,
        /→ Name an existing queue of the same region and account in RequestParameters of the integration of POST /,
      );
    });
});
