// Bundles the unit tests, so that they run on a Node without TypeScript, and runs them.
import { build } from 'esbuild';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const out = mkdtempSync(join(tmpdir(), 'cairn-ui-test-'));
try {
  const names = readdirSync(here).filter(f => f.endsWith('.test.ts'));
  await build({
    absWorkingDir: here, entryPoints: names, outdir: out, outExtension: { '.js': '.mjs' },
    bundle: true, format: 'esm', platform: 'node', target: 'node18', jsx: 'automatic', jsxImportSource: 'preact', logLevel: 'warning',
  });
  const files = names.map(f => join(out, f.replace(/\.ts$/, '.mjs')));
  process.exitCode = spawnSync(process.execPath, ['--test', ...files], { stdio: 'inherit', env: { ...process.env, TZ: 'Asia/Tokyo' } }).status ?? 1;
} finally {
  rmSync(out, { recursive: true, force: true });
}
