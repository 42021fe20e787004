/**
 * What is looked up on a machine, with folders in place of machines: nothing is installed, and no program of a language
 * runs.
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';

import { writeZip } from '../../../../../packages/base/aws/zip-archive.ts';
import { findVirtualEnvironment } from '../../../../../packages/gateway/lambda/process/python/python-environments.ts';
import { aFolder, writeFiles } from '../start-runtime.ts';
import { aMachine, find } from './toolchain-builders.ts';

const JAVA = { java: `#!/bin/sh\necho 'openjdk version "21.0.1" 2023-10-17' >&2\n` };
const CLIENT = 'aws-lambda-java-runtime-interface-client';
const NO_GLIBC = existsSync('/lib64/ld-linux-x86-64.so.2') ? false : 'glibc for x64 is not here';

/** Maven's own store, with two versions of AWS's client, of which the newer lacks what its pom lists. */
function aRepository(): string {
  const home = aFolder({});
  const client = `.m2/repository/com/amazonaws/${CLIENT}`;
  const pom = (needed: string): string => `<project><dependencies>
    <dependency><groupId>software.amazon</groupId><artifactId>lite</artifactId><version>${needed}</version></dependency>
    <dependency><groupId>org.junit</groupId><artifactId>junit</artifactId><version>\${v}</version><scope>test</scope></dependency>
  </dependencies></project>`;
  writeFiles(home, {
    [`${client}/2.9.0/${CLIENT}-2.9.0.jar`]: '',
    [`${client}/2.9.0/${CLIENT}-2.9.0.pom`]: pom('1.0'),
    [`${client}/2.10.0/${CLIENT}-2.10.0.jar`]: '',
    [`${client}/2.10.0/${CLIENT}-2.10.0.pom`]: pom('2.0'),
    '.m2/repository/software/amazon/lite/1.0/lite-1.0.jar': '',
  });
  return home;
}

const DEPENDENCY = '<dependency><groupId>g</groupId><artifactId>a</artifactId></dependency>';

