import type { CellValue, Outcome } from './engine.js';

/** What a child reports of a cell. Its text comes from a process that ran user code, so nothing in it is taken on trust. */
export interface CellReport {
  readonly id: number;
  readonly status: 'ok' | 'error' | 'timeout';
  readonly value: CellValue;
  readonly error?: Outcome['error'];
  readonly exitCode?: number;
  readonly cut: boolean;
}

const MODULE_NAME = /^[\p{L}_][\p{L}\p{N}_]{0,99}$/u;
const MAX_MODULES = 1000;

/** What a child says that a cell imports. Throws if the text is not a list; what is no module's name is left out. */
export function readModuleNames(text: string): readonly string[] {
  const names: unknown = JSON.parse(text);
  if (!Array.isArray(names)) throw new Error('The interpreter sent imports that are no list');
  return names.filter((name) => typeof name === 'string' && MODULE_NAME.test(name)).slice(0, MAX_MODULES);
}

/** Throws if the text is not a report. */
export function readCellReport(text: string): CellReport {
  const report = record(JSON.parse(text));
  const outcome = record(report['outcome']);
  const id = report['id'];
  if (typeof id !== 'number') throw new Error('The interpreter sent a result without its number');
  const exitCode = outcome['exitCode'];
  const failed = outcome['status'] === 'error';
  return {
    id,
    status: report['timedOut'] === true ? 'timeout' : failed ? 'error' : 'ok',
    value: readValue(record(outcome['value'])),
    ...(failed && { error: readError(record(outcome['error'])) }),
    ...(typeof exitCode === 'number' && { exitCode }),
    cut: report['cut'] === true,
  };
}

function readValue(value: Readonly<Record<string, unknown>>): CellValue {
  switch (value['type']) {
    case 'scalar':
      return { type: 'scalar', value: readScalar(value['value']), text: string(value['text']) };
    case 'text':
      return { type: 'text', text: string(value['text']) };
    case 'image':
      return { type: 'image', format: string(value['format']), base64: string(value['base64']) };
    default:
      return { type: 'none' };
  }
}

function readScalar(value: unknown): string | number | boolean | null {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null;
}

function readError(error: Readonly<Record<string, unknown>>): NonNullable<Outcome['error']> {
  return { name: string(error['name']), message: string(error['message']), traceback: string(error['traceback']) };
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {};
}

function string(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
