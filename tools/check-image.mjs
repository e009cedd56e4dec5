// Part of npm run check:packages: does the Dockerfile still work? Without Docker: each stage is a folder, COPY copies, RUN runs, and what comes out
// is started as the image would be, and asked whether it is healthy. What is not checked: the base image, its user, the network between.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../', import.meta.url));
const temp = mkdtempSync(join(tmpdir(), 'cb-image-'));
const { env } = process;

/** Instructions, one a line: [['FROM', 'node:24-slim AS build'], …] */
const instructions = readFileSync(join(root, 'Dockerfile'), 'utf8')
  .replace(/\\\n/g, ' ')
  .split('\n')
  .filter((line) => line.trim() !== '' && !line.startsWith('#'))
  .map((line) => /^(\w+)\s+(.*)$/.exec(line).slice(1));

/** `name` at the top, or `**\/name` anywhere: the patterns that are used here. */
const ignored = readFileSync(join(root, '.dockerignore'), 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .map((pattern) => {
    const anywhere = pattern.startsWith('**/');
    const name = pattern.replace('**/', '').replaceAll('.', '\\.').replaceAll('*', '[^/]*');
    return new RegExp(`${anywhere ? '(^|/)' : '^'}${name}(/|$)`);
  });

/** What `COPY . .` sees: what is in version control or could be, without what .dockerignore names. */
function contextFiles() {
  const list = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
  });
  return list
    .split('\0')
    .filter(
      (file) => file !== '' && existsSync(join(root, file)) && !ignored.some((each) => each.test(file)),
    );
}

const stages = new Map();
let stage;

function copy(rest) {
  const [, from, sources] = /^(?:--from=(\S+)\s+)?(.*)$/.exec(rest);
  const [source, target] = sources.split(/\s+/);
  const into = stage.path(target);
  mkdirSync(into, { recursive: true });
  if (from !== undefined)
    return cpSync(stages.get(from).path(source), into, { recursive: true, verbatimSymlinks: true });
  if (source !== '.') throw new Error(`COPY ${source}: only the whole context is understood`);
  for (const file of contextFiles()) {
    mkdirSync(dirname(join(into, file)), { recursive: true });
    cpSync(join(root, file), join(into, file), { verbatimSymlinks: true });
  }
}

/** Absolute paths of the image are folders of its stage. */
function run(command) {
  const here = command.replace(/(?<=\s)\/(?=\w)/g, `${stage.folder}/`);
  console.log(`  ${command}`);
  const options = { cwd: stage.path('.'), env: { ...env, ...stage.env, npm_config_prefer_offline: 'true' } };
  execFileSync('sh', ['-c', here], {
    ...options,
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 64 * 2 ** 20,
  });
}

const does = {
  FROM(rest) {
    const [image, , name = 'the last one'] = rest.split(/\s+/);
    if (!/^node:24-(slim|alpine)$/.test(image)) throw new Error(`it is built from ${image}`);
    const folder = join(temp, basename(name));
    mkdirSync(folder);
    let workdir = '/';
    stage = {
      folder,
      env: {},
      rest: {},
      path: (path) => join(folder, resolve(workdir, path)),
      enter: (path) => {
        workdir = resolve(workdir, path);
        mkdirSync(join(folder, workdir), { recursive: true });
      },
    };
    stages.set(name, stage);
  },
  WORKDIR: (rest) => stage.enter(rest),
  COPY: copy,
  RUN: run,
  ENV(rest) {
    const [, name, value] = /^(\w+)=(.*)$/.exec(rest);
    stage.env[name] = value;
  },
};

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  await new Promise((done) => server.close(done));
  return port;
}

/** Starts the entry point as the image does, in its environment and the one given. */
function start(more) {
  const [command, ...args] = JSON.parse(stage.rest.ENTRYPOINT);
  const child = spawn(command, args, {
    cwd: stage.path('.'),
    env: { PATH: env.PATH, ...stage.env, ...more },
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part) => (said += part));
  return { child, said: () => said, gone: once(child, 'exit') };
}

async function tryIt() {
  if (stage.rest.USER === undefined || /^(root|0)/.test(stage.rest.USER)) throw new Error('it runs as root');
  if (stage.rest.EXPOSE !== stage.env.CB_DASHBOARD_PORT) throw new Error('EXPOSE names another port');

  const refused = start({});
  const [code] = await refused.gone;
  if (
    code !== 2 ||
    !/CB_DASHBOARD_INGEST_TOKEN and CB_DASHBOARD_VIEW_TOKEN are needed/.test(refused.said())
  ) {
    throw new Error(`without tokens it ended with ${code}: ${refused.said()}`);
  }
  console.log('ok    without tokens it does not start, and says which are needed');

  const more = {
    CB_DASHBOARD_PORT: String(await freePort()),
    CB_DASHBOARD_INGEST_TOKEN: 'a-token-of-services',
    CB_DASHBOARD_VIEW_TOKEN: 'a-token-of-browsers',
  };
  const { child, said, gone } = start(more);
  while (!/http:/.test(said()))
    await Promise.race([once(child.stdout, 'data'), gone.then(() => Promise.reject(new Error(said())))]);
  const [, health] = /CMD (\[.*\])$/.exec(stage.rest.HEALTHCHECK);
  const [command, ...args] = JSON.parse(health);
  execFileSync(command, args, { env: { PATH: env.PATH, ...stage.env, ...more } });
  console.log('ok    with tokens it starts, and the health check finds it healthy');
  child.kill('SIGTERM');
  const [left] = await gone;
  if (left !== 0) throw new Error(`on SIGTERM it ended with ${left}`);
  let sick = false;
  try {
    execFileSync(command, args, { env: { PATH: env.PATH, ...stage.env, ...more }, stdio: 'ignore' });
  } catch {
    sick = true;
  }
  if (!sick) throw new Error('the health check finds healthy what is not there');
  console.log('ok    on SIGTERM it leaves with 0, and the health check then fails');
}

try {
  for (const [instruction, rest] of instructions) {
    if (does[instruction]) does[instruction](rest);
    else stage.rest[instruction] = rest;
  }
  console.log('ok    every step of the Dockerfile runs, from a clean copy of the repository');
  // Nothing that runs may lie outside of what the last stage holds.
  rmSync(stages.get('build').folder, { recursive: true, force: true });
  await tryIt();
} catch (error) {
  console.log(`FAIL  the Dockerfile: ${`${error.stdout ?? ''}${error.stderr ?? ''}` || error.message}`);
  process.exitCode = 1;
} finally {
  rmSync(temp, { recursive: true, force: true });
}
