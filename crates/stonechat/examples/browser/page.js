'use strict';

const byId = (id) => document.getElementById(id);
const CHUNK = 64 * 1024;
const HIGH = 1024 * 1024;
const TEST = 3000;

let call = null;

// Messages for people

function status(text, state) {
  byId('status').textContent = text;
  byId('status').dataset.state = state;
}

function trouble(text, action) {
  const box = byId('trouble');
  box.textContent = text;
  box.hidden = !text;
  if (action) {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = action.label;
    button.onclick = action.run;
    box.append(button);
  }
}

function say(who, text) {
  const item = document.createElement('li');
  const name = document.createElement('b');
  name.textContent = who + ': ';
  item.append(name, text);
  const log = byId('log');
  log.append(item);
  log.scrollTop = log.scrollHeight;
}

function octets(count) {
  if (count >= 1e6) return (count / 1e6).toFixed(1) + ' MB';
  if (count >= 1e3) return (count / 1e3).toFixed(1) + ' kB';
  return count + ' B';
}

const rate = (bits) => bits >= 1e6 ? (bits / 1e6).toFixed(bits >= 1e7 ? 0 : 2) + ' Mbit/s' : (bits / 1e3).toFixed(0) + ' kbit/s';

// Camera and microphone

function explainCapture(error) {
  switch (error.name) {
    case 'NotAllowedError':
    case 'SecurityError':
      return 'The browser did not allow camera and microphone. Allow them in the address bar and call again.';
    case 'NotFoundError':
    case 'OverconstrainedError':
      return 'No camera and microphone were found.';
    case 'NotReadableError':
    case 'AbortError':
      return 'Camera or microphone cannot be read; another program may be using them.';
    case 'InsecureContext':
      return 'Browsers give camera and microphone only to pages of localhost or over HTTPS.';
    default:
      return 'Camera and microphone do not work: ' + error.message;
  }
}

async function capture() {
  if (!navigator.mediaDevices) {
    throw Object.assign(new Error('no media devices'), { name: 'InsecureContext' });
  }
  return navigator.mediaDevices.getUserMedia({
    audio: true,
    video: { width: { ideal: 640 }, height: { ideal: 480 } },
  });
}

// The call

async function start(withCamera) {
  if (call) return;
  trouble('');
  const current = call = { closed: false, media: null };
  enable();
  if (withCamera) {
    status('Waiting for camera and microphone', 'busy');
    try {
      current.media = await capture();
    } catch (error) {
      if (call !== current) return;
      end('Not in a call', 'bad');
      trouble(explainCapture(error), { label: 'Call without camera', run: () => start(false) });
      return;
    }
    if (call !== current) {
      for (const track of current.media.getTracks()) track.stop();
      return;
    }
  }
  byId('local').srcObject = current.media;
  status('Connecting', 'busy');
  connect(current);
}

function connect(current) {
  const scheme = location.protocol === 'https:' ? 'wss://' : 'ws://';
  const socket = current.socket = new WebSocket(scheme + location.host + '/signal');
  socket.onopen = () => negotiate(current);
  socket.onmessage = (event) => onSignal(current, JSON.parse(event.data)).catch((error) => fail(current, error.message));
  socket.onclose = () => {
    if (!current.closed) {
      fail(current, 'The connection to the server was lost. Is the program still running?');
    }
  };
}

