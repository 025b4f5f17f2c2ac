import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const TAG = 'swinprep:test';

/** An image built of docker/Dockerfile. */
export interface BuiltImage {
  readonly bytes: number;
  /** Command that runs another one inside, on the host's network and with a folder of the host. */
  inside(folder: string): string;
  remove(): void;
}

function run(program: string, ...args: string[]): string {
  return execFileSync(program, args, {
    cwd: ROOT,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    maxBuffer: 2 ** 26,
  }).trim();
}

function works(program: string, ...args: string[]): boolean {
  try {
    execFileSync(program, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** The artifacts, and the files that a pipeline names, at the paths that they have here. */
function mounts(folder: string): string {
  const pipelines = join(ROOT, 'pipelines');
  return `-v ${folder}:${folder} -v ${pipelines}:${pipelines}:ro`;
}

function dockerImage(): BuiltImage {
  run('docker', 'build', '-t', TAG, '-f', 'docker/Dockerfile', '.');
  return {
    bytes: Number(run('docker', 'image', 'inspect', '-f', '{{.Size}}', TAG)),
    inside: (folder) => `docker run --rm --network host ${mounts(folder)} ${TAG}`,
    remove: () => {},
  };
}

/** buildah needs neither a daemon nor, with chroot isolation, namespaces. */
function buildahImage(): BuiltImage {
  run('buildah', 'bud', '--pull-never', '--isolation', 'chroot', '-t', TAG, '-f', 'docker/Dockerfile', '.');
  const container = run('buildah', 'from', '--pull-never', TAG);
  const inspected = JSON.parse(run('buildah', 'images', '--json', TAG)) as [{ size: string }];
  const [amount, unit] = inspected[0].size.split(' ');
  const bytes = Number(amount) * { KB: 1e3, MB: 1e6, GB: 1e9 }[unit as 'MB'];
  return {
    bytes,
    inside: (folder) => `buildah run --isolation chroot ${mounts(folder)} ${container} --`,
    remove: () => run('buildah', 'rm', container),
  };
}

/** Builds the image with Docker where its engine answers, else with buildah. Throws where neither is there. */
export function buildImage(): BuiltImage {
  if (works('docker', 'info')) return dockerImage();
  if (works('buildah', '--version')) return buildahImage();
  throw new Error('neither a Docker engine nor buildah is there to build the image with');
}
