/** The command that is advised for a package that is missing is run as it is advised, and the request passes. */
import assert from 'node:assert/strict';
import { execFileSync, execSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { anAdvisedProject, advisedText } from '../../../../support/an-advised-project.ts';

const TEMPLATE = (runtime: string): string => `
Transform: AWS::Serverless-2016-10-31
Resources:
  Greet:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: ${runtime}
      CodeUri: .
      Handler: app.handler
      Events:
        Root: { Type: HttpApi, Properties: { Path: /, Method: GET } }
`;

const WHEEL = `
import sys, zipfile
with zipfile.ZipFile(sys.argv[1] + '/greet-1.0-py3-none-any.whl', 'w') as wheel:
    wheel.writestr('greet.py', 'WORD = "hello"')
    wheel.writestr('greet-1.0.dist-info/METADATA', 'Metadata-Version: 2.1\\nName: greet\\nVersion: 1.0\\n')
    wheel.writestr('greet-1.0.dist-info/WHEEL', 'Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n')
    wheel.writestr('greet-1.0.dist-info/RECORD', '')
`;

function run(command: string): void {
  execSync(command, {
    stdio: 'pipe',
    env: { ...process.env, npm_config_offline: 'true', PIP_NO_INDEX: '1' },
  });
}

describe('the command for a package that is missing', () => {
  it('installs what package.json lists, and the request passes', async () => {
    using project = anAdvisedProject('template.yaml', {
      'template.yaml': TEMPLATE('nodejs22.x'),
      'app.js': `const { word } = require('greet'); exports.handler = async () => ({ statusCode: 200, body: word });`,
      'package.json': '{ "dependencies": { "greet": "file:./vendor/greet" } }',
      'vendor/greet/package.json': '{ "name": "greet", "version": "1.0.0" }',
      'vendor/greet/index.js': `exports.word = 'hello';`,
    });

    const refused = await project.ask();
    const command = advisedText(refused.changes, /^Run /);
    run(command);
    const passed = await project.ask();

    assert.equal(refused.status, 500);
    assert.equal(command, `cd ${project.folder} && npm install`);
    assert.equal(passed.body, 'hello');
  });

  it('installs what requirements.txt lists, and the request passes', async () => {
    using project = anAdvisedProject('template.yaml', {
      'template.yaml': TEMPLATE('python3.12'),
      'app.py': `import greet\ndef handler(event, context):\n    return {"statusCode": 200, "body": greet.WORD}\n`,
    });
    execFileSync('python3', ['-c', WHEEL, project.folder]);
    project.write(
      'requirements.txt',
      `greet @ file://${join(project.folder, 'greet-1.0-py3-none-any.whl')}\n`,
    );

    const refused = await project.ask();
    const command = advisedText(refused.changes, /^Run /);
    run(command);
    const passed = await project.ask();

    assert.equal(refused.status, 500);
    assert.match(command, /pip install -r \S+requirements\.txt$/);
    assert.equal(passed.body, 'hello');
  });
});