function negotiate(current) {
  const pc = current.pc = new RTCPeerConnection();
  const send = (message) => {
    if (current.socket.readyState === WebSocket.OPEN) current.socket.send(JSON.stringify(message));
  };
  pc.onnegotiationneeded = async () => {
    try {
      await pc.setLocalDescription();
      send({ type: 'description', description: pc.localDescription });
    } catch (error) {
      fail(current, error.message);
    }
  };
  pc.onicecandidate = ({ candidate }) => {
    if (candidate && candidate.candidate) send({ type: 'candidate', candidate });
  };
  pc.onconnectionstatechange = () => {
    if (current.closed) return;
    if (pc.connectionState === 'connected') status('In a call', 'live');
    if (pc.connectionState === 'disconnected') status('Interrupted, waiting', 'busy');
    if (pc.connectionState === 'failed') fail(current, 'No packets pass between the browser and stonechat.');
  };
  const returned = new MediaStream();
  byId('remote').srcObject = returned;
  pc.ontrack = ({ track }) => returned.addTrack(track);
  if (current.media) {
    for (const track of current.media.getTracks()) pc.addTrack(track, current.media);
  }
  openChat(current);
  current.timer = setInterval(() => sample(current).catch(() => {}), 1000);
}

async function onSignal(current, message) {
  if (current.closed) return;
  switch (message.type) {
    case 'description': return current.pc.setRemoteDescription(message.description);
    case 'candidate': return current.pc.addIceCandidate(message.candidate);
    case 'stats': current.far = message.stats; return;
    case 'error': return fail(current, message.message);
  }
}

function fail(current, text) {
  if (current.closed) return;
  end('The call ended', 'bad');
  trouble(text, { label: 'Call again', run: () => start(Boolean(current.media)) });
}

function end(text, state) {
  const current = call;
  call = null;
  if (current) {
    current.closed = true;
    clearInterval(current.timer);
    if (current.pc) current.pc.close();
    if (current.socket) current.socket.close();
    if (current.media) for (const track of current.media.getTracks()) track.stop();
  }
  byId('local').srcObject = null;
  byId('remote').srcObject = null;
  status(text, state);
  enable();
}

function enable() {
  const live = Boolean(call && call.chat && call.chat.readyState === 'open');
  byId('start').disabled = byId('start-plain').disabled = Boolean(call);
  byId('stop').disabled = !call;
  byId('text').disabled = byId('chat').querySelector('button').disabled = !live;
  byId('file').disabled = !live || call.busy;
  byId('measure').disabled = !live || call.busy;
}

// Chat

function openChat(current) {
  const chat = current.chat = current.pc.createDataChannel('chat');
  chat.onopen = enable;
  chat.onclose = enable;
  chat.onmessage = ({ data }) => say('stonechat', data);
}

// Channels with a reader that waits

function channel(current, label) {
  const raw = current.pc.createDataChannel(label);
  raw.binaryType = 'arraybuffer';
  raw.bufferedAmountLowThreshold = HIGH / 2;
  const waiting = [], queue = [];
  let ended = false;
  const settle = () => {
    while (waiting.length && (queue.length || ended)) waiting.shift()(queue.length ? queue.shift() : null);
  };
  raw.onmessage = ({ data }) => { queue.push(data); settle(); };
  raw.onclose = () => { ended = true; settle(); };
  return {
    opened: () => new Promise((resolve, reject) => {
      raw.onopen = resolve;
      raw.onerror = () => reject(new Error('the data channel did not open'));
    }),
    recv: () => new Promise((resolve) => { waiting.push(resolve); settle(); }),
    async send(data) {
      while (raw.bufferedAmount > HIGH && !ended) {
        await new Promise((resolve) => {
          const done = () => { clearTimeout(timer); resolve(); };
          const timer = setTimeout(resolve, 1000);
          raw.addEventListener('bufferedamountlow', done, { once: true });
        });
      }
      if (raw.readyState !== 'open') throw new Error('the channel closed');
      raw.send(data);
    },
    close: () => raw.close(),
  };
}

async function alone(task) {
  const current = call;
  if (!current || current.busy) return;
  current.busy = true;
  enable();
  try {
    await task(current);
  } finally {
    current.busy = false;
    enable();
  }
}

// Throughput

