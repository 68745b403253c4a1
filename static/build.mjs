// Builds the UI into dist/: index.html, hashed assets, a .gz beside each file, and a size budget that fails the build.
import { spawnSync } from 'node:child_process';
import { build } from 'esbuild';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(fileURLToPath(import.meta.url));
const BUDGET_GZ = 100_000; // scripts that a page needs before it shows anything, compressed
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

// esbuild makes a file of every set of modules that the same pages share, and a page would need a dozen of them. When each
// lazy module imports the shell, whose modules are there anyway, all share that set: one file, the core. Of the others those
// of one family make a file: who needs one of them gets all. The core has what most pages need besides, if it is small.
const SMALL = 5 * 1024;
const FAMILIES = [
  { name: 'core', of: /^src\/(ui|state(?!\/experiment-names)|api(?!\/(columns|shelf|summary)))\/?|^src\/(format|charts\/(settings|methods)|compare\/direction|run\/(names|neighbours|section|filter|tags)|artifacts\/(source|shell-words)|grid\/(columns|heads|spark|views))\.tsx?$/, large: true },
  { name: 'lists', of: /^src\/(api\/(shelf|summary)|state\/experiment-names|experiments\/parts|home\/run-counts|storage\/size|query\/(free|lexer))\.tsx?$/ },
  { name: 'charts', of: /^src\/charts\/|\/uplot\//, large: true },
  { name: 'texts', of: /^src\/artifacts\/(text|text-lines|as-text|part-note|use-growing|yaml)\.tsx?$/, large: true },
  { name: 'files', of: /^src\/artifacts\//, large: true },
  { name: 'compare', of: /^src\/(compare\/|csv\.ts)/ },
  { name: 'rest', of: /^src\// },
];

const inOneFile = families => ({
  name: 'in-one-file',
  setup(build) {
    const lazy = lazyModules();
    build.onLoad({ filter: /\/src\/.*\.tsx?$/ }, ({ path }) => {
      const file = relative(root, path);
      const core = file === 'src/app.tsx';
      if (!core && !lazy.has(path)) return undefined;
      const more = [...(core ? [] : ['src/main.tsx']), ...families.filter(f => (core ? f.name === 'core' : f.users.has(file))).flatMap(f => f.files)];
      const imports = more.map(name => `import ${JSON.stringify(join(root, name))};\n`).join('');
      return { contents: `${readFileSync(path, 'utf8')}\n${imports}`, loader: path.endsWith('x') ? 'tsx' : 'ts' };
    });
  },
});

/** As esbuild has it, JSON exports every key by its name as well, which makes the texts half as large again. */
const texts = {
  name: 'texts',
  setup(build) {
    build.onLoad({ filter: /\/src\/i18n\/.*\.json$/ }, ({ path }) => ({ contents: `export default ${JSON.stringify(JSON.parse(readFileSync(path, 'utf8')))}`, loader: 'js' }));
  },
};

const bundle = (families, write) => build({
  absWorkingDir: root,
  entryPoints: { app: 'src/main.tsx', style: 'src/style.css' },
  outdir: join(work, 'assets'),
  entryNames: '[name]-[hash]', chunkNames: '[name]-[hash]', assetNames: '[name]-[hash]',
  plugins: [inOneFile(families), texts],
  bundle: true, splitting: true, format: 'esm', target: 'es2022', platform: 'browser',
  jsx: 'automatic', jsxImportSource: 'preact',
  minify: !args.includes('--dev'), sourcemap: args.includes('--dev') ? 'linked' : false,
  legalComments: 'none', charset: 'utf8', metafile: true, logLevel: 'warning', write,
});

const coreOf = outputs => Object.entries(outputs).find(([, o]) => Object.keys(o.inputs).includes('src/app.tsx'));

/** The shared modules of each family, and the lazy modules that need any of them. */
function familiesIn({ outputs, inputs }) {
  const there = new Set(Object.keys(coreOf(outputs)[1].inputs));
  const lazy = [...lazyModules()].map(path => relative(root, path));
  const familyOf = new Map();
  for (const o of Object.values(outputs).filter(each => !each.entryPoint && Object.keys(each.inputs).length > 0))
    for (const [file, { bytesInOutput }] of Object.entries(o.inputs)) {
      const family = FAMILIES.find(f => f.of.test(file) && (f.large || bytesInOutput < SMALL));
      if (family && !there.has(file)) familyOf.set(file, family.name);
    }
  // What would bring something larger with it stays by itself, and out of the core what needs what is not in it.
  for (let before = -1; before !== familyOf.size;) {
    before = familyOf.size;
    for (const [file, name] of familyOf) {
      const needed = inputs[file].imports.filter(i => i.kind === 'import-statement' && !there.has(i.path)).map(i => familyOf.get(i.path));
      if (needed.some(n => !n || (name === 'core' && n !== 'core'))) familyOf.delete(file);
    }
  }
  const needs = (name, file, seen = new Set()) => familyOf.get(file) === name || (!seen.has(file) && !there.has(file) && seen.add(file)
    && (inputs[file]?.imports ?? []).some(i => i.kind === 'import-statement' && needs(name, i.path, seen)));
  const families = FAMILIES.map(({ name }) => ({ name, files: [...familyOf].filter(([, n]) => n === name).map(([file]) => file).sort(), users: new Set(lazy.filter(file => needs(name, file))) }));
  // Who gets all of a family gets what any of it imports.
  for (const _ of families)
    for (const a of families)
      for (const b of families) if (a.files.some(file => needs(b.name, file))) for (const file of a.users) b.users.add(file);
  return families;
}

const { metafile } = await bundle(familiesIn((await bundle([], false)).metafile), true);

const outputs = Object.entries(metafile.outputs).filter(([file]) => !file.endsWith('.map'));
const nameOf = entry => outputs.find(([, o]) => o.entryPoint === entry)[0];
// The entry only imports the core, which has all of main.tsx in it: the page names the core, and is a request the quicker.
const app = basename(coreOf(metafile.outputs)[0]);
const stub = nameOf('src/main.tsx');
rmSync(join(root, stub));
rmSync(join(root, `${stub}.map`), { force: true });
const style = basename(nameOf('src/style.css'));
const icon = `data:image/svg+xml;base64,${readFileSync(join(root, 'src/mark.svg')).toString('base64')}`;

const html = readFileSync(join(root, 'src/index.html'), 'utf8')
  .replace('@STYLE@', `assets/${style}`).replace('@APP@', `assets/${app}`)
  .replace('@ICON@', icon);
writeFileSync(join(work, 'index.html'), html);
writeFileSync(join(work, 'frame.html'), readFileSync(join(root, 'src/frame.html')));

const importsOf = (file, found = new Set()) => {
  if (found.has(file)) return found;
  found.add(file);
  for (const i of metafile.outputs[file].imports) if (i.kind === 'import-statement') importsOf(i.path, found);
  return found;
};
const pageFiles = outputs.filter(([, o]) => /^src\/pages\//.test(o.entryPoint ?? '')).map(([file]) => file);

/** What a page imports is fetched along with it, not once it has come and says so: a way to the server and back less. */
function fetchAlong() {
  const core = join(work, 'assets', app);
  let text = readFileSync(core, 'utf8');
  for (const file of pageFiles) {
    const call = `import("./${basename(file)}")`;
    const along = [...importsOf(file)].map(f => basename(f)).filter(name => name !== basename(file) && name !== app);
    if (!text.includes(call)) throw new Error(`build: ${app} does not fetch ${file}`);
    if (along.length) text = text.replaceAll(call, `(${along.map(name => `import("./${name}").catch(()=>{})`).join()},${call})`);
  }
  writeFileSync(core, text);
}
fetchAlong();

/** As small as gzip can be: some 3 % less than zlib has it, of every visit. */
function gzip(file) {
  const done = spawnSync('libdeflate-gzip', ['-12', '-k', '-c', file], { maxBuffer: 1 << 26 });
  if (done.error?.code === 'ENOENT') throw new Error('build: libdeflate-gzip is missing; install the Debian package libdeflate-tools');
  if (done.status !== 0) throw new Error(`build: libdeflate-gzip: ${done.error ?? done.stderr}`);
  return done.stdout;
}

const sizes = [];
for (const dir of ['.', 'assets'])
  for (const entry of readdirSync(join(work, dir), { withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = join(work, dir, entry.name);
    const raw = readFileSync(file);
    const gz = gzip(file);
    writeFileSync(`${file}.gz`, gz);
    sizes.push({ name: join(dir, entry.name), raw: raw.length, gz: gz.length });
  }

const isMap = s => s.name.endsWith('.map');
const gzOf = new Map(sizes.map(s => [s.name, s.gz]));
const sum = names => [...names].reduce((n, name) => n + gzOf.get(name), 0);
const asset = file => `assets/${basename(file)}`;
const language = Math.max(...['en', 'ja'].map(l => gzOf.get(asset(nameOf(`src/i18n/${l}.json`)))));
const first = new Set(['index.html', `assets/${style}`, `assets/${app}`]);
for (const s of sizes.sort((a, b) => b.gz - a.gz))
  if (!isMap(s)) console.log(`${String(s.raw).padStart(8)} ${String(s.gz).padStart(7)} gz  ${first.has(s.name) ? 'first' : 'lazy '}  ${s.name}`);
// Of each page: its scripts, what they import, the larger language. What a page fetches beyond that depends on what it shows.
const pages = pageFiles.map(file => ({ name: basename(metafile.outputs[file].entryPoint).replace(/\.tsx$/, ''), gz: sum([...importsOf(file)].map(asset)) + language }));
for (const p of pages.sort((a, b) => b.gz - a.gz)) console.log(`page ${p.name.padEnd(12)} ${(p.gz / 1024).toFixed(1).padStart(5)} KiB gz of scripts`);
const most = pages[0].gz;
console.log(`first load ${(most / 1024).toFixed(1)} KiB gz of scripts at most, budget ${(BUDGET_GZ / 1024).toFixed(1)} KiB; ${(sum(['index.html', `assets/${style}`]) / 1024).toFixed(1)} KiB beside them`);
if (most > BUDGET_GZ && !args.includes('--dev')) { // whose scripts are half as large again
  console.error('build: a page is over the budget of its first load');
  rmSync(work, { recursive: true, force: true });
  process.exit(1);
}
rmSync(dist, { recursive: true, force: true });
renameSync(work, dist);
