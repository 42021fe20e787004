/** The commands that install the packages of a Python project, with the tool that the project uses. */
import { normalisePackageName } from './package-names.ts';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { readIfReadable } from '@gatewright/aws/readable-files';
import { quote } from '@gatewright/aws/text/token-options';
import type { PythonProject } from './python-environments.ts';

export type Installer = {
  /** The command that installs everything that the project lists. */
  readonly all: string;
  /**
   * The command that adds a package to the project. If the project already lists the package, the command that installs
   * it.
   */
  readonly one: (name: string) => string;
  /**
   * Says how to add a package that functions import, so that it is also deployed: `run …`, or `add … to
   * requirements.txt, and run …` if the file next to the code is the one from which packages are deployed.
   */
  readonly add: (name: string) => string;
  /** The command that installs everything that another requirements file lists, such as the file of a layer. */
  readonly file: (path: string) => string;
};

/**
 * @param virtual the interpreter of the virtual environment; undefined if there is none
 * @param codeFolder the folder of the function's code
 */
export function describeInstaller(
  virtual: string | undefined,
  project: PythonProject | undefined,
  executable: string,
  codeFolder?: string,
): Installer {
  const plain = commandsOf(virtual, project, executable);
  // The commands of pip contain the paths. The other tools work on the folder in which their commands run.
  const folder = project === undefined || project.tool === 'pip' ? '.' : quote(shown(project.folder));
  const where = folder === '.' ? '' : `cd ${folder} && `;
  const ofListed = (name: string): string | undefined => {
    const listed = project === undefined ? undefined : findListed(project, name);
    if (project === undefined || listed === undefined) return undefined;
    return `${where}${installListed(plain.all, project, listed)}`;
  };
  return {
    all: `${where}${plain.all}`,
    file: (path) => `${where}${plain.file(path)}`,
    one: (name) => ofListed(name) ?? `${where}${plain.one(name)}`,
    add(name) {
      const listed = ofListed(name);
      if (listed !== undefined) return `run ${listed}`;
      const file = project?.requirements;
      return file !== undefined && dirname(file) === codeFolder
        ? `add ${name} to ${basename(file)}, and run ${where}${plain.all}`
        : `run ${where}${plain.add(name)}`;
    },
  };
}

function commandsOf(
  virtual: string | undefined,
  project: PythonProject | undefined,
  executable: string,
): Installer {
  if (project?.tool === 'uv')
    return {
      all: 'uv sync',
      one: (name) => `uv add --dev ${name}`,
      add: (name) => `uv add ${name}`,
      file: (path) => `uv pip install -r ${quote(resolve(path))}`,
    };
  if (project?.tool === 'poetry')
    return {
      all: 'poetry install',
      one: (name) => `poetry add --group dev ${name}`,
      add: (name) => `poetry add ${name}`,
      file: (path) => `poetry run pip install -r ${quote(resolve(path))}`,
    };
  if (project?.tool === 'pipenv') {
    // Without the variable, the environment is in a folder of pipenv, where functions do not find it.
    const command = 'PIPENV_VENV_IN_PROJECT=1 pipenv install';
    return {
      all: command,
      one: (name) => `${command} --dev ${name}`,
      add: (name) => `${command} ${name}`,
      file: (path) => `${command} --dev -r ${quote(resolve(path))}`,
    };
  }
  const folder = shown(project?.folder ?? process.cwd());
  const own = virtual === undefined ? join(folder, '.venv') : shown(dirname(dirname(virtual)));
  const pip = `${quote(join(own, 'bin', 'pip'))} install`;
  // The command uses the interpreter that was found on this machine, because the declared version may not be installed
  // and a shim may be broken.
  const make = virtual === undefined ? `${quote(executable)} -m venv ${quote(own)} && ` : '';
  const listed =
    project?.requirements === undefined ? quote(folder) : `-r ${quote(shown(project.requirements))}`;
  return {
    all: `${make}${pip} ${listed}`,
    one: (name) => `${make}${pip} ${name}`,
    add: (name) => `${make}${pip} ${name}`,
    file: (path) => `${make}${pip} -r ${quote(shown(path))}`,
  };
}

/** The table of a TOML file that lists a package; empty for a requirements file. */
type Listed = { readonly table: string; readonly line: string };

function findListed({ requirements, pyproject, pipfile }: PythonProject, name: string): Listed | undefined {
  for (const file of [requirements, pipfile, pyproject]) {
    let table = '';
    for (const line of (file === undefined ? '' : (readIfReadable(file) ?? '')).split('\n')) {
      [, table = table] = /^\s*\[+([^[\]]+)\]+\s*$/.exec(line) ?? [];
      const isList =
        file === requirements || /depend|packages/.test(`${table} ${line}`) || /^\s*["']/.test(line);
      if (isList && namesIn(line).includes(normalisePackageName(name))) return { table, line };
    }
  }
  return undefined;
}

/** Returns the names with which requirements begin: at the beginning of a line, or of a quoted string. */
function namesIn(line: string): readonly string[] {
  return [...line.replace(/(?:^|\s)#.*$/, '').matchAll(/(?:^|["'])\s*([A-Za-z0-9][\w.-]*)/g)].map(
    ([, name = '']) => normalisePackageName(name),
  );
}

/** A package of an optional group or an extra is installed only if the command names the group or the extras. */
function installListed(all: string, { tool }: PythonProject, { table, line }: Listed): string {
  const [, group] = /^tool\.poetry\.group\.([^.]+)\.dependencies$/.exec(table) ?? [];
  const isExtra = table === 'project.optional-dependencies' || /\boptional\s*=\s*true/.test(line);
  if (tool === 'poetry')
    return `${all}${group === undefined ? '' : ` --with ${group}`}${isExtra ? ' --all-extras' : ''}`;
  if (tool === 'uv')
    return `${all}${isExtra ? ' --all-extras' : ''}${table === 'dependency-groups' ? ' --all-groups' : ''}`;
  return tool === 'pipenv' && table === 'dev-packages' ? `${all} --dev` : all;
}

export function shown(path: string): string {
  const short = relative(process.cwd(), path);
  return short === '' ? '.' : short.startsWith('..') ? path : short;
}
