'use strict';
/**
 * Makes tests that await much take a third of their time. Node's runner follows each promise by a hook, to know of which
 * test an error is that nobody catches. Here, such an error is one of the test that is running, as tests of a process
 * run one after the other. Loaded with --require, before `node:test`, which then gets this hook instead of Node's.
 */
const hooks = require('node:async_hooks');
const { isMainThread } = require('node:worker_threads');
const { createHook, executionAsyncId, AsyncLocalStorage, AsyncResource } = hooks;

const RUNNER = 'node:internal/test_runner/';

function isTest(resource) {
  for (let proto = Object.getPrototypeOf(resource); proto !== null; proto = Object.getPrototypeOf(proto))
    if (proto.constructor.name === 'Test') return true;
  return false;
}

/** Whether an event of the process is handled: an error that nobody has caught. */
function isOfError() {
  return new Error('who calls').stack?.includes('process.emit') === true;
}

/** Tells the runner of each test that begins. @param init what the runner does for each new resource */
function followTests(init, current, running) {
  const { runInAsyncScope } = AsyncResource.prototype;
  AsyncResource.prototype.runInAsyncScope = function (run, receiver, ...args) {
    if (!isTest(this)) return runInAsyncScope.call(this, run, receiver, ...args);
    const id = this.asyncId();
    init(id, this.constructor.name, 0, this);
    running.add(id);
    const end = () => running.delete(id);
    try {
      // The context is entered within, because a resource enters that in which it was made.
      const within = () => current.run(id, () => run.apply(receiver, args));
      const result = runInAsyncScope.call(this, within);
      if (typeof result?.then === 'function') result.then(end, end);
      else end();
      return result;
    } catch (error) {
      end();
      throw error;
    }
  };
}

if (isMainThread) {
  const current = new AsyncLocalStorage();
  const running = new Set();
  // The runner takes both functions when it is loaded, and asks for the hook before the first test.
  hooks.executionAsyncId = () => {
    const id = current.getStore() ?? (isOfError() ? [...running].at(-1) : undefined);
    return id ?? executionAsyncId();
  };
  hooks.createHook = (callbacks) => {
    const isOfRunner = new Error('who calls').stack?.includes(RUNNER) === true;
    if (!isOfRunner || callbacks.destroy === undefined) return createHook(callbacks);
    Object.assign(hooks, { createHook, executionAsyncId });
    followTests(callbacks.init, current, running);
    const hook = { enable: () => hook, disable: () => hook };
    return hook;
  };
}
