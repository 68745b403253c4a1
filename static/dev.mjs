// Serves dist/ and hands API requests on to a tracking server: node dev.mjs --api=http://127.0.0.1:PORT [--port=0] [--prefix=/sub]
// It sends the same Content-Security-Policy as nginx does, so that what works here works there.
import { createServer, request } from 'node:http';
import { readFile } from 'node:fs/promises';
import { dirname, extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

const option = (name, fallback) => process.argv.find(a => a.startsWith(`--${name}=`))?.slice(name.length + 3) ?? fallback;
const api = new URL(option('api', 'http://127.0.0.1:5000'));
const prefix = option('prefix', '').replace(/\/$/, '');
const dist = option('dist', join(dirname(fileURLToPath(import.meta.url)), 'dist'));
const types = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.css': 'text/css; charset=utf-8', '.svg': 'image/svg+xml', '.map': 'application/json' };
const csp = "default-src 'self'; img-src 'self' data: blob:; style-src 'self'; script-src 'self'; connect-src 'self'; frame-src 'self' blob:; object-src 'none'; base-uri 'none'; frame-ancestors 'self'";
const frameCsp = "sandbox allow-scripts; default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval'; style-src 'unsafe-inline'; img-src data: blob:; font-src data:; media-src data: blob:; form-action 'none'; base-uri 'none'; frame-ancestors 'self'";

const server = createServer(async (req, res) => {
  if (!req.url.startsWith(prefix + '/')) { res.writeHead(404).end('not under the prefix\n'); return; }
  const path = req.url.slice(prefix.length);
  if (/^\/(ajax-api|api|get-artifact|health|version|graphql)\b/.test(path)) {
    const up = request({ agent: false, host: api.hostname, port: api.port, path, method: req.method, headers: { ...req.headers, host: api.host, origin: api.origin } },
      down => { res.writeHead(down.statusCode, down.headers); down.pipe(res); });
    up.on('error', e => { res.writeHead(502, { 'content-type': 'text/plain' }); res.end(`${e.message}\n`); });
    req.pipe(up);
    return;
  }
  const name = path.split('?')[0] === '/' ? 'index.html' : normalize(path.split('?')[0]);
  try {
    const zipped = /\bgzip\b/.test(req.headers['accept-encoding'] ?? '') ? await readFile(join(dist, `${name}.gz`)).catch(() => null) : null;
    const body = zipped ?? await readFile(join(dist, name));
    res.writeHead(200, { ...(zipped && { 'content-encoding': 'gzip' }), 'content-type': types[extname(name)] ?? 'application/octet-stream', 'cache-control': 'no-cache', 'content-security-policy': name === '/frame.html' ? frameCsp : csp, 'x-content-type-options': 'nosniff' });
    res.end(body);
  } catch { res.writeHead(404, { 'content-type': 'text/plain' }).end('not found\n'); }
});
server.listen(Number(option('port', '0')), '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}${prefix}/`));
