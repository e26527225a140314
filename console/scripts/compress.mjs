// Writes a brotli sibling next to every text file of the build, so that the server never compresses at request time,
// and the marker by which the server's build tells a real console from its placeholder.
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { brotliCompressSync, constants } from 'node:zlib'

const dist = new URL('../dist/', import.meta.url).pathname
const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
const textual = new Set(['.js', '.css', '.svg', '.html', '.json', '.txt'])

// Vite's manifest serves the size budget only; it moves out of what is shipped.
writeFileSync(new URL('../node_modules/.console-manifest.json', import.meta.url), readFileSync(join(dist, '.vite/manifest.json')))
rmSync(join(dist, '.vite'), { recursive: true })

let count = 0
for (const entry of readdirSync(dist, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile() || !textual.has(extname(entry.name))) continue
  const path = join(entry.parentPath, entry.name)
  const bytes = readFileSync(path)
  writeFileSync(
    `${path}.br`,
    brotliCompressSync(bytes, {
      params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
    }),
  )
  count += 1
}

writeFileSync(join(dist, '.roadstead-console'), `roadstead-console ${version}\n`)
console.log(`compressed ${count} files`)
