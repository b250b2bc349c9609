import { lookup } from 'node:dns/promises';
import { connect as connectPlainly, isIP, type Socket } from 'node:net';
import { connect as connectSecurely, TLSSocket } from 'node:tls';
import { propertyOf } from '../errors.js';
import { untilAborted } from '../functions/abort.js';
import type { Outcome, Patient } from './finding.js';

const LONGEST_CONNECT_MS = 10_000;

/** Whether the name of the pool leads to an address. */
export async function checkName(patient: Patient): Promise<Outcome> {
  const { host, proxy } = addressOf(patient);
  if (proxy !== undefined) return { status: 'skipped', detail: `the proxy ${proxy} resolves it` };
  if (isIP(host) !== 0) return { status: 'ok', detail: `${host} is an address` };
  try {
    const found = await untilAborted(lookup(host, { all: true }), patient.signal);
    return { status: 'ok', detail: `${host} is ${found.map(({ address }) => address).join(', ')}` };
  } catch (error) {
    patient.signal.throwIfAborted();
    return {
      status: 'failed',
      detail: `${host} is not known (${String(propertyOf(error, 'code'))})`,
      advice: 'Check the region in the endpoint, and the name servers of this machine.',
    };
  }
}

/** Whether somebody with a trusted certificate answers there. */
export async function checkConnection(patient: Patient): Promise<Outcome> {
  const { host, port, secure, proxy } = addressOf(patient);
  if (proxy !== undefined) return { status: 'skipped', detail: `requests go through the proxy ${proxy}` };
  const start = performance.now();
  const socket = secure
    ? connectSecurely({ host, port, ...(isIP(host) === 0 ? { servername: host } : {}) })
    : connectPlainly({ host, port });
  try {
    await untilAborted(connected(socket, secure ? 'secureConnect' : 'connect'), patient.signal);
    const how = socket instanceof TLSSocket ? `${socket.getProtocol() ?? 'TLS'}, certificate trusted` : 'not encrypted';
    return { status: 'ok', detail: `${host}:${port} in ${Math.round(performance.now() - start)} ms, ${how}` };
  } catch (error) {
    patient.signal.throwIfAborted();
    const code = String(propertyOf(error, 'code') ?? 'no answer');
    return { status: 'failed', detail: `${host}:${port}: ${code}`, advice: adviceFor(code) };
  } finally {
    socket.destroy();
  }
}

async function connected(socket: Socket, event: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    socket.setTimeout(LONGEST_CONNECT_MS, () => {
      socket.destroy(Object.assign(new Error('no connection in time'), { code: 'ETIMEDOUT' }));
    });
    socket.once('error', reject); // Stays until the socket is destroyed.
    socket.once(event, () => resolve());
  });
}

function adviceFor(code: string): string {
  if (/CERT|SELF_SIGNED|TLS|SSL|UNABLE_TO/.test(code)) {
    return 'Its certificate is not trusted. Behind a proxy that looks into TLS, name its certificate in NODE_EXTRA_CA_CERTS.';
  }
  if (code === 'ECONNREFUSED') return 'Nothing listens there. If it is the emulator: is it running, and on this port?';
  return 'Check the network and its firewall; where only a proxy leads out, set HTTPS_PROXY.';
}

interface Address {
  readonly host: string;
  readonly port: number;
  readonly secure: boolean;
  /** The proxy that requests go through, without its credentials. */
  readonly proxy: string | undefined;
}

function addressOf({ endpoint }: Patient): Address {
  const url = new URL(endpoint?.origin ?? '');
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const secure = url.protocol === 'https:';
  const port = url.port === '' ? (secure ? 443 : 80) : Number(url.port);
  return { host, port, secure, proxy: endpoint?.isLoopback ? undefined : proxyFor(host, port) };
}

/** As axios reads the variables: an entry of NO_PROXY means the hosts below it only if it begins with a dot or an asterisk. */
function proxyFor(host: string, port: number): string | undefined {
  const read = (name: string): string => process.env[name.toLowerCase()] || process.env[name] || '';
  const proxy = read('HTTPS_PROXY') || read('ALL_PROXY');
  const exceptions = read('NO_PROXY')
    .toLowerCase()
    .split(/[\s,]+/);
  const isException = (entry: string): boolean => {
    const [, name = '', only] = /^(.*?)(?::(\d+))?$/.exec(entry) ?? [];
    if (name === '' || (only !== undefined && Number(only) !== port)) return false;
    return /^[.*]/.test(name) ? host.endsWith(name.replace(/^\*/, '')) : host === name;
  };
  if (proxy === '' || exceptions.some(isException)) return undefined;
  return URL.canParse(proxy) ? new URL(proxy).host : 'of the environment';
}
