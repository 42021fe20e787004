import { describeWrapperElsewhere, findExecWrapper } from '../../code/exec-wrapper.ts';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

import { quote } from '@gatewright/aws/text/token-options';
import { DefinitionError, propertyAt } from '../../../core/errors.ts';
import { HandlerFault } from '../../code/handler-fault.ts';
import type { FunctionDefinition } from '../../../core/stack/function.ts';
import type { CodeFinding } from '../../code/runnable-code.ts';
import { type Launch, type Toolchain, defaultConsequence, versionFinding } from '../launch.ts';
import type { Machine } from '../machine.ts';
import { addedTo, describePackagers } from '../../code/added-files.ts';
import { layerRoots } from '../../code/layer-folders.ts';
import type { Lender, Lent } from '../../lent/lending.ts';
import { PYTHON_MODULES, pythonListFor } from '../../lent/lock-lists.ts';
import {
  findInterpreters,
  findProject,
  findVirtualEnvironment,
  projectFolders,
  type PythonProject,
} from './python-environments.ts';
import { findLayerRequirements } from './layer-requirements.ts';
import { findHidden } from './hidden-packages.ts';
import { findNeeded, type Needed } from './needed-packages.ts';
import { packageOf } from './package-names.ts';
import { describeInstaller, shown } from './python-installer.ts';
import type { Installer } from './python-installer.ts';
import type { PythonAnswer, PythonFacts, PythonProbe } from './python-probe.ts';
import { pipCommand } from '../../lent/install-commands.ts';
import type { LockList } from '../../lent/lock-lists.ts';

const BOOTSTRAP = fileURLToPath(new URL('./bootstrap.py', import.meta.url));
const SOURCES = /\.(?:py|json|ya?ml|toml)$|^requirements.*\.txt$/;
const MAX_NAMES = 8;

export type PythonOptions = {
  readonly bytecodeFolder: string;
  /** The options of the debugger; undefined if no debugger may attach. */
  readonly debugger: { readonly breaks: boolean } | undefined;
  readonly lender: Lender;
};

export async function findPython(
  definition: FunctionDefinition,
  taskRoot: string,
  machine: Machine,
  probe: Pick<PythonProbe, 'ask'>,
  options: PythonOptions,
): Promise<Toolchain> {
  const { runtime, handler } = definition;
  const wanted = runtime.slice('python'.length);
  const folders = projectFolders(definition, taskRoot, machine);
  const project = findProject(folders);
  const paths = pathsBesideTheCode(definition);
  const question = {
    handler,
    root: taskRoot,
    paths,
    requirements: project?.requirements,
    pyproject: project?.requirements === undefined ? project?.pyproject : undefined,
  };
  const virtual = findVirtualEnvironment(folders, machine);
  const candidates = [
    ...(virtual === undefined ? [] : [virtual]),
    ...findInterpreters(Number(wanted.split('.')[1]), machine),
  ];
  const passedOver: string[] = [];
  let isLate = false;
  for (const python of candidates) {
    const probed = await probe.ask(python, question);
    isLate ||= probed.kind === 'silent' && probed.wasLate;
    // A virtual environment that does not run is reported. So is an interpreter that timed out. The broken
    // shim of a version manager is not reported, because the user did not choose it.
    if (probed.kind === 'silent' && (probed.wasLate || python === virtual))
      passedOver.push(`${shown(python)} ${probed.reason}`);
    if (probed.kind === 'silent' || !probed.version.startsWith('3.')) continue;
    const answer = withoutCdk(probed.answer);
    refuseFault(definition, answer, taskRoot);
    const lent = await lendModules(probed, { candidates, question, probe, machine, lender: options.lender });
    const own = python === virtual ? python : undefined;
    const installer = describeInstaller(own, project, probed.executable, taskRoot);
    const needed = findNeeded(answer);
    const missing = describeMissing(definition, answer, needed, { installer, lent });
    const remedies = remediesOf(definition, answer, needed, { installer, missing });
    return {
      kind: 'found',
      launch: () => Promise.resolve(launchOf(probed, paths, options, lent, remedies)),
      sources: SOURCES,
      isOutdated: () => findVirtualEnvironment(folders, machine) !== virtual,
      missing: missing.map(({ error }) => error),
      borrowed: lent?.kind === 'lent' ? [lent.what] : [],
      interpreter: `${runtime}: functions run with ${shown(probed.executable)}, Python ${probed.version}`,
      findings: [
        ...describePassedOver(definition, passedOver, probed),
        ...otherVersion(definition, probed, wanted, python === virtual ? python : undefined),
        ...describeUninstalled(definition, project, needed, installer),
        ...describeHidden(definition, probed, lent, installer),
        ...(options.debugger !== undefined && !probed.hasDebugger ? noDebugger(definition, installer) : []),
      ],
    };
  }
  return noPython(definition, wanted, { passedOver, isLate });
}