async function measure(current) {
  byId('up').textContent = byId('down').textContent = 'measuring';
  const test = channel(current, 'throughput');
  try {
    await test.opened();
    await test.send('upload');
    const chunk = new Uint8Array(CHUNK);
    const until = performance.now() + TEST;
    while (performance.now() < until) await test.send(chunk);
    await test.send('done');
    const up = JSON.parse(await test.recv());
    byId('up').textContent = rate(up.received * 8 / up.seconds) + ' (' + octets(up.received) + ')';

    await test.send('download');
    const begin = performance.now();
    let received = 0, message;
    while (typeof (message = await test.recv()) !== 'string' && message) received += message.byteLength;
    const whole = message && JSON.parse(message).sent === received;
    byId('down').textContent = whole
      ? rate(received * 8000 / (performance.now() - begin)) + ' (' + octets(received) + ')'
      : 'not all arrived';
  } catch (error) {
    byId('up').textContent = byId('down').textContent = 'interrupted';
  } finally {
    test.close();
  }
}

// Files

const hex = (buffer) => Array.from(new Uint8Array(buffer), (octet) => octet.toString(16).padStart(2, '0')).join('');

async function sha256(buffer) {
  if (!crypto.subtle) throw new Error('hashes need a page of localhost or HTTPS');
  return hex(await crypto.subtle.digest('SHA-256', buffer));
}

async function transfer(current, file) {
  const result = byId('file-result');
  result.textContent = file.name + ', ' + octets(file.size);
  byId('there').value = byId('back').value = 0;
  const relay = channel(current, 'file');
  try {
    await relay.opened();
    const begin = performance.now();
    await relay.send(JSON.stringify({ name: file.name, octets: file.size }));
    const sending = (async () => {
      for (let at = 0; at < file.size; at += CHUNK) {
        await relay.send(await file.slice(at, at + CHUNK).arrayBuffer());
        byId('there').value = Math.min(1, (at + CHUNK) / file.size);
      }
      byId('there').value = 1;
    })();
    const parts = [];
    let received = 0, message;
    while (typeof (message = await relay.recv()) !== 'string' && message) {
      parts.push(message);
      received += message.byteLength;
      byId('back').value = file.size ? received / file.size : 1;
    }
    await sending;
    if (!message) throw new Error('the channel closed before all was back');
    byId('back').value = 1;
    const seconds = (performance.now() - begin) / 1000;
    const far = JSON.parse(message);
    if (far.error) throw new Error(far.error);
    const [own, back] = await Promise.all([
      file.arrayBuffer().then(sha256),
      new Blob(parts).arrayBuffer().then(sha256),
    ]);
    const equal = own === back && own === far.sha256;
    result.textContent = file.name + ': ' + octets(received) + ' there and back in ' + seconds.toFixed(2) + ' s. ' +
      (equal ? 'SHA-256 equal at all three: ' + own : 'SHA-256 DIFFERENT: ' + own + ', ' + far.sha256 + ', ' + back);
    result.dataset.equal = String(equal);
  } catch (error) {
    result.textContent = file.name + ' did not come back: ' + error.message;
    result.dataset.equal = 'false';
  } finally {
    relay.close();
  }
}

// Statistics of both ends

class Chart {
  constructor(id, names, least, format) {
    this.canvas = byId(id);
    this.now = byId(id + '-now');
    this.names = names;
    this.least = least;
    this.format = format;
    this.points = [];
    this.draw();
  }

  add(values) {
    this.points.push(values);
    if (this.points.length > 60) this.points.shift();
    this.draw();
  }

  clear() {
    this.points = [];
    this.draw();
  }

