import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, sep } from 'node:path'

export interface SourceFile {
  /** Below the folder that was read, with `/`: `core/signin/next-step.ts`. */
  path: string
  text: string
  /** The files that it imports or re-exports from, below the same folder; packages are left out. */
  imports: string[]
}

/** Reads every TypeScript file below a folder, with what it imports. */
export function readSources(folder: string): SourceFile[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(path => path.endsWith('.ts'))
    .map(path => {
      const text = readFileSync(join(folder, path), 'utf8')
      const local = specifiersOf(text).filter(specifier => specifier.startsWith('.'))
      return { path: slashes(path), text, imports: local.map(each => slashes(join(dirname(path), each))) }
    })
}

/** What a module names in `import … from`, `export … from`, `import '…'` and `import('…')`, types included. */
export function specifiersOf(text: string): string[] {
  const code = withoutComments(text)
  const patterns = [
    // From the keyword that opens the statement to `from`, over several lines, but never across another string.
    /^(?:import|export)\b[^'"`]*?\bfrom\s*['"]([^'"]+)['"]/gm,
    /^import\s*['"]([^'"]+)['"]/gm,
    /\bimport\(\s*['"]([^'"]+)['"]/g,
  ]
  return patterns.flatMap(pattern => [...code.matchAll(pattern)].flatMap(([, specifier]) => specifier ?? []))
}

/** Whether a file does nothing but hand on what other files export. */
export function isBarrel(text: string): boolean {
  const statements = withoutComments(text).replace(/^(?:import|export)\b[^'"`=(]*?\bfrom\s*['"][^'"]+['"];?$/gm, '')
  const rest = statements.replace(/^export\s+(?:type\s+)?\{[^}]*\};?$/gm, '').trim()
  return rest === '' && /^export\b/m.test(text)
}

/** Good enough for finding imports: a string that holds a comment's opening is cut, and it opens no import. */
function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '')
}

function slashes(path: string): string {
  return path.split(sep).join('/')
}