/**
 * Matches packages with which a CDK app is written. Its requirements.txt may be the only one, but functions need none
 * of them.
 */
const OF_CDK = /^(?:aws-cdk[.-]|constructs\b|jsii\b)/i;

function withoutCdk(answer: PythonAnswer): PythonAnswer {
  return { ...answer, uninstalled: answer.uninstalled.filter((name) => !OF_CDK.test(name)) };
}

/** Returns the folders, outside the function's own, in which the function finds modules: added files and layers. */
function pathsBesideTheCode(definition: FunctionDefinition): readonly string[] {
  const added = addedTo(definition.code)?.folder;
  return [
    ...(added === undefined ? [] : [added]),
    ...layerRoots(definition).flatMap((layer) => [
      join(layer, 'python', 'lib', definition.runtime, 'site-packages'),
      join(layer, 'python'),
    ]),
  ];
}

function noPython(
  { runtime, place }: FunctionDefinition,
  wanted: string,
  { passedOver, isLate }: { readonly passedOver: readonly string[]; readonly isLate: boolean },
): Toolchain {
  const none =
    passedOver.length === 0
      ? 'Python 3 is not installed'
      : `${passedOver.join(', ')}, and there is no other Python 3`;
  const install = `${none}; install Python ${wanted} (python.org, your system's packages, pyenv or uv)`;
  const message = `${runtime} cannot run here: ${install}`;
  return { kind: 'missing', isLate, error: new DefinitionError(propertyAt(place, 'Runtime'), message) };
}

/**
 * Reports interpreters that should have been used but do not run. The text is the same for all functions of the file.
 */
function describePassedOver(
  { place }: FunctionDefinition,
  passedOver: readonly string[],
  { executable, version }: PythonFacts,
): readonly CodeFinding[] {
  if (passedOver.length === 0) return [];
  const error = new DefinitionError({ file: place.file }, passedOver.join(', '));
  return [{ error, consequence: `functions run with ${executable}, Python ${version}` }];
}

function isVersion(version: string, wanted: string): boolean {
  return version === wanted || version.startsWith(`${wanted}.`);
}

/** The text is the same for all functions with this runtime. */
function otherVersion(
  definition: FunctionDefinition,
  { version }: PythonFacts,
  wanted: string,
  virtual: string | undefined,
): readonly CodeFinding[] {
  const ofProject =
    virtual &&
    `${shown(virtual)}, the virtual environment of the project, has Python ${version}, but the functions have the runtime ${definition.runtime}: create the environment again with Python ${wanted}`;
  return versionFinding(definition, `Python ${version}`, isVersion(version, wanted), ofProject);
}

function launchOf(
  { executable, hasDebugger }: PythonFacts,
  paths: readonly string[],
  options: PythonOptions,
  lent: LentModules | undefined,
  remedies: Readonly<Record<string, string>>,
): Launch {
  const debug = hasDebugger ? options.debugger : undefined;
  return {
    command: executable,
    args: [...(debug === undefined ? [] : ['-Xfrozen_modules=off']), BOOTSTRAP],
    searchPath: [dirname(executable)],
    environment: {
      PYTHONPATH: paths.join(':'),
      PYTHONPYCACHEPREFIX: options.bytecodeFolder,
      PYTHONUNBUFFERED: '1',
      ...(lent?.kind === 'lent' && { GATEWRIGHT_LENT: lent.folder }),
      ...(Object.keys(remedies).length > 0 && { GATEWRIGHT_REMEDIES: JSON.stringify(remedies) }),
      ...(debug !== undefined && { GATEWRIGHT_DEBUGPY_PORT: '5678' }),
      ...(debug?.breaks === true && { GATEWRIGHT_DEBUGPY_BREAKS: '1' }),
    },
    ...(debug !== undefined && { hasNoDeadline: true }),
  };
}

