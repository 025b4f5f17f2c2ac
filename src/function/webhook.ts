import { deliver, type Surroundings } from './delivery.ts';
import { parseEvents } from './event.ts';

export interface WebhookRequest {
  readonly method: string;
  readonly headers: { get(name: string): string | null };
  text(): Promise<string>;
}

export interface WebhookResponse {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly jsonBody?: unknown;
}

/**
 * Event Grid's deliveries over plain HTTP, for a subscription of the kind WebHook: handshakes of both schemas, then
 * events. 400 for what is no delivery, which Event Grid drops; a failure that may pass is thrown, and becomes 500.
 */
export async function answerWebhook(request: WebhookRequest, around: Surroundings): Promise<WebhookResponse> {
  // "HTTP 1.1 Web Hooks for Event Delivery", the handshake of CloudEvents.
  if (request.method === 'OPTIONS') {
    const origin = request.headers.get('webhook-request-origin');
    if (origin !== 'eventgrid.azure.net') return { status: 400 };
    const rate = request.headers.get('webhook-request-rate');
    return {
      status: 200,
      headers: {
        'WebHook-Allowed-Origin': origin,
        ...(rate === null ? {} : { 'WebHook-Allowed-Rate': rate }),
      },
    };
  }
  const kind = request.headers.get('aeg-event-type');
  if (kind === 'Unsubscribe') return { status: 200 };
  let delivered: unknown;
  try {
    delivered = JSON.parse(await request.text());
    parseEvents(delivered);
  } catch {
    around.log.warn('refused: not a delivery of Event Grid');
    return { status: 400 };
  }
  const response = await deliver(delivered, around);
  return { status: 200, ...(response === undefined ? {} : { jsonBody: response }) };
}
