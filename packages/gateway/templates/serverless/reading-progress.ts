/** Reports that osls is reading a service, which takes seconds. */
import { basename, dirname, join } from 'node:path';

export type FoundOsls = {
  readonly folder: string;
  /** Name in the package.json of the package, because a project may install osls as `serverless`. */
  readonly name: 'osls' | 'serverless';
  readonly version: string;
  /** The owner of the installation. `machine` means that osls is installed for all projects. */
  readonly owner: 'project' | 'gateway' | 'machine';
};

export interface Waiting {
  end(): void;
}

const PATIENCE_MS = 2000;

/** Returns a message such as `reading shop/serverless.ts with the project's Serverless 3 …`. */
export function describeReading(file: string, { name, version, owner }: FoundOsls): string {
  const shown = join(basename(dirname(file)), basename(file));
  return `reading ${shown} with ${owner === 'machine' ? 'this machine’s' : `the ${owner}’s`} ${programOf({ name, version })} …`;
}

/** Returns the name with the major version, such as `Serverless 3`. */
export function programOf({ name, version }: Pick<FoundOsls, 'name' | 'version'>): string {
  const [major = ''] = version.split('.');
  return `${name === 'osls' ? name : 'Serverless'} ${major}`;
}

export function reportWaiting(sentence: string, report: ((sentence: string) => void) | undefined): Waiting {
  if (report === undefined) return { end: () => undefined };
  const timer = setTimeout(report, PATIENCE_MS, sentence).unref();
  return {
    end: () => {
      clearTimeout(timer);
    },
  };
}