function refuseFault(definition: FunctionDefinition, { fault }: PythonAnswer, taskRoot: string): void {
  if (fault === null) return;
  const place = propertyAt(definition.place, 'Handler');
  const { handler } = definition;
  const module = handler.slice(0, Math.max(0, handler.lastIndexOf('.')));
  const failureOf = (type: string, errorMessage: string) => ({ errorType: `Runtime.${type}`, errorMessage });
  if (fault.kind === 'syntax') {
    const { file, line, message } = fault;
    const where = `(${basename(file)}, line ${line})`;
    const words = failureOf('UserCodeSyntaxError', `Syntax error in module '${module}': ${message} ${where}`);
    throw new HandlerFault({ file, line }, message, words);
  }
  if (fault.kind === 'no-function') {
    const message = `handler "${handler}": ${fault.file} has no function "${fault.function}"`;
    const words = failureOf('HandlerNotFound', `Handler '${fault.function}' missing on module '${module}'`);
    throw new HandlerFault(place, message, words);
  }
  const wrapper = findExecWrapper(definition);
  // The wrapper may start something other than the handler.
  if (wrapper?.kind === 'found') return;
  const elsewhere = describeWrapperElsewhere(definition);
  const hint = elsewhere === undefined ? '' : ` (${elsewhere})`;
  const where = relative(process.cwd(), taskRoot) || '.';
  const packagers = describePackagers(definition.code);
  const wayOut = packagers === undefined ? '' : `; ${packagers}`;
  const file = `${fault.module.replaceAll('.', '/')}.py`;
  const message =
    fault.module === ''
      ? `handler "${handler}" is not of the form module.function`
      : `handler "${handler}": ${elsewhere ?? `there is no ${file} in ${where}${wayOut}`}`;
  const words =
    fault.module === ''
      ? failureOf('MalformedHandlerName', `Bad handler '${handler}': ${NO_DOT}`)
      : failureOf(
          'ImportModuleError',
          `Unable to import module '${module}': No module named '${fault.module}'${hint}`,
        );
  throw new HandlerFault(place, message, words, fault.module === '' ? [] : [join(taskRoot, file)]);
}

/**
 * Python's own error message for a handler without a dot. Lambda's client splits the handler at the last dot, which
 * then fails.
 */
const NO_DOT = 'not enough values to unpack (expected 2, got 1)';

type MissingPart = { readonly module: string; readonly remedy: string; readonly error: DefinitionError };

/**
 * Describes missing modules. Modules of listed packages are reported together, elsewhere. Conditional imports are left
 * out, because the code often handles their failure. Conditional imports of boto3 are included, because code hardly
 * ever handles their failure.
 */
function describeMissing(
  definition: FunctionDefinition,
  { missing }: PythonAnswer,
  needed: Needed,
  { installer, lent }: { readonly installer: Installer; readonly lent: LentModules | undefined },
): readonly MissingPart[] {
  const described = missing
    .filter(({ module, isCertain }) => isCertain || module === 'boto3')
    .filter(({ module }) =>
      PYTHON_MODULES.has(module)
        ? lent?.kind !== 'lent'
        : !needed.modules.has(module) || findLayerRequirements(definition, module) !== undefined,
    );
  const together = installTogether(
    described.map(({ module }) => module),
    installer,
  );
  return described.map(({ module, file, line }) => {
    const isLambdas = PYTHON_MODULES.has(module);
    const whyNot = lent?.kind === 'refused' ? ` (${lent.reason})` : '';
    const remedy = isLambdas
      ? `run ${installer.one(packageOf(module) ?? module)}`
      : remedyOf(module, definition, together);
    const text = isLambdas
      ? `${module}, part of Lambda's ${definition.runtime}, is not installed${whyNot}: ${remedy}`
      : `no module named "${module}" is installed: ${remedy}`;
    return { module, remedy, error: new DefinitionError({ file, line }, text) };
  });
}

/** Returns an installer whose remedy for one package adds all packages that nothing lists. */
function installTogether(modules: readonly string[], installer: Installer): Installer {
  const known = modules.filter((module) => !PYTHON_MODULES.has(module)).map(packageOf);
  const unlisted = [...new Set(known)].filter(
    (name) => name !== undefined && installer.one(name).endsWith(` ${name}`),
  );
  return {
    ...installer,
    add: (name) => installer.add(unlisted.includes(name) ? unlisted.join(' ') : name),
  };
}

function remedyOf(module: string, definition: FunctionDefinition, installer: Installer): string {
  const requirements = findLayerRequirements(definition, module);
  if (requirements !== undefined) return `run ${installer.file(requirements)}`;
  const absent = definition.layers.filter(({ directory }) => directory === undefined).map(({ arn }) => arn);
  if (absent.length > 0)
    return `the module may come from a layer that is not on this machine: ${absent.join(', ')}`;
  const name = packageOf(module);
  return name === undefined
    ? `install the package that provides ${module}: ${installer.add('…')}`
    : installer.add(name);
}

/**
 * Returns a hint for each module that cannot be imported. For a module of a package that the project lists, the hint is
 * the command that installs all of its packages.
 */
