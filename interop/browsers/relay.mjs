// One HTTP server for everything: it serves the page and relays between the parties of a case.
import { readFile } from 'node:fs/promises';
import http from 'node:http';
import path from 'node:path';
import { WebSocketServer } from 'ws';

const HERE = path.dirname(new URL(import.meta.url).pathname);
const TYPES = { '.html': 'text/html', '.js': 'text/javascript' };

/** Messages of a party that go to the other party; the rest is for the runner. */
const BETWEEN_PARTIES = ['sdp', 'candidate', 'step', 'bye'];

export async function startRelay({ verbose = false } = {}) {
  const parties = new Map();
  const server = http.createServer(async (request, response) => {
    if (request.url === '/favicon.ico') {
      response.writeHead(204).end();
      return;
    }
    const name = path.basename(new URL(request.url, 'http://page').pathname) || 'index.html';
    try {
      const body = await readFile(path.join(HERE, 'page', name));
      response.writeHead(200, { 'content-type': TYPES[path.extname(name)] ?? 'text/plain' });
      response.end(body);
    } catch {
      response.writeHead(404);
      response.end();
    }
  });
  const sockets = new WebSocketServer({ server, maxPayload: 1 << 20 });
  sockets.on('connection', (socket, request) => {
    const party = parties.get(request.url.split('/').pop());
    if (party) party.attach(socket);
    else socket.close();
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();

  /** A place where a party may connect. */
  function party(name) {
    const log = (direction, text) => { if (verbose) console.error(`${name} ${direction} ${text}`); };
    const place = {
      name,
      page: `http://127.0.0.1:${port}/?name=${name}`,
      url: `ws://127.0.0.1:${port}/party/${name}`,
      other: null,
      onresult: null,
      log: [],
      socket: null,
      attach(socket) {
        place.socket = socket;
        socket.on('message', (data) => place.handle(data.toString()));
        socket.on('close', () => { if (place.socket === socket) place.onresult?.({ pass: false, detail: 'the party went away' }); });
      },
      handle(text) {
        log('>', text);
        const message = JSON.parse(text);
        place.log.push(message);
        if (message.hello) place.arrived(message.hello);
        else if (message.result) place.onresult?.(message.result);
        else if (BETWEEN_PARTIES.some((key) => key in message)) place.other?.send(message);
      },
      send(message) {
        log('<', JSON.stringify(message));
        place.socket?.send(JSON.stringify(message));
      },
    };
    place.hello = new Promise((resolve) => { place.arrived = resolve; });
    parties.set(name, place);
    return place;
  }

  function close() {
    for (const socket of sockets.clients) socket.terminate();
    server.close();
  }
  return { party, close };
}
