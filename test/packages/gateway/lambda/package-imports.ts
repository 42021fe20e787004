/** Packages of every kind, and the ways in which a source imports them (incremental-build.test.ts). */
/** Below 100 kB nothing is bundled apart. */
export const BALLAST = `exports.ballast = "${'x'.repeat(100_000)}";`;

export const PACKAGES = {
  'node_modules/large/package.json': '{ "name": "large", "version": "1.0.0", "main": "index.js" }',
  'node_modules/large/index.js': BALLAST,
  'node_modules/plain/package.json': '{}',
  'node_modules/plain/index.js':
    'exports.where = [__dirname, __filename]; exports.sloppy = (function () { return this !== undefined })(); exports.count = 0; exports.add = () => { exports.count += 1 };',
  'node_modules/callable/package.json': '{}',
  'node_modules/callable/index.js':
    'module.exports = function callable() { return "called" }; module.exports.more = 1;',
  'node_modules/babel/package.json': '{}',
  'node_modules/babel/index.js':
    'Object.defineProperty(exports, "__esModule", { value: true }); exports.default = class Main {}; exports.named = "n";',
  'node_modules/modern/package.json': '{ "name": "modern", "type": "module", "exports": "./index.js" }',
  'node_modules/modern/index.js':
    'export let count = 0; export const add = () => { count += 1 }; export * from "./more.js"; export const url = import.meta.url?.slice(-3);',
  'node_modules/modern/more.js': 'export const more = "more"; globalThis.order?.push("more");',
  'node_modules/defaulted/package.json':
    '{ "name": "defaulted", "type": "module", "exports": "./index.js", "sideEffects": false }',
  'node_modules/defaulted/index.js':
    'export { default, name } from "./main.js"; export { other } from "./other.js";',
  'node_modules/defaulted/main.js': 'export default class Main { static v = 1 } export const name = "main";',
  'node_modules/defaulted/other.js': 'export const other = "other";',
  'node_modules/dual/package.json':
    '{ "name": "dual", "exports": { "import": "./index.mjs", "require": "./index.cjs" } }',
  'node_modules/dual/index.mjs': 'export const kind = "module"; export default "default";',
  'node_modules/dual/index.cjs': 'exports.kind = "commonjs";',
  'node_modules/shared/package.json': '{}',
  'node_modules/shared/index.js': 'exports.state = {}; globalThis.order?.push("shared");',
  'node_modules/sharing/package.json': '{ "name": "sharing", "type": "module", "exports": "./index.js" }',
  'node_modules/sharing/index.js':
    'import { state } from "shared"; export const hold = () => state; export { default as through } from "defaulted";',
  'node_modules/pure/package.json': '{ "sideEffects": false }',
  'node_modules/pure/index.js': 'globalThis.order?.push("pure");',
  'node_modules/native/package.json': '{ "name": "native", "main": "native.js", "gypfile": true }',
  'node_modules/native/native.js': 'exports.where = __filename;',
  'node_modules/wrapper/package.json': '{}',
  'node_modules/wrapper/index.js': 'module.exports = () => require("native").where;',
  'node_modules/data/package.json': '{}',
  'node_modules/data/index.js': 'const d = require("./data.json"); d.n += 1; exports.d = d;',
  'node_modules/data/data.json': '{ "n": 1 }',
  'node_modules/circular/package.json': '{}',
  'node_modules/circular/index.js': 'exports.own = () => require("../../own.ts").kept;',
  'node_modules/inner/package.json': '{ "module": "index.mjs", "main": "index.cjs", "sideEffects": false }',
  'node_modules/inner/index.mjs':
    'export { inner } from "./inner.mjs"; export { unused } from "./unused.mjs"; export default class Inner {}',
  'node_modules/inner/inner.mjs': 'export let inner = 0; export const step = () => (inner += 1); step();',
  'node_modules/inner/unused.mjs': 'globalThis.order?.push("unused"); export const unused = 1;',
  'node_modules/inner/meta.mjs': 'export const url = import.meta.url;',
  'node_modules/late/package.json': '{}',
  'node_modules/late/index.js':
    'module.exports = { v: 1 }; setImmediate(() => { module.exports = { v: 2 } });',
  'node_modules/mixed/package.json': '{}',
  'node_modules/mixed/index.js':
    'exports.Inner = class extends require("inner").default {}; exports.later = () => import("inner"); exports.inner = () => require("inner").inner; exports.url = () => require("inner/meta.mjs").url;',
  'node_modules/dep/package.json': '{ "version": "1.0.0" }',
  'node_modules/dep/index.js': 'exports.version = 1;',
  'lib/node_modules/dep/package.json': '{ "version": "2.0.0" }',
  'lib/node_modules/dep/index.js': 'exports.version = 2;',
  'node_modules/effect/package.json': '{}',
  'node_modules/effect/index.js': 'globalThis.order?.push("effect");',
};

