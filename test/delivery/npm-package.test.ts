/** The npm package as its users have it. One file, because the package is compiled once per process. */
import './handler-entries.suite.ts';
import './plugin.suite.ts';
import './own-repository.suite.ts';
