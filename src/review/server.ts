import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { messageOf, UsageError } from '../errors.ts';
import { REVIEW_REASONS } from '../records/review.ts';
import { reportPage, reportPolicy } from '../report/page.ts';
import type { Fault, ReviewPatient, Session } from './api.ts';
import { BadRequest } from './bad-request.ts';
import { type CohortPlaces, ReviewCohort } from './cohort.ts';
import { Decisions } from './decisions.ts';
import { Events } from './events.ts';
import { admit, type Gate } from './gate.ts';
import { sendObject } from './object-stream.ts';
import { guard, type Page, sendJson, sendPage, VIEWER, viewerPage } from './pages.ts';
import { wishOf } from './wish.ts';

export interface ReviewOptions extends CohortPlaces {
  /** The `review.csv`, which need not be there: a path or URI. */
  readonly review: string;
  /** Name of the person who decides, until the page gives another. */
  readonly reviewer: string;
  /** 0: one that is free. */
  readonly port: number;
}

export interface ReviewServer {
  /** With the token, without which nothing is answered. */
  readonly url: string;
  /** Where decisions go; no query. */
  readonly review: string;
  readonly patients: number;
  /** Patients whose ROI is of an older mask than lies in `interim` now. */
  readonly outdated: number;
  /** Decisions in the file now. */
  decided(): Promise<number>;
  /** Ends all connections, when what was decided is written. */
  close(): Promise<void>;
}

/** What the answers are made of. */
interface Served {
  readonly cohort: ReviewCohort;
  readonly decisions: Decisions;
  readonly events: Events;
  readonly session: Session;
  readonly report: Page;
}

/**
 * Serves report, viewer and review of a run to browsers of this machine. Throws a UsageError or StorageError where the
 * outputs of the run or `review.csv` cannot be read, or the port is taken.
 */
export async function startReview(options: ReviewOptions): Promise<ReviewServer> {
  const events = new Events();
  const decisions = await Decisions.open(options.review, (change) => events.tell(change));
  const cohort = await ReviewCohort.read(options);
  const mode = { reviewer: options.reviewer, reasons: REVIEW_REASONS };
  const report = {
    type: 'text/html; charset=utf-8',
    policy: reportPolicy(true),
    bytes: reportPage({ ...cohort.run, pictures: null, review: mode }),
  };
  const session = { ...mode, window_hu: cohort.run.manifest.constants.window_hu };
  const served: Served = { cohort, decisions, events, session, report };
  const token = randomBytes(16).toString('hex');
  const gate: { -readonly [K in keyof Gate]: Gate[K] } = { hosts: [], token };
  const server = createServer((request, response) => {
    guard(response);
    const path = admit(request, gate);
    if (typeof path === 'number') response.writeHead(path).end();
    else answer(served, path, request, response).catch((thrown) => fail(response, thrown));
  });
  const port = await listen(server, options.port);
  // As browsers write them, without the port that goes without saying.
  gate.hosts = ['127.0.0.1', 'localhost'].map((name) => new URL(`http://${name}:${port}`).host);
  return {
    url: `http://127.0.0.1:${port}/${token}/`,
    review: decisions.uri,
    patients: cohort.ids.length,
    outdated: cohort.outdated,
    decided: async () => (await decisions.all()).length,
    async close() {
      const closed = once(server, 'close');
      server.close();
      await decisions.settled();
      events.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function listen(server: ReturnType<typeof createServer>, port: number): Promise<number> {
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  } catch (cause) {
    throw new UsageError(`--port ${port}: cannot be listened on (${messageOf(cause)}); leave it out`, {
      cause,
    });
  }
  return (server.address() as AddressInfo).port;
}

async function answer(
  served: Served,
  path: readonly string[],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const [what, ...rest] = path;
  if (request.method === 'PUT' && what === 'decisions' && rest.length === 1)
    return decide(served, rest[0], request, response);
  if (request.method !== 'GET') return end(response, 405);
  if (rest.length > 0) return sendOfPatient(served, what, rest, response);
  if (Object.hasOwn(VIEWER, what)) return sendPage(response, viewerPage(what));
  switch (what) {
    case '':
      return sendPage(response, served.report);
    case 'session':
      return sendJson(response, 200, served.session);
    case 'patients':
      return sendJson(response, 200, await patientsOf(served));
    case 'events':
      return served.events.listen(response);
    default:
      return end(response, 404);
  }
}

async function patientsOf({ cohort, decisions }: Served): Promise<ReviewPatient[]> {
  const standing = new Map((await decisions.all()).map((row) => [row.patient_id, row]));
  return cohort.ids.map((id) => ({ ...cohort.patient(id), decision: standing.get(id) ?? null }));
}

function sendOfPatient(
  { cohort }: Served,
  what: string,
  rest: readonly string[],
  response: ServerResponse,
): Promise<void> | void {
  if (what === 'pictures' && rest.length === 1) {
    const picture = cohort.picture(rest[0]);
    if (picture !== undefined) return sendObject(response, picture, 'image/png');
  }
  if (what === 'volumes' && rest.length === 3) {
    const [store, patientId, file] = rest;
    const volume = cohort.volume(store, patientId, file);
    if (volume !== undefined) return sendObject(response, volume, 'application/gzip');
  }
  return end(response, 404);
}

async function decide(
  { cohort, decisions }: Served,
  patientId: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (!cohort.has(patientId)) return end(response, 404);
  const wish = await wishOf(request);
  const decided = await decisions.decide(patientId, wish, () => cohort.maskNow(patientId));
  if ('conflict' in decided) sendJson(response, 409, decided.conflict);
  else sendJson(response, 200, decided.decision);
}

function end(response: ServerResponse, status: number): void {
  response.writeHead(status).end();
}

function fail(response: ServerResponse, thrown: unknown): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const fault: Fault = { message: messageOf(thrown) };
  // What is left of a body that is too long is not read.
  response.setHeader('connection', 'close');
  sendJson(response, thrown instanceof BadRequest ? thrown.status : 500, fault);
}
