import { KernelError } from '../errors.js';
import type { FunctionMetadata } from './invocation.js';

const PLUGIN_NAME = /^[A-Za-z][A-Za-z0-9_]*$/;
const FUNCTION_NAME = /^[A-Za-z0-9_-]+$/;
const SHOWN_NAME = /^[\p{L}\p{N}_.:-]{0,64}$/u;

// Properties that a plugin has itself, or that the language looks for on any object (`then` makes it awaitable).
const RESERVED = new Set([
  'then',
  'constructor',
  'prototype',
  '__proto__',
  'toJSON',
  'name',
  'description',
  'functions',
  'get',
  'has',
]);

/** Whether a plugin may be called so. */
export function isPluginName(name: unknown): name is string {
  return typeof name === 'string' && PLUGIN_NAME.test(name);
}

/** Whether what a model gives as a name looks like one. What does not may be its code, which no error repeats. */
export function looksLikeName(name: string): boolean {
  return SHOWN_NAME.test(name);
}

/** What a model gives as a name, as it may stand in an error. */
export function shownName(name: string): string {
  return looksLikeName(name) ? name : '[a text that is no name]';
}

/** What a function may be asked for by: its name, alone or behind its plugin's. */
export function namesOf({ name, pluginName }: FunctionMetadata): readonly string[] {
  return [name, `${pluginName}-${name}`, `${pluginName}.${name}`];
}

/** A function's name together with its plugin's. */
export function qualifiedName({ metadata }: { readonly metadata: FunctionMetadata }): string {
  return metadata.pluginName === '' ? metadata.name : `${metadata.pluginName}-${metadata.name}`;
}

/** @throws KernelError `invalid_name` unless it starts with a letter and has only letters, digits and `_` */
export function checkPluginName(name: string): void {
  if (isPluginName(name)) return;
  throw new KernelError(
    'invalid_name',
    `The plugin name "${name}" is not allowed: it starts with a letter, then letters, digits and "_". Pass another one to addPlugin(plugin, name).`,
  );
}

/** @throws KernelError `invalid_name` for characters that models' services refuse, and for reserved names */
export function checkFunctionName(name: string): void {
  if (typeof name !== 'string' || !FUNCTION_NAME.test(name)) {
    throw new KernelError(
      'invalid_name',
      `The function name "${String(name)}" is not allowed: it has only letters, digits, "_" and "-". Set \`name\` in its options.`,
    );
  }
  if (RESERVED.has(name)) {
    throw new KernelError(
      'invalid_name',
      `The function name "${name}" is reserved. Set another \`name\` in its options.`,
    );
  }
}
