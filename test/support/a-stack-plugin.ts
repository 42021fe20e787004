/** The plug-in of the toolkit's stack, without a real osls. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StackPlugin } from '../../layers/osls-plugin.ts';
import type { Serverless } from '../../layers/osls-plugin.ts';

class OslsError extends Error {
  readonly code: string;

  constructor(message: string, code: string) {
    super(message);
    this.code = code;
  }
}

/** @param more further resources; the template's are put there */
export function aPlugin(
  stage: string,
  variables: Record<string, unknown>,
  custom: Serverless['service']['custom'] | null = {},
  serviceDir = '/nowhere',
  more: Record<string, { Type: string; Properties?: Record<string, unknown> }> = {},
  {
    input,
    service,
    remoteFunctionData = {},
  }: {
    input?: Serverless['configurationInput'];
    service?: Pick<Serverless['service'], 'functions' | 'resources'>;
    remoteFunctionData?: Serverless['service']['provider']['remoteFunctionData'] & object;
  } = {},
) {
  const Resources = Object.assign(more, {
    TokenFunction: { Type: 'AWS::Lambda::Function', Properties: { Environment: { Variables: variables } } },
    Table: { Type: 'AWS::DynamoDB::Table' },
  });
  const layer: { path: string; package?: { artifact: string } } = { path: '.build/layer' };
  const serverless: Serverless = {
    serviceDir,
    configurationInput: { params: { default: {}, dev: {}, prod: {} }, ...input },
    service: {
      ...service,
      ...(custom !== null && { custom }),
      layers: { packages: layer },
      provider: { compiledCloudFormationTemplate: { Resources }, remoteFunctionData },
    },
    classes: { Error: OslsError },
    getProvider: () => ({ getStage: () => stage, naming: { getStackName: () => 'users-prod' } }),
  };
  const { hooks } = new StackPlugin(serverless);
  const finalize = 'after:aws:package:finalize:mergeCustomProviderResources';
  const packing: StackPlugin['hooks'] = {
    ...hooks,
    [finalize]: () => {
      // When osls calls this hook, it has already packed the layer.
      layer.package = { artifact: '.serverless/packages.zip' };
      return hooks[finalize]?.();
    },
  };
  return packing;
}

/** A folder with an access document and, if its routes were read, the file with the routes. */
export function aService(document: string, inventory?: string): { folder: string } & Disposable {
  const folder = mkdtempSync(join(tmpdir(), 'gatewright-plugin-'));
  mkdirSync(join(folder, 'access'));
  writeFileSync(join(folder, 'access/users.yml'), document);
  if (inventory !== undefined) writeFileSync(join(folder, 'access/users.routes.json'), inventory);
  return { folder, [Symbol.dispose]: () => rmSync(folder, { recursive: true }) };
}