  draw() {
    const style = getComputedStyle(document.documentElement);
    const scale = devicePixelRatio || 1;
    const { clientWidth: width, clientHeight: height } = this.canvas;
    this.canvas.width = width * scale;
    this.canvas.height = height * scale;
    const pen = this.canvas.getContext('2d');
    pen.scale(scale, scale);
    const all = this.points.flat().filter((value) => value !== null);
    const top = nice(Math.max(this.least, ...all));
    const left = 74, right = 6, upper = 8, lower = 8;
    const y = (value) => upper + (height - upper - lower) * (1 - value / top);
    const x = (index) => left + (width - left - right) * (60 - this.points.length + index) / 59;
    pen.font = '12px system-ui, sans-serif';
    pen.textBaseline = 'middle';
    for (const part of [0, 0.5, 1]) {
      pen.strokeStyle = style.getPropertyValue('--line');
      pen.fillStyle = style.getPropertyValue('--soft');
      pen.beginPath();
      pen.moveTo(left, y(top * part));
      pen.lineTo(width - right, y(top * part));
      pen.stroke();
      if (all.length) pen.fillText(this.format(top * part), 0, y(top * part));
    }
    pen.lineWidth = 2;
    pen.lineJoin = 'round';
    this.names.forEach((_, series) => {
      pen.strokeStyle = style.getPropertyValue('--s' + (series + 1));
      pen.setLineDash([[], [6, 3], [2, 3], [8, 3, 2, 3]][series]);
      pen.beginPath();
      let drawing = false;
      this.points.forEach((values, index) => {
        if (values[series] === null) { drawing = false; return; }
        if (drawing) pen.lineTo(x(index), y(values[series]));
        else pen.moveTo(x(index), y(values[series]));
        drawing = true;
      });
      pen.stroke();
    });
    this.describe();
  }

  describe() {
    const last = this.points.at(-1) || [];
    const texts = this.names.map((name, series) => {
      const value = last[series];
      return name + ' ' + (value === null || value === undefined ? '–' : this.format(value));
    });
    this.now.replaceChildren(...texts.map((text, series) => {
      const key = document.createElement('span');
      key.className = 'key';
      key.style.setProperty('--of', 'var(--s' + (series + 1) + ')');
      key.textContent = text;
      return key;
    }));
    this.canvas.setAttribute('aria-label', this.canvas.id + ' now: ' + texts.join(', '));
  }
}

function nice(value) {
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5, 10].find((step) => step * power >= value * 0.999) * power;
}

const charts = {
  bitrate: new Chart('bitrate', ['browser sends', 'browser receives', 'stonechat sends', 'stonechat receives'], 1e5, rate),
  rtt: new Chart('rtt', ['browser', 'stonechat'], 1, (ms) => ms.toFixed(ms < 10 ? 2 : 0) + ' ms'),
  loss: new Chart('loss', ['to the browser', 'to stonechat'], 1, (percent) => percent.toFixed(percent < 10 ? 1 : 0) + ' %'),
};

async function ownCounters(pc) {
  const report = await pc.getStats();
  const own = { at: performance.now(), bytesSent: 0, bytesReceived: 0, packetsReceived: 0, packetsLost: 0, roundTripTime: null, report };
  report.forEach((stat) => {
    if (stat.type === 'transport') {
      own.bytesSent += stat.bytesSent || 0;
      own.bytesReceived += stat.bytesReceived || 0;
      own.transport = stat;
    }
    if (stat.type === 'inbound-rtp') {
      own.packetsReceived += stat.packetsReceived || 0;
      own.packetsLost += stat.packetsLost || 0;
      if (stat.kind === 'video') own.video = stat;
    }
  });
  report.forEach((stat) => {
    const selected = own.transport && own.transport.selectedCandidatePairId
      ? stat.id === own.transport.selectedCandidatePairId
      : stat.type === 'candidate-pair' && stat.nominated;
    if (selected) {
      own.pair = stat;
      own.roundTripTime = stat.currentRoundTripTime ?? null;
    }
  });
  return own;
}

function lost(now, before) {
  const gone = Math.max(0, now.packetsLost - before.packetsLost);
  const expected = gone + now.packetsReceived - before.packetsReceived;
  return expected > 0 ? 100 * gone / expected : null;
}

