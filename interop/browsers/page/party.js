// The browser's side of the control protocol: runs the cases that it is told to.
import { cases } from './cases.js';
import { Peer } from './peer.js';

const socket = new WebSocket(`ws://${location.host}/party/${new URLSearchParams(location.search).get('name')}`);
const send = (message) => { if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message)); };
let peer = null;

socket.onopen = () => send({ hello: { name: navigator.userAgent } });
socket.onmessage = ({ data }) => {
  const message = JSON.parse(data);
  if (message.case) run(message.case);
  else peer?.handle(message);
};

async function run(spec) {
  const mine = new Peer(spec, send);
  peer = mine;
  let result;
  try {
    const detail = await Promise.race([cases[spec.name](mine), mine.stopped]);
    result = { pass: true, detail };
  } catch (error) {
    result = { pass: false, detail: error.message };
  }
  mine.close();
  if (peer === mine) peer = null;
  send({ result });
}
