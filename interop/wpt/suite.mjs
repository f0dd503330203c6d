// The files of the suite: tests, their variants, wrapper documents, substitution.
import fs from 'node:fs';
import path from 'node:path';

/** A test of the suite by its name in results, such as `/webrtc/promises-call.html`. */
export function findTest(root, id) {
  const [pathname] = id.split('?');
  const isWindow = pathname.endsWith('.window.html');
  const file = path.join(root, isWindow ? pathname.replace(/\.html$/, '.js') : pathname);
  const text = fs.readFileSync(file, 'utf8');
  const isLong = isWindow ? /^\/\/\s*META:\s*timeout=long/m.test(text) : /<meta\s+name=["']?timeout["']?\s+content=["']?long/i.test(text);
  const substituted = pathname.includes('.sub.') ? substitute(text) : text;
  return { id, file, isLong, html: isWindow ? wrapper(pathname.replace(/\.html$/, '.js'), text) : substituted };
}

/** The document that stands for `X.window.js`. */
function wrapper(pathname, text) {
  const meta = (key) => [...text.matchAll(new RegExp(`^//\\s*META:\\s*${key}=(.*)$`, 'gm'))].map(([, value]) => value.trim());
  const scripts = ['/resources/testharness.js', '/resources/testharnessreport.js', ...meta('script'), pathname];
  const title = meta('title').map((value) => `<title>${value}</title>`);
  return ['<!doctype html>', ...title, ...scripts.map((src) => `<script src="${src}"></script>`)].join('\n');
}

/** Placeholders of `.sub.` files: everything is on one host. */
export function substitute(text, host = 'localhost', port = 8443) {
  return text.replace(/\{\{([^}]+)\}\}/g, (whole, expression) => {
    const key = expression.trim();
    if (/^(host|domains\[\]|hosts\[\]\[\]|location\[hostname\])$/.test(key)) return host;
    if (key.startsWith('hosts[alt]')) return `not-${host}`;
    if (key.startsWith('domains[')) return `${key.slice(8, -1)}.${host}`;
    if (key.startsWith('ports[')) return String(port);
    if (key.startsWith('location[server]')) return `https://${host}:${port}`;
    if (key.startsWith('location[host]')) return `${host}:${port}`;
    return whole;
  });
}

/** The text of a file by its URL. */
export function loadFrom(root, url) {
  const { pathname } = new URL(url);
  const rewritten = pathname === '/resources/WebIDLParser.js' ? '/resources/webidl2/lib/webidl2.js' : pathname;
  const text = fs.readFileSync(path.join(root, rewritten), 'utf8');
  return pathname.includes('.sub.') ? substitute(text) : text;
}