async function sample(current) {
  if (current.closed || !current.pc) return;
  const own = await ownCounters(current.pc);
  const far = current.far ? { ...current.far, at: own.at } : null;
  const before = current.before;
  current.before = { own, far };
  show(current.pc, own);
  if (!before) return;
  const perSecond = (now, then, name) => now && then ? 8000 * (now[name] - then[name]) / (now.at - then.at) : null;
  charts.bitrate.add([
    perSecond(own, before.own, 'bytesSent'),
    perSecond(own, before.own, 'bytesReceived'),
    perSecond(far, before.far, 'bytesSent'),
    perSecond(far, before.far, 'bytesReceived'),
  ]);
  const ms = (counters) => counters && counters.roundTripTime !== null ? counters.roundTripTime * 1000 : null;
  charts.rtt.add([ms(own), ms(far)]);
  charts.loss.add([lost(own, before.own), far && before.far ? lost(far, before.far) : null]);
}

function show(pc, own) {
  byId('d-ice').textContent = pc.iceConnectionState;
  const candidate = (id) => {
    const stat = id && own.report.get(id);
    return stat ? stat.candidateType + ' ' + (stat.address || 'hidden') + ' port ' + stat.port : '–';
  };
  if (own.pair) {
    byId('d-pair').textContent = candidate(own.pair.localCandidateId) + ' → ' + candidate(own.pair.remoteCandidateId);
  }
  if (own.transport) {
    const version = { FEFC: '1.3', FEFD: '1.2' }[own.transport.tlsVersion] || own.transport.tlsVersion;
    byId('d-dtls').textContent = version ? version + ', ' + (own.transport.dtlsCipher || '') : '–';
    byId('d-srtp').textContent = own.transport.srtpCipher || '–';
  }
  if (own.video) {
    const codec = own.report.get(own.video.codecId);
    byId('d-video').textContent = (codec ? codec.mimeType + ', ' : '') + (own.video.frameWidth || '?') + '×' +
      (own.video.frameHeight || '?') + ', ' + (own.video.framesPerSecond || 0) + ' frames/s';
  }
}

// Events of the page

byId('start').onclick = () => { clearCharts(); start(true); };
byId('start-plain').onclick = () => { clearCharts(); start(false); };
byId('stop').onclick = () => { trouble(''); end('Not in a call', 'idle'); };
byId('listen').onchange = ({ target }) => { byId('remote').muted = !target.checked; };
byId('measure').onclick = () => alone(measure);
byId('chat').onsubmit = (event) => {
  event.preventDefault();
  const text = byId('text').value;
  if (!text || !call || !call.chat || call.chat.readyState !== 'open') return;
  call.chat.send(text);
  say('you', text);
  byId('text').value = '';
};
byId('file').onchange = ({ target }) => {
  const file = target.files[0];
  if (file) alone((current) => transfer(current, file)).then(() => { target.value = ''; });
};
for (const kind of ['dragenter', 'dragover']) {
  byId('drop').addEventListener(kind, (event) => {
    event.preventDefault();
    byId('drop').classList.add('over');
  });
}
for (const kind of ['dragleave', 'drop']) {
  byId('drop').addEventListener(kind, () => byId('drop').classList.remove('over'));
}
byId('drop').addEventListener('drop', (event) => {
  event.preventDefault();
  const file = event.dataTransfer.files[0];
  if (!file) return;
  if (!call || !call.chat || call.chat.readyState !== 'open') {
    byId('file-result').textContent = 'Files go while in a call.';
  } else if (call.busy) {
    byId('file-result').textContent = 'One thing at a time: wait until the last is done.';
  } else {
    alone((current) => transfer(current, file));
  }
});

function clearCharts() {
  for (const chart of Object.values(charts)) chart.clear();
}
const redraw = () => { for (const chart of Object.values(charts)) chart.draw(); };
addEventListener('resize', redraw);
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redraw);
enable();
