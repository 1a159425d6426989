import type { Report } from './report.ts'
export function writeDocs(_root: string, _report: Report): void {}