/** @see https://docs.aws.amazon.com/lambda/latest/dg/java-package.html */
describe('a function in Java', () => {
  const projects: readonly {
    what: string;
    files: Record<string, string>;
    path: readonly string[];
    messages?: RegExp;
  }[] = [
    {
      what: 'what Maven has compiled, with its dependencies',
      files: { 'pom.xml': DEPENDENCY, 'target/classes/a/b/C.class': '', 'target/dependency/d.jar': '' },
      path: ['target/classes', 'target/dependency/*', 'target/*'],
    },
    {
      what: 'what Maven has compiled and shaded',
      files: { 'pom.xml': DEPENDENCY, 'target/classes/a/C.class': '', 'target/original-app.jar': '' },
      path: ['target/classes', 'target/dependency/*', 'target/*'],
    },
    {
      what: 'what Maven has compiled, without its dependencies',
      files: { 'pom.xml': DEPENDENCY, 'target/classes/lib/C.class': '' },
      path: ['target/classes', 'target/dependency/*', 'target/*'],
      messages: /has no dependencies: run mvn package dependency:copy-dependencies$/m,
    },
    {
      what: 'an unpacked package',
      files: { 'a/C.class': '', 'lib/d.jar': '' },
      path: ['', 'lib/*'],
    },
    { what: 'a jar', files: { 'app.jar': '' }, path: ['*', 'lib/*'] },
    {
      what: 'what Gradle has compiled',
      files: { 'build/classes/java/main/a/C.class': '', 'build/libs/app-all.jar': '' },
      path: ['build/classes/java/main', 'build/resources/main', 'build/dependencies/*', 'build/libs/*'],
    },
  ];
  for (const { what, files, path, messages } of projects)
    it(`is found as ${what}, and runs by the newest client that is whole`, async () => {
      const root = aFolder(files);
      const home = aRepository();
      const found = await find(aMachine(JAVA, home), root, 'java21', 'a.C::handle');
      const classPath = found.launch?.args[found.launch.args.indexOf('-cp') + 1]?.split(':') ?? [];
      const client = join(home, '.m2/repository/com/amazonaws', CLIENT, '2.9.0', `${CLIENT}-2.9.0.jar`);
      const needed = join(home, '.m2/repository/software/amazon/lite/1.0/lite-1.0.jar');
      assert.deepEqual(classPath, [...path.map((entry) => join(root, entry)), client, needed]);
      assert.equal(found.launch?.args.at(-1), 'a.C::handle');
      if (messages === undefined) assert.equal(found.messages, '');
      else assert.match(found.messages, messages);
    });

  const NATIVE = '-Dcom.amazonaws.services.lambda.runtime.api.client.runtimeapi.NativeClient.JNI=';
  const MAIN_FILE = 'com/amazonaws/services/lambda/runtime/api/client/AWSLambda.class';
  const LIBRARY = 'jni/libaws-lambda-jni.linux-x86_64.so';
  const aJar = (...names: readonly string[]): Buffer =>
    writeZip(new Map(names.map((name) => [name, Buffer.from(`content of ${name}`)])));
  const libraries: readonly {
    does: string;
    files: Record<string, string | Buffer>;
    file: string | undefined;
  }[] = [
    {
      does: 'loads the native library of the client jar',
      files: { 'a.jar': aJar('a/C.class'), [`lib/${CLIENT}-2.9.0.jar`]: aJar(MAIN_FILE, LIBRARY) },
      file: 'java-client',
    },
    {
      does: 'loads the native library of a jar that holds the client among others',
      files: { 'app-shaded.jar': aJar('a/C.class', MAIN_FILE, LIBRARY) },
      file: 'java-client',
    },
    {
      does: 'takes no jar of sources for a client',
      files: { [`lib/${CLIENT}-2.9.0-sources.jar`]: aJar('a/C.java'), 'a.jar': aJar(MAIN_FILE, LIBRARY) },
      file: 'java-client',
    },
    {
      does: 'loads the native library of an unpacked package',
      files: { 'a/C.class': '', [MAIN_FILE]: '', [LIBRARY]: `content of ${LIBRARY}` },
      file: 'java-client',
    },
    {
      does: 'leaves a client without a native library as it is',
      files: { [`${CLIENT}-1.0.0.jar`]: aJar(MAIN_FILE) },
      file: undefined,
    },
    {
      does: 'leaves two clients as they are, since only the JVM knows which one comes first',
      files: Object.fromEntries(
        ['2.8.0', '2.9.0'].map((version) => [`${CLIENT}-${version}.jar`, aJar(MAIN_FILE, LIBRARY)]),
      ),
      file: undefined,
    },
    {
      does: 'leaves a damaged jar to the JVM',
      files: { [`${CLIENT}-2.9.0.jar`]: aJar(MAIN_FILE, LIBRARY).subarray(0, -30) },
      file: undefined,
    },
    {
      does: 'leaves a folder that is named like the client to the JVM',
      files: { 'a.jar': '', [`lib/${CLIENT}-2.9.0.jar/x`]: '' },
      file: undefined,
    },
  ];
  // The client's own way is one file for all JVMs of the machine (JniHelper.java, version 2.9.0).
  for (const { does, files, file } of libraries)
    it(does, { skip: NO_GLIBC }, async () => {
      const found = await find(aMachine(JAVA, aRepository()), aFolder(files), 'java21', 'a.C');
      const given = found.launch?.args.find((arg) => arg.startsWith(NATIVE))?.slice(NATIVE.length);
      assert.equal(given?.includes(file ?? ''), file === undefined ? undefined : true);
      if (given !== undefined) assert.equal(readFileSync(given, 'utf8'), `content of ${LIBRARY}`);
    });

  const refusals = [
    {
      what: 'no Java',
      machine: () => aMachine({}),
      files: { 'a.jar': '' },
      messages: /Java is not installed; install a JDK 21/,
    },
    {
      what: 'nothing built',
      machine: () => aMachine(JAVA),
      files: {},
      messages: /has no classes and no jar; build it/,
    },
    {
      what: 'no client',
      machine: () => aMachine(JAVA),
      files: { 'a.jar': '' },
      messages:
        /neither in the packages of the function nor in ~\/\.m2; run mvn dependency:get -Dartifact=com\.amazonaws:.*:RELEASE$/,
    },
    {
      what: 'another system',
      files: { 'a.jar': '' },
      messages: /AWS's client for Java runs on Linux only/,
      machine: () => aMachine(JAVA, undefined, { platform: 'darwin' as const }),
    },
  ];
  for (const { what, machine, files, messages } of refusals)
    it(`says what to do if there is ${what}`, async () => {
      const found = await find(machine(), aFolder(files), 'java21', 'a.C');
      assert.equal(found.launch, undefined);
      assert.match(found.messages, messages);
    });

  it('runs on the JDK of JAVA_HOME, and a finding names its version if it is another', async () => {
    const jdk = aFolder({ 'bin/java': `#!/bin/sh\necho 'openjdk version "25"' >&2\n` });
    chmodSync(join(jdk, 'bin/java'), 0o755);
    const { environment, ...machine } = aMachine(JAVA, aRepository());
    const ofHome = { ...machine, environment: { ...environment, JAVA_HOME: jdk } };

    const found = await find(ofHome, aFolder({ 'app.jar': '' }), 'java21', 'a.C');

    assert.equal(
      found.messages,
      `JAVA_HOME names Java 25 (${join(jdk, 'bin/java')}), but the functions have the runtime java21: set JAVA_HOME to a JDK 21`,
    );
  });
});

