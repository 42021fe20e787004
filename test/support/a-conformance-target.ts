/** The options with which targets of the conformance suite are opened, and the stack that they deploy. */
import { buildTemplate, sourcesOf } from '../../packages/conformance/template/template.ts';
import { aParityCase } from './a-parity-case.ts';
import type { ParityCase } from '../../packages/conformance/schema/parity-case.ts';
import type { Fragment, TargetOptions } from '../../packages/conformance/targets/target.ts';

export function someOptions(part: Partial<TargetOptions> = {}): TargetOptions {
  return {
    workingFolder: '.',
    command: undefined,
    endpoint: undefined,
    invokeUrl: undefined,
    region: 'us-east-1',
    environment: {},
    runId: '0badf00d',
    ...part,
  };
}

export function aFragment(part: Partial<ParityCase>, needs: Partial<Fragment> = {}): Fragment {
  const parityCase = aParityCase(part);
  const inputs = { naming: (name: string) => name, backendUrl: undefined, runnerUrl: 'http://127.0.0.1:8' };
  return {
    parityCase,
    template: buildTemplate(parityCase, inputs),
    sources: sourcesOf(parityCase, inputs),
    awsEndpoint: undefined,
    files: {},
    tls: false,
    roles: false,
    ...needs,
  };
}