function remediesOf(
  definition: FunctionDefinition,
  { missing: modules }: PythonAnswer,
  needed: Needed,
  { installer, missing }: { readonly installer: Installer; readonly missing: readonly MissingPart[] },
): Readonly<Record<string, string>> {
  const ofProject = modules.filter(({ module }) => !PYTHON_MODULES.has(module));
  return Object.fromEntries<string>([
    ...ofProject.map(({ module }) => {
      const remedy = needed.modules.has(module)
        ? `run ${installer.all}`
        : remedyOf(module, definition, installer);
      return [module, remedy] as const;
    }),
    ...missing.map(({ module, remedy }) => [module, remedy] as const),
  ]);
}

/** Reports the packages that the function needs. The text is the same for functions that need the same packages. */
function describeUninstalled(
  definition: FunctionDefinition,
  project: PythonProject | undefined,
  { packages }: Needed,
  installer: Installer,
): readonly CodeFinding[] {
  if (project === undefined || packages.length === 0) return [];
  const file = project.requirements ?? project.pyproject ?? project.folder;
  const names = packages.slice(0, MAX_NAMES).join(', ');
  const more = packages.length > MAX_NAMES ? ` and ${packages.length - MAX_NAMES} more` : '';
  const message = `packages of ${basename(file)} are not installed: ${names}${more}; run ${installer.all}`;
  return [{ error: new DefinitionError({ file }, message), consequence: defaultConsequence(definition) }];
}

/**
 * Reports packages of the project that the lent Boto3 cannot use. The text is the same for all functions of a project.
 */
function describeHidden(
  definition: FunctionDefinition,
  { answer: { versions }, version: python }: Answered,
  lent: LentModules | undefined,
  installer: Installer,
): readonly CodeFinding[] {
  if (lent?.kind !== 'lent') return [];
  return findHidden(lent.folder, versions, python).map(({ name, version, accepted, by }) => {
    const message = `the project has ${name} ${version}, but ${by}, which the gateway provides, needs ${name} ${accepted}: run ${installer.one(quote(`${name}${accepted}`))}`;
    const error = new DefinitionError({ file: definition.place.file }, message);
    return { error, consequence: 'imports of boto3 may fail here, and on AWS if the package is deployed' };
  });
}

function noDebugger({ place }: FunctionDefinition, installer: Installer): readonly CodeFinding[] {
  const message = `debugpy is not installed, so Python functions cannot be debugged: run ${installer.one('debugpy')}`;
  const error = new DefinitionError({ file: place.file }, message);
  return [{ error, consequence: '--inspect has no effect on Python functions' }];
}

/** The answer of an interpreter that runs. */
type Answered = Extract<Awaited<ReturnType<PythonProbe['ask']>>, { kind: 'answered' }>;

type LentModules =
  | { readonly kind: 'lent'; readonly folder: string; readonly what: string }
  | Extract<Lent, { kind: 'refused' }>;

type Lending = {
  /** The interpreters of the project and of the machine. */
  readonly candidates: readonly string[];
  readonly question: Parameters<PythonProbe['ask']>[1];
  readonly probe: Pick<PythonProbe, 'ask'>;
  readonly machine: Machine;
  readonly lender: Lender;
};

/**
 * Lends Boto3 and its dependencies if a function imports them and its project lacks them. Returns undefined if none of
 * their modules is missing. The names of imports decide only whether the fixed list is installed. They never decide
 * which packages are installed.
 */
async function lendModules(
  { answer, ...facts }: Answered,
  lending: Lending,
): Promise<LentModules | undefined> {
  if (!answer.missing.some(({ module }) => PYTHON_MODULES.has(module))) return undefined;
  const list = pythonListFor(facts.version);
  if (list === undefined)
    return { kind: 'refused', reason: `the gateway has no packages for Python ${facts.version}` };
  const lent = await lending.lender.lend(list, async (folder) => {
    const python = await findPip(facts, list, lending);
    return python === undefined ? undefined : pipCommand(python, list, folder, lending.machine.environment);
  });
  return lent.kind === 'lent' ? { ...lent, what: list.what } : lent;
}

/**
 * Finds a Python with pip. The virtual environments of uv and the Pythons of some systems lack pip. In that case, pip
 * is run by another Python whose version has the same lock list.
 */
async function findPip(
  { executable, hasPip }: PythonFacts,
  list: LockList,
  { candidates, question, probe }: Lending,
): Promise<string | undefined> {
  if (hasPip) return executable;
  for (const candidate of candidates) {
    const probed = await probe.ask(candidate, question);
    if (probed.kind === 'answered' && probed.hasPip && pythonListFor(probed.version) === list)
      return probed.executable;
  }
  return undefined;
}