/**
 * @see https://python-poetry.org/docs/configuration/#virtualenvspath and
 * https://docs.astral.sh/uv/concepts/projects/config/
 */
/** @see https://docs.aws.amazon.com/lambda/latest/dg/lambda-ruby.html and lambda-csharp.html */
describe('a function in Ruby or .NET', () => {
  const RUBY = (client: string) => ({
    ruby: `#!/bin/sh\n[ "$1" = -v ] && echo 'ruby 3.4.1 (2024)' || echo '${client}'\n`,
  });
  const DOTNET = { dotnet: "#!/bin/sh\necho 'Microsoft.NETCore.App 8.0.11 [/usr]'\n" };
  const CLIENT_DLL = 'Amazon.Lambda.RuntimeSupport.dll';
  for (const [what, runtime, handler, programs, files, messages] of [
    ['no Ruby', 'ruby3.4', 'app.run', {}, {}, /Ruby is not installed; install Ruby 3\.4/],
    ['no client', 'ruby3.4', 'app.run', RUBY(''), {}, /gem aws_lambda_ric is not installed; run gem install/],
    ['no .NET', 'dotnet8', 'Shop::Run', {}, {}, /\.NET is not installed; install the \.NET 8 runtime/],
    [
      'nothing published',
      'dotnet8',
      'Shop::Run',
      DOTNET,
      {},
      /there is no Shop\.dll in .*; run dotnet publish/,
    ],
    [
      'no client together with the assembly',
      'dotnet8',
      'Shop::Run',
      DOTNET,
      { 'Shop.dll': '' },
      /RuntimeSupport\.dll is not in .*; add the package/,
    ],
  ] as const)
    it(`says what to do if there is ${what}`, async () => {
      const found = await find(aMachine(programs), aFolder(files), runtime, handler);

      assert.equal(found.launch, undefined);
      assert.match(found.messages, messages);
    });

  it('runs by its client, and a program of .NET by itself', async () => {
    const ruby = await find(aMachine(RUBY('client=/gems/ric')), aFolder({}), 'ruby3.4', 'app.run');
    const root = aFolder({ 'Shop.dll': '', [CLIENT_DLL]: '' });
    const library = await find(aMachine(DOTNET), root, 'dotnet8', 'Shop::Shop.Function::Run');
    const program = await find(aMachine(DOTNET), aFolder({ 'Shop.dll': '' }), 'dotnet8', 'Shop');

    assert.deepEqual(ruby.launch?.args, ['/gems/ric', 'app.run']);
    assert.ok(library.launch?.args.includes(join(root, CLIENT_DLL)), String(library.launch?.args));
    assert.ok(
      program.launch?.args.some((one) => one.endsWith('Shop.dll')),
      String(program.launch?.args),
    );
  });
});

describe('the virtual environment of a project in Python', () => {
  function plant(folder: string): string {
    mkdirSync(join(folder, 'bin'), { recursive: true });
    writeFiles(folder, { 'bin/python': '#!/bin/sh\n' });
    chmodSync(join(folder, 'bin/python'), 0o755);
    return join(folder, 'bin/python');
  }

  it('is .venv or venv of its folder, before one that is active', () => {
    const [project, elsewhere] = [aFolder({}), aFolder({})];
    const machine = aMachine({}, undefined, { environment: { VIRTUAL_ENV: elsewhere } });
    const active = plant(elsewhere);
    assert.equal(findVirtualEnvironment([project], machine), active);
    const venv = plant(join(project, 'venv'));
    assert.equal(findVirtualEnvironment([project], machine), venv);
    const own = plant(join(project, '.venv'));
    assert.equal(findVirtualEnvironment([project], machine), own);
  });

  it('is the one that uv is configured to use, in a uv project', () => {
    const project = aFolder({ 'uv.lock': '' });
    const machine = aMachine({}, undefined, { environment: { UV_PROJECT_ENVIRONMENT: 'env' } });
    const python = plant(join(project, 'env'));
    assert.equal(findVirtualEnvironment([project], machine), python);
  });

  it('is in Poetry’s store, by the name and the place of the project', () => {
    const project = aFolder({ 'pyproject.toml': '[tool.poetry]\nname = "My Shop"\n' });
    const hash = createHash('sha256').update(realpathSync(project)).digest('base64url').slice(0, 8);
    const store = aFolder({});
    plant(join(store, 'my_shop-00000000-py3.12'));
    const python = plant(join(store, `my_shop-${hash}-py3.12`));
    const machine = aMachine({}, undefined, { environment: { POETRY_VIRTUALENVS_PATH: store } });
    assert.equal(findVirtualEnvironment([project], machine), python);
  });
});
