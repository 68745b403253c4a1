// Builds the UI into dist/: index.html, hashed assets, a .gz beside each file, and a size budget that fails the build.
import { build } from 'esbuild';
import { gzipSync } from 'node:zlib';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(fileURLToPath(import.meta.url));
const BUDGET_GZ = 100 * 1024; // everything the first page needs, compressed
const args = process.argv.slice(2);
const option = (name, fallback) => args.find(a => a.startsWith(`--${name}=`))?.slice(name.length + 3) ?? fallback;
const dist = option('out', join(root, 'dist'));
const work = `${dist}.new`; // dist is replaced at the end, so that a failed build leaves the old one standing

rmSync(work, { recursive: true, force: true });
mkdirSync(join(work, 'assets'), { recursive: true });

/** The modules that are fetched when wanted: what `import('…')` names anywhere in src/. */
function lazyModules() {
  const found = new Set();
  for (const entry of readdirSync(join(root, 'src'), { recursive: true })) {
    const file = join(root, 'src', String(entry));
    if (!/\.tsx?$/.test(file)) continue;
    for (const [, name] of readFileSync(file, 'utf8').matchAll(/import\('(\.[^']+)'\)/g))
      for (const end of ['.ts', '.tsx', '/index.ts', '/index.tsx']) {
        const path = join(dirname(file), name + end);
        if (existsSync(path)) found.add(path);
      }
  }
  return found;
}

// esbuild makes a file of every set of modules that the same pages share, and the first page would need a dozen of them.
// When each lazy module imports the shell, whose modules are there anyway, all pages share the same set: one file.
// So do the small ones that lazy modules share among themselves: who needs one of them gets all.
const SMALL = 5 * 1024;
const oneCore = shared => ({
  name: 'one-core',
  setup(build) {
    const lazy = lazyModules();
    build.onLoad({ filter: /\/src\/.*\.tsx?$/ }, ({ path }) => {
      if (!lazy.has(path)) return undefined;
      const more = ['src/app.tsx', ...(shared.users.has(relative(root, path)) ? shared.files : [])].map(file => join(root, file));
      const imports = more.map(file => `import ${JSON.stringify(file)};\n`).join('');
      return { contents: `${readFileSync(path, 'utf8')}\n${imports}`, loader: path.endsWith('x') ? 'tsx' : 'ts' };
    });
  },
});

const bundle = (shared, write) => build({
  absWorkingDir: root,
  entryPoints: { app: 'src/main.tsx', style: 'src/style.css' },
  outdir: join(work, 'assets'),
  entryNames: '[name]-[hash]', chunkNames: '[name]-[hash]', assetNames: '[name]-[hash]',
  plugins: [oneCore(shared)],
  bundle: true, splitting: true, format: 'esm', target: 'es2022', platform: 'browser',
  jsx: 'automatic', jsxImportSource: 'preact',
  minify: !args.includes('--dev'), sourcemap: args.includes('--dev') ? 'linked' : false,
  legalComments: 'none', charset: 'utf8', metafile: true, logLevel: 'warning', write,
});

/** The modules of small files without an entry, but for those that would bring a larger one with them; and who needs any. */
function smallShared({ outputs, inputs }) {
  const of = test => Object.values(outputs).filter(test).flatMap(o => Object.keys(o.inputs));
  const core = Object.values(outputs).find(o => Object.keys(o.inputs).includes('src/app.tsx'));
  const there = new Set(Object.keys(core.inputs));
  const small = new Set(of(o => !o.entryPoint && o !== core && o.bytes < SMALL && Object.keys(o.inputs).length > 0).filter(file => file.startsWith('src/')));
  for (let before = -1; before !== small.size;) {
    before = small.size;
    for (const file of small)
      if (inputs[file].imports.some(i => i.kind === 'import-statement' && !small.has(i.path) && !there.has(i.path))) small.delete(file);
  }
  const needs = (file, seen = new Set()) => small.has(file) || (!seen.has(file) && !there.has(file) && seen.add(file)
    && (inputs[file]?.imports ?? []).some(i => i.kind === 'import-statement' && needs(i.path, seen)));
  return { files: [...small].sort(), users: new Set([...lazyModules()].map(path => relative(root, path)).filter(file => needs(file))) };
}

const none = { files: [], users: new Set() };
const { metafile } = await bundle(smallShared((await bundle(none, false)).metafile), true);

const outputs = Object.entries(metafile.outputs).filter(([file]) => !file.endsWith('.map'));
const byEntry = entry => basename(outputs.find(([, o]) => o.entryPoint === entry)[0]);
const app = byEntry('src/main.tsx');
const style = byEntry('src/style.css');

const icon = readFileSync(join(root, 'src/mark.svg'));
const iconName = `mark-${createHash('sha256').update(icon).digest('hex').slice(0, 8).toUpperCase()}.svg`;
writeFileSync(join(work, 'assets', iconName), icon);

// What the entry imports statically is fetched at once; name it in the page, so that it needs no second round trip.
const eager = new Set();
(function follow(file) {
  for (const i of metafile.outputs[file]?.imports ?? [])
    if (i.kind === 'import-statement' && !eager.has(i.path)) { eager.add(i.path); follow(i.path); }
})(outputs.find(([f]) => basename(f) === app)[0]);
const preload = [...eager].map(f => `<link rel="modulepreload" href="assets/${basename(f)}">`).join('\n');

const html = readFileSync(join(root, 'src/index.html'), 'utf8')
  .replace('@STYLE@', `assets/${style}`).replace('@APP@', `assets/${app}`)
  .replace('@ICON@', `assets/${iconName}`).replace('@PRELOAD@\n', preload && preload + '\n');
writeFileSync(join(work, 'index.html'), html);
writeFileSync(join(work, 'frame.html'), readFileSync(join(root, 'src/frame.html')));

const sizes = [];
for (const dir of ['.', 'assets'])
  for (const entry of readdirSync(join(work, dir), { withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = join(work, dir, entry.name);
    const raw = readFileSync(file);
    const gz = gzipSync(raw, { level: 9 });
    writeFileSync(`${file}.gz`, gz);
    sizes.push({ name: join(dir, entry.name), raw: raw.length, gz: gz.length });
  }

const first = new Set(['index.html', `assets/${app}`, `assets/${style}`, `assets/${iconName}`, ...[...eager].map(f => `assets/${basename(f)}`)]);
const total = sizes.filter(s => first.has(s.name)).reduce((sum, s) => sum + s.gz, 0);
for (const s of sizes.sort((a, b) => b.gz - a.gz))
  if (!s.name.endsWith('.map')) console.log(`${String(s.raw).padStart(8)} ${String(s.gz).padStart(7)} gz  ${first.has(s.name) ? 'first' : 'lazy '}  ${s.name}`);
console.log(`first load ${(total / 1024).toFixed(1)} KiB gz, budget ${BUDGET_GZ / 1024} KiB`);
if (total > BUDGET_GZ) {
  console.error('build: the first load is over its budget');
  rmSync(work, { recursive: true, force: true });
  process.exit(1);
}
rmSync(dist, { recursive: true, force: true });
renameSync(work, dist);
