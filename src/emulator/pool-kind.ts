/** What a pool runs. */
export type PoolKind = 'PythonLTS' | 'NodeLTS' | 'Shell';
