import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Plugin } from 'vite';

const COMPRESSED_FROM_BYTES = 1024;

/** Lists what was built in files.txt and puts a compressed copy beside each file worth it. */
export function packed(): Plugin {
  let folder = '';
  return {
    name: 'packed',
    apply: 'build',
    configResolved(config) {
      folder = join(config.root, config.build.outDir);
      if (config.build.outDir.startsWith('/')) {
        folder = config.build.outDir;
      }
    },
    writeBundle() {
      const names = files(folder).map((file) => relative(folder, file)).sort();
      for (const name of names) {
        const bytes = readFileSync(join(folder, name));
        if (bytes.length >= COMPRESSED_FROM_BYTES) {
          writeFileSync(join(folder, `${name}.gz`), gzipSync(bytes, { level: 9 }));
        }
      }
      writeFileSync(join(folder, 'files.txt'), `${names.join('\n')}\n`);
    },
  };
}

function files(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? files(path) : [path];
  });
}
