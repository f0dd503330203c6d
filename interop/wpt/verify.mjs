// Compares the unpacked suite with manifest.json, whose ids are those of git.
//   node verify.mjs SUITE
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';

const root = process.argv[2];
const { files } = JSON.parse(fs.readFileSync(new URL('manifest.json', import.meta.url), 'utf8'));
const blobId = (content) => crypto.createHash('sha1').update(`blob ${content.length}\0`).update(content).digest('hex');
const different = Object.entries(files).filter(([file, id]) => {
  const whole = path.join(root, file);
  return !fs.existsSync(whole) || blobId(fs.readFileSync(whole)) !== id;
});
for (const [file] of different) console.error(`not as it should be: ${file}`);
console.error(`${Object.keys(files).length - different.length} of ${Object.keys(files).length} files are as they should be`);
process.exitCode = different.length ? 1 : 0;
