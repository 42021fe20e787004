import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { findNeeded } from '../../../../../../packages/gateway/lambda/process/python/needed-packages.ts';

type Row = {
  readonly name: string;
  readonly missing?: readonly string[];
  /** The missing modules that the code can do without. */
  readonly optional?: readonly string[];
  readonly imported?: readonly string[];
  readonly uninstalled: readonly string[];
  readonly packages: readonly string[];
  readonly modules?: readonly string[];
};

const rows: readonly Row[] = [
  { name: 'are not tools that nothing imports', uninstalled: ['pytest', 'moto', 'mocker'], packages: [] },
  {
    name: 'are not other packages that nothing imports',
    missing: ['jwt'],
    uninstalled: ['requests', 'pytest'],
    packages: [],
  },
  {
    name: 'have the name of the module',
    missing: ['listed_one', 'requests'],
    uninstalled: ['listed-one', 'requests', 'numpy'],
    packages: ['listed-one', 'requests'],
    modules: ['listed_one', 'requests'],
  },
  {
    name: 'have another name than the module, or the name of a variant',
    missing: ['yaml', 'cv2', 'psycopg2', 'google', 'dateparser'],
    uninstalled: [
      'pyyaml',
      'opencv-python-headless',
      'psycopg2-binary',
      'google-cloud-storage',
      'pydateparser',
    ],
    packages: ['pyyaml', 'opencv-python-headless', 'psycopg2-binary', 'google-cloud-storage', 'pydateparser'],
    modules: ['yaml', 'cv2', 'psycopg2', 'google', 'dateparser'],
  },
  {
    name: 'may be any package, except a tool, if the package of a module is not known',
    missing: ['our_own_thing'],
    uninstalled: ['company-tools', 'pytest-cov', 'black'],
    packages: ['company-tools'],
    modules: ['our_own_thing'],
  },
  {
    name: 'are none if only tools are left',
    missing: ['our_own_thing'],
    uninstalled: ['pytest-cov', 'black'],
    packages: [],
  },
  {
    name: 'have another version, if the function imports them',
    imported: ['requests'],
    uninstalled: ['requests==2.1 (2.2 is)', 'numpy==1.0 (2.0 is)'],
    packages: ['requests==2.1 (2.2 is)'],
  },
  { name: 'are not those of Lambda', missing: ['boto3'], uninstalled: ['boto3', 'botocore'], packages: [] },
  {
    name: 'are not the stubs, mocks and extensions of a package that is installed',
    missing: ['boto3'],
    imported: ['boto3', 'requests', 'pydantic', 'flask', 'email'],
    uninstalled: [
      'boto3-stubs',
      'requests-mock',
      'pydantic-settings',
      'flask-cors',
      'types-requests',
      'email-validator',
    ],
    packages: [],
  },
  {
    name: 'are not any package because of an optional module',
    optional: ['nosuch'],
    uninstalled: ['company-tools'],
    packages: [],
  },
  {
    name: 'are the one of an optional module',
    optional: ['numpy'],
    uninstalled: ['company-tools', 'numpy'],
    packages: ['numpy'],
    modules: ['numpy'],
  },
];

describe('the listed packages that a function needs', () => {
  for (const {
    name,
    missing = [],
    optional = [],
    imported = [],
    uninstalled,
    packages,
    modules = [],
  } of rows)
    it(name, () => {
      const found = [...missing, ...optional].map((module) => ({
        module,
        file: 'app.py',
        line: 1,
        isCertain: missing.includes(module),
      }));

      const needed = findNeeded({ missing: found, imported, uninstalled });

      assert.deepEqual(needed.packages, packages);
      assert.deepEqual([...needed.modules], modules);
    });
});
