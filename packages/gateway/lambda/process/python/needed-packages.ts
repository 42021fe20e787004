/**
 * Decides which of the packages that a project lists and lacks its functions need, by the modules that they import. A
 * requirements file may also list the tools of the project, such as pytest, which no function imports.
 */
import { PYTHON_MODULES } from '../../lent/lock-lists.ts';
import { normalisePackageName, packageOf } from './package-names.ts';
import type { PythonAnswer } from './python-probe.ts';

export type Needed = {
  /** The packages that the function needs, as the probe describes them. */
  readonly packages: readonly string[];
  /** The missing modules that one of these packages provides, or may provide. */
  readonly modules: ReadonlySet<string>;
};

/** Tools with which projects are tested, checked and deployed. None of them provides a module to a function. */
const TOOLS =
  /^(?:pytest|moto|mock|mocker|coverage|tox|nox|nose2?|hypothesis|freezegun|responses|requests-mock|factory-boy|black|ruff|flake8|pylint|pyflakes|pycodestyle|mypy|pyright|isort|bandit|autopep8|yapf|pre-commit|safety|twine|wheel|setuptools|pip|virtualenv|ipython|ipykernel|jupyter|notebook|sphinx|mkdocs|debugpy|awscli|aws-sam-cli|cfn-lint|localstack|types|boto3-stubs|mypy-boto3)(?:-|$)/;

/** Returns the listed packages that a function needs and that are not installed as required. */
export function findNeeded({
  missing,
  imported,
  uninstalled,
}: Pick<PythonAnswer, 'missing' | 'imported' | 'uninstalled'>): Needed {
  const absent = missing.map(({ module }) => module).filter((module) => !PYTHON_MODULES.has(module));
  const listed = uninstalled.filter((text) => !PYTHON_MODULES.has(text.toLowerCase()));
  const isProvided = (module: string): boolean => listed.some((text) => provides(text, module));
  // If the package of a module is not known, any listed package may provide the module, except a tool.
  const unclear = absent.filter((module) => !isProvided(module) && packageOf(module) === undefined);
  const mayProvide = (text: string): boolean => unclear.length > 0 && !TOOLS.test(nameOf(text));
  const packages = listed.filter(
    (text) => mayProvide(text) || [...absent, ...imported].some((module) => provides(text, module)),
  );
  const isAny = listed.some(mayProvide);
  const modules = absent.filter((module) => isProvided(module) || (isAny && unclear.includes(module)));
  return { packages, modules: new Set(modules) };
}

/** Whether a package has the module's name, or the name of a variant, such as psycopg2-binary and opencv-python-headless. */
function provides(text: string, module: string): boolean {
  const name = nameOf(text);
  return [module, packageOf(module) ?? module]
    .map(normalisePackageName)
    .some(
      (one) => name === one || name.startsWith(`${one}-`) || name === `python-${one}` || name === `py${one}`,
    );
}

/** Reads the name of a package as the probe describes it: `requests`, or `requests==2.1 (2.2 is)`. */
function nameOf(text: string): string {
  return normalisePackageName(/^[\w.-]*/.exec(text)?.[0] ?? '');
}
