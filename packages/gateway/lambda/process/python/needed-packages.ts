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
  /^(?:pytest|moto|mock|mocker|coverage|tox|nox|nose2?|hypothesis|freezegun|responses|requests-mock|factory-boy|black|ruff|flake8|pylint|pyflakes|pycodestyle|mypy|pyright|isort|bandit|autopep8|yapf|pre-commit|safety|twine|wheel|setuptools|pip|virtualenv|ipython|ipykernel|jupyter|notebook|sphinx|mkdocs|debugpy|awscli|aws-sam-cli|cfn-lint|localstack|types|boto3-stubs|botocore-stubs|mypy-boto3)(?:-|$)|-stubs$/;

/** Returns the listed packages that a function needs and that are not installed as required. */
export function findNeeded({
  missing,
  imported,
  uninstalled,
}: Pick<PythonAnswer, 'missing' | 'imported' | 'uninstalled'>): Needed {
  const absent = missing.map(({ module }) => module).filter((module) => !PYTHON_MODULES.has(module));
  const listed = uninstalled.filter(
    (text) => !PYTHON_MODULES.has(text.toLowerCase()) && !TOOLS.test(nameOf(text)),
  );
  const isProvided = (module: string): boolean => listed.some((text) => provides(text, module));
  // If the package of a module is not known, any listed package may provide the module. The code can do without modules
  // that are not certain.
  const unclear = missing.flatMap(({ module, isCertain }) =>
    isCertain && absent.includes(module) && !isProvided(module) && packageOf(module) === undefined
      ? [module]
      : [],
  );
  const packages = listed.filter(
    (text) => unclear.length > 0 || [...absent, ...imported].some((module) => provides(text, module)),
  );
  const modules = absent.filter(
    (module) => isProvided(module) || (listed.length > 0 && unclear.includes(module)),
  );
  return { packages, modules: new Set(modules) };
}

/** What the names of packages that provide the same module have at their end. */
const VARIANTS = /^-(?:binary|headless|contrib|cpu|gpu|lite|slim|ng|lib|py3|python3?)$/;
/** Modules of which many packages provide a part, such as google-cloud-storage. */
const SHARED = new Set(['azure', 'backports', 'google', 'jaraco', 'opentelemetry', 'ruamel', 'zope']);

/** Whether a package has the module's name, or the name of a variant, such as psycopg2-binary and opencv-python-headless. */
function provides(text: string, module: string): boolean {
  const name = nameOf(text);
  return [module, packageOf(module) ?? module].map(normalisePackageName).some((one) => {
    const rest = name.startsWith(`${one}-`) ? name.slice(one.length) : undefined;
    if (rest !== undefined) return SHARED.has(module) || VARIANTS.test(rest);
    return name === one || name === `python-${one}` || name === `py${one}`;
  });
}

/** Reads the name of a package as the probe describes it: `requests`, or `requests==2.1 (2.2 is)`. */
function nameOf(text: string): string {
  return normalisePackageName(/^[\w.-]*/.exec(text)?.[0] ?? '');
}