/** One import of a source and what is seen of it; `#` makes names unique. */
export const IMPORTS = [
  ['import * as plain# from "plain"; plain#.add();', '[plain#.count, plain#.where, plain#.sloppy]'],
  ['import plain# from "plain";', 'Object.keys(plain#)'],
  ['import { add as add#, count as count# } from "plain"; add#();', 'count#'],
  ['import call# from "callable";', '[typeof call#, call#.name, call#.more]'],
  ['import * as call# from "callable";', 'Object.keys(call#)'],
  ['import Main# from "babel";', '[typeof Main#, Main#.name, Object.keys(Main#)]'],
  ['import * as babel# from "babel";', 'Object.keys(babel#)'],
  ['import { named as named# } from "babel";', 'named#'],
  ['import { add as add#, count as count#, more as more# } from "modern"; add#();', '[count#, more#]'],
  ['import * as modern# from "modern";', '[Object.keys(modern#), modern#.count, modern#.url]'],
  ['import Main#, { name as name#, other as other# } from "defaulted";', '[Main#.v, name#, other#]'],
  ['import * as defaulted# from "defaulted";', 'Object.keys(defaulted#)'],
  ['export * from "defaulted"; export { more as more# } from "modern";', '0'],
  ['import dual#, { kind as kind# } from "dual";', '[dual#, kind#]'],
  ['const dual# = require("dual");', 'dual#.kind'],
  ['const modern# = require("modern"); modern#.add();', '[Object.keys(modern#), modern#.count]'],
  ['', '[Object.keys(await import("modern")), (await import("dual")).kind]'],
  ['', '(await import("callable")).default()'],
  [
    'import { state as state# } from "shared"; import { hold as hold#, through as through# } from "sharing";',
    '[state# === hold#(), through#.v]',
  ],
  [
    'import { through as Through# } from "sharing"; import Same# from "defaulted";',
    'Through# === Same# && new Same#() instanceof Through#',
  ],
  ['import "pure";', 'order'],
  ['import { d as d# } from "data";', 'd#.n'],
  ['import json# from "data/data.json"; import { d as d# } from "data";', '[json# === d#, json#.n, d#.n]'],
  ['import { own as own# } from "circular"; import { kept as kept# } from "./own.ts";', 'own#() === kept#'],
  [
    'import { Inner as Inner#, later as later#, inner as inner# } from "mixed";',
    '[new Inner#() instanceof (await later#()).default, inner#(), order]',
  ],
  [
    'import Main#, { inner as inner# } from "inner"; import { Inner as Inner# } from "mixed";',
    '[inner#, new Inner#() instanceof Main#]',
  ],
  ['import { url as url# } from "mixed";', 'url#()'],
  [
    'import late# from "late";',
    '[late#.v, await new Promise((resolve) => setImmediate(() => setImmediate(resolve))), (await import("late")).default.v]',
  ],
  ['import other# from "callable/index.js?x"; import call# from "callable";', '[other#(), other# === call#]'],
  [
    'import text# from "callable/index.js" with { type: "text" }; import call# from "callable";',
    '[text#, call#()]',
  ],
  ['import { version as a# } from "dep"; import { version as b# } from "./lib/index.ts";', '[a#, b#]'],
  [
    '',
    '["modern", "plain"].length && [(await import("modern")).__esModule, (await import("babel")).__esModule]',
  ],
  ['import wrap# from "wrapper";', 'wrap#()'],
  ['import "effect"; order.push("#"); import "shared";', 'order'],
  ['import manifest# from "large/package.json";', 'manifest#.version'],
  ['import "./own.ts"; import { own as own# } from "./own.ts";', 'own#()'],
] as const;
