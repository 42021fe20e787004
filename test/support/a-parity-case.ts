/** A case of the conformance suite, and the template of one. */
import { buildTemplate } from '../../packages/conformance/template/template.ts';
import type { ApiSetup, ParityCase } from '../../packages/conformance/schema/parity-case.ts';
import type { Resource } from '../../packages/conformance/template/draft.ts';

export function aParityCase(part: Partial<ParityCase> = {}): ParityCase {
  return {
    id: 'a-case',
    source: { kind: 'recorded', repo: 'r', file: 'f', test: 't' },
    area: 'routing',
    api: 'rest',
    setup: { stage: 'dev' },
    request: { method: 'GET', path: '/' },
    expect: {},
    ...part,
  };
}

/** Returns the resources of the template of a set-up, by logical id. */
export function resourcesOf(
  api: ParityCase['api'],
  setup: ApiSetup,
  { backendUrl, issuerUrl }: { readonly backendUrl?: string; readonly issuerUrl?: string } = {},
): Readonly<Record<string, Resource>> {
  const text = buildTemplate(aParityCase({ api, setup }), {
    naming: (name) => name,
    backendUrl,
    runnerUrl: 'http://127.0.0.1:8',
    issuerUrl,
  });
  return (JSON.parse(text) as { readonly Resources: Readonly<Record<string, Resource>> }).Resources;
}
